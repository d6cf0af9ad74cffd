/** What all inputs share: how one becomes a dependency, and what it may say about identifying an object. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import { dependency, type InputNode } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import type { Identifies, InputPlace } from "./input.ts";

/** Whether an input identifies an object of the application. One that does needs an ownership check. */
export interface IdentifiesOption<I extends Identifies = Identifies> {
  readonly identifies?: I;
}

/** The fact of an input that identifies an object, or may. */
export type ObjectIdFact<N extends string, I extends Identifies> = "object" extends I ? `object-id:${N}` : never;

/** Makes the dependency of an input. The caller answers for its type and its facts. */
export function inputDependency<T, F extends Fact>(
  place: InputPlace,
  facts: readonly Fact[],
  read: InputNode["read"],
): Dependency<T, F> {
  return dependency<T, F>({
    kind: "input",
    input: Object.freeze(place),
    read,
    deps: [],
    facts: new Set(facts),
    lifetime: "request",
  });
}

/** The facts of an input that may identify an object. */
export function objectIdFacts(name: string, identifies: Identifies): readonly Fact[] {
  return identifies === "object" ? [`object-id:${name}`] : [];
}

/**
 * What an input identifies: what its options say, else the default of its place.
 *
 * @throws BuildError `wrong_input` for anything else: a misspelt "object" must not switch a check off
 */
export function identifiesOf(where: string, given: Identifies | undefined, otherwise: Identifies): Identifies {
  const identifies: unknown = given ?? otherwise;
  if (identifies === "object" || identifies === "nothing") return identifies;
  throw new BuildError("wrong_input", `${where}: "identifies" is "object" or "nothing"`);
}

/**
 * The same for a named input: a name like an id's has no default.
 *
 * @throws BuildError `wrong_input`
 */
export function identifiesOfNamed(where: string, name: string, given: Identifies | undefined): Identifies {
  if (given === undefined && isIdName(name)) {
    throw new BuildError(
      "wrong_input",
      `${where}: an input of this name usually identifies an object: say { identifies: "object" } and check it with owned(), permitted() or unowned(), or say { identifies: "nothing" }`,
    );
  }
  return identifiesOf(where, given, "nothing");
}

/** `id` in any case, and what ends in `Id`, `ID`, `_id` or `-id`: not `valid`. */
function isIdName(name: string): boolean {
  return /(?:^|[_-])id$/iu.test(name) || /I[dD]$/u.test(name);
}
