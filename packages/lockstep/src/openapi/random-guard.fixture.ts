/** Random guards on random sets of schemes. Nodes are shared, as in a real graph. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { scopes } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { firstOf } from "../dependency/first-of.ts";
import { schemesBelow } from "../dependency/graph.ts";
import type { Entry } from "../dependency/node.ts";
import { optional } from "../dependency/optional.ts";
import { compile } from "../dependency/plan.ts";
import { BuildError } from "../problem/error.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";

/** One node of a random guard: its kind, and the earlier nodes that it is built on. */
interface Step {
  readonly verb: "all" | "anyOf" | "firstOf" | "optional" | "authenticate" | "authorize" | "scopes";
  readonly operands: readonly number[];
}

/** The description of a guard. */
export interface Guard {
  readonly schemes: number;
  readonly steps: readonly Step[];
  readonly roots: readonly number[];
  /** Whether every root is optional: then no credential is needed. */
  readonly isOptional: boolean;
}

const places = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
const step = fc.record<Step>({
  verb: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom("anyOf", "firstOf") },
    { weight: 2, arbitrary: fc.constantFrom("all", "optional", "optional", "authorize") },
    { weight: 3, arbitrary: fc.constantFrom("authenticate", "scopes") },
  ),
  operands: places,
});

/** Descriptions of guards. */
export const guards: fc.Arbitrary<Guard> = fc.record<Guard>({
  schemes: fc.integer({ min: 1, max: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  roots: places,
  isOptional: fc.integer({ min: 0, max: 7 }).map((one) => one === 0),
});

/** What every credential grants in this run. */
let granted = "s t";

/** Says what every credential grants from here on. */
export function grant(scope: string): void {
  granted = scope;
}

/** A guard that was built. */
export interface Built {
  readonly entries: readonly Entry[];
  /** The same guard once for each choice of rules: of each `firstOf()`, all the others refuse. */
  readonly choices: readonly (readonly Entry[])[];
}

/** Makes the node of a step; given a number, all rules of a `firstOf()` but that one refuse. */
type Make = (nodes: readonly AnyDependency[], chosen?: number) => AnyDependency;

/** How many `firstOf()` a guard has at most: every choice of their rules is tried. */
const mostChoices = 2;

/** Builds a guard. What would not start is left out: the description is random, and knows no facts. */
export function build({ schemes, steps, roots, isOptional }: Guard): Built {
  const base = Array.from({ length: schemes }).flatMap((_, index) => {
    const scheme = schemeOf(index);
    return [scheme, authenticate({ scheme }, caller)];
  });
  const nodes: AnyDependency[] = [...base];
  const made: { readonly rules: number; readonly make: Make }[] = [];
  for (const { verb, operands } of steps) {
    const isOver = verb === "firstOf" && made.filter(({ rules }) => rules > 1).length === mostChoices;
    const own = makerOf(isOver ? "all" : verb, operands, nodes);
    made.push(own);
    nodes.push(own.make(nodes));
  }
  // The last node is a root, so the rest counts.
  const entriesOf = (all: readonly AnyDependency[]): Entry[] =>
    [all.length - 1, ...roots].map((place, index) => {
      const dep = pick(all, place);
      return { key: `r${index}`, node: (isOptional ? optional(dep) : dep)["~dep"] };
    });
  const choices = productOf(made.map(({ rules }) => rules)).map((chosen) => {
    const others: AnyDependency[] = [...base];
    made.forEach(({ rules, make }, index) => others.push(make(others, rules > 1 ? chosen[index] : undefined)));
    return entriesOf(others);
  });
  return { entries: entriesOf(nodes), choices };
}

function schemeOf(index: number) {
  const settings = { schemeName: `S${index}`, scopes: { s: "One scope", t: "Another" } };
  // Some are ambient: their branches are tried last.
  return index % 3 === 2 ? apiKeyCookie({ name: `c${index}`, ...settings }) : apiKeyHeader({ name: `X-${index}`, ...settings });
}

function caller() {
  return identified({ id: "x" }, { sub: "x", scope: granted });
}

function pick(nodes: readonly AnyDependency[], place: number): AnyDependency {
  const found = nodes[place % nodes.length];
  assert.ok(found);
  return found;
}

type Everything = Dependency<object, "credential" | "authenticated" | "scoped" | "scope:s" | "scope:t">;

/** What a step makes of the nodes before it, and how many rules there are to choose from. */
function makerOf(
  verb: Step["verb"],
  operands: readonly number[],
  nodes: readonly AnyDependency[],
): { readonly rules: number; readonly make: Make } {
  const at = operands.map((place) => place % nodes.length);
  if (verb === "firstOf" && at.length > 1) {
    const rulesOf = rulesMaker(operands, nodes);
    return { rules: at.length, make: (all, chosen) => firstOf(onlyRule(rulesOf(all), chosen)) };
  }
  const facts = new Set(at.flatMap((place) => [...pick(nodes, place)["~dep"].facts]));
  const own = pick(nodes, at[0] ?? 0)["~dep"].facts;
  const scope = (operands.at(-1) ?? 0) % 2 === 0 ? "s" : "t";
  // The compiler cannot know the facts of a random graph: they are looked up.
  const known = (all: readonly AnyDependency[]) => record(all, at) as Readonly<Record<string, Everything>>;
  const first = (all: readonly AnyDependency[]) => pick(all, at[0] ?? 0) as Everything;
  const rules = 1;
  if (verb === "anyOf" && starts(anyOf(record(nodes, at)))) return { rules, make: (all) => anyOf(record(all, at)) };
  if (verb === "optional") return { rules, make: (all) => optional(first(all)) };
  if (verb === "authenticate" && facts.has("credential")) return { rules, make: (all) => authenticate(known(all), caller) };
  if (verb === "authorize" && facts.has("authenticated"))
    return { rules, make: (all) => authorize(known(all), () => ({ id: "x" })) };
  if (verb === "scopes" && own.has("authenticated") && own.has("scoped"))
    return { rules, make: (all) => scopes(first(all), scope) };
  return { rules, make: (all) => depends(record(all, at), () => ({})) };
}

/** Rules over the credentials of the first operand, `firstOf()` takes no others; two of three ask for a scope, if they can. */
function rulesMaker(
  [first = 0, ...others]: readonly number[],
  nodes: readonly AnyDependency[],
): (all: readonly AnyDependency[]) => Readonly<Record<string, AnyDependency>> {
  const credentials = (place: number): string =>
    schemesBelow(pick(nodes, place)["~dep"], (each) => each.deps)
      .map(({ scheme }) => scheme.name)
      .toSorted()
      .join();
  const alike = nodes.flatMap((_, place) => (credentials(place) === credentials(first) ? [place] : []));
  const rules = [first, ...others.map((place) => alike[place % alike.length] ?? first)];
  const scoped = (dep: AnyDependency, place: number): AnyDependency => {
    const { facts } = dep["~dep"];
    if (place % 3 === 2 || !facts.has("authenticated") || !facts.has("scoped")) return dep;
    return scopes(dep as Everything, place % 3 === 0 ? "s" : "t");
  };
  const wanted = [first, ...others];
  return (all) => Object.fromEntries(rules.map((place, index) => [`d${index}`, scoped(pick(all, place), wanted[index] ?? 0)]));
}

function record(nodes: readonly AnyDependency[], places: readonly number[]): Readonly<Record<string, AnyDependency>> {
  return Object.fromEntries(places.map((place, index) => [`d${index}`, pick(nodes, place)]));
}

/** Rules of which only one may allow. */
function onlyRule(
  rules: Readonly<Record<string, AnyDependency>>,
  chosen: number | undefined,
): Readonly<Record<string, AnyDependency>> {
  if (chosen === undefined) return rules;
  const refusing = (rule: AnyDependency): AnyDependency => depends({ rule }, () => deny("another rule was chosen"));
  return Object.fromEntries(Object.entries(rules).map(([key, rule], index) => [key, index === chosen ? rule : refusing(rule)]));
}

/** Whether no branch of an `anyOf()` is dead. */
function starts(dep: AnyDependency): boolean {
  try {
    compile([{ key: "it", node: dep["~dep"] }]);
    return true;
  } catch (error) {
    if (error instanceof BuildError && error.code === "dead_branch") return false;
    throw error;
  }
}

/** One number of each range, in every combination. */
function productOf(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<readonly (readonly number[])[]>(
    (done, size) => done.flatMap((one) => Array.from({ length: size }, (_, index) => [...one, index])),
    [[]],
  );
}
