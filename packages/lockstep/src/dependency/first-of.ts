/** `firstOf()`: rules over one credential, the first that allows decides. */
import { BuildError } from "../problem/error.ts";
import type { Dependency, Deps, NoticesOf, SharedBy, ValueOf } from "./dependency.ts";
import { factsOfAny } from "./fact.ts";
import { schemesBelow } from "./graph.ts";
import { dependency, type Entry, entriesOf } from "./node.ts";

/**
 * Rules over the same credential (OR): "the author, or an administrator". The rules are tried in the order of the record, and the
 * value is that of the first that allows. A rule that refuses (403 or 404) hands over to the next; if all refuse, the answer is
 * the first one's. A credential that is not valid (401) and inputs that do not fit (422) end it at once. Dependencies of a later
 * rule do not run if an earlier one allows. It protects as far as every rule does.
 *
 * For several credentials use `anyOf()`, which decides by the credential that is present.
 *
 * @throws BuildError `wrong_dependency` with fewer than two rules, or if the rules rest on different credentials
 *
 * @example
 * ```ts
 * const note = firstOf({ own: ownNote, any: anyNote });
 * ```
 */
export function firstOf<const D extends Deps>(rules: D): Dependency<ValueOf<D[keyof D]>, SharedBy<D> | NoticesOf<D>> {
  const entries = entriesOf("firstOf()", rules);
  if (entries.length < 2)
    throw new BuildError("wrong_dependency", "firstOf(): pass at least two rules: firstOf({ own: ownNote, any: anyNote })");
  const [first, ...others] = entries.map(credentialsOf);
  if (others.some((other) => other !== first)) {
    throw new BuildError(
      "wrong_dependency",
      "firstOf(): use anyOf() for rules over different credentials: firstOf() tries rules over one credential",
    );
  }
  return dependency({
    kind: "first-of",
    deps: entries,
    facts: factsOfAny(entries.map((entry) => entry.node.facts)),
    lifetime: "request",
  });
}

function credentialsOf({ node }: Entry): string {
  return schemesBelow(node, (each) => each.deps)
    .map(({ scheme }) => scheme.name)
    .toSorted()
    .join(" ");
}
