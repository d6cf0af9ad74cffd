/**
 * The node: what a dependency is at run time. This module owns the shape of a node and how one is made from a record of
 * others. Each verb's own rules stand with the verb; the order in which nodes run is the plan's (`plan.ts`).
 */
import type { InputPlace } from "./input-place.ts";
import type { SchemeDefinition } from "./scheme-definition.ts";
import type { Grants } from "../outcome/identified.ts";
import type { Id } from "../outcome/principal.ts";
import { BuildError } from "../problem/error.ts";
import type { AnyDependency, Dependency } from "./dependency.ts";
import type { Source } from "./source.ts";
import { type Fact, type FactSet, factsOfAll } from "./fact.ts";

/** How long a value lives: as long as the process, or as long as one request. */
export type Lifetime = "app" | "request";

/** The values a node's function is given, by the names of its record. */
export type ValueRecord = Readonly<Record<string, unknown>>;

/** One named dependency of a node. */
export interface Entry {
  readonly key: string;
  readonly node: Node;
  /** It runs, and its value is handed to nobody: a guard of the whole API. */
  readonly hidden?: boolean;
  /** It runs before everything that the route itself declares: a guard of the whole API, then those of a group. */
  readonly gate?: Gate;
}

/** Which gate an entry belongs to. The API's guards run before a group's, a group's before the route's own dependencies. */
export type Gate = "api" | "group";

interface NodeShape {
  /** The named dependencies, in the order of the record. */
  readonly deps: readonly Entry[];
  readonly facts: FactSet;
  readonly lifetime: Lifetime;
  /** Problems it may throw, by status, for the documentation. */
  readonly problems?: Readonly<Record<number, string>> | undefined;
}

/** `depends()`: a plain value. */
export interface ValueNode extends NodeShape {
  readonly kind: "value";
  /** It verifies a credential: it runs before everything that does not, so that a bad credential opens nothing and asks nothing. */
  readonly verifies?: true;
  run(values: ValueRecord): unknown;
}

/** `resource()`: opened when first needed and closed around the request. */
export interface ResourceNode extends NodeShape {
  readonly kind: "resource";
  open(values: ValueRecord): AsyncGenerator<unknown, void, void> | Generator<unknown, void, void>;
}

/** A security scheme: extracts a credential before anything else runs. */
export interface SchemeNode extends NodeShape {
  readonly kind: "scheme";
  readonly scheme: SchemeDefinition;
}

/** An input of the request: a path parameter, a query parameter, the body … */
export interface InputNode extends NodeShape {
  readonly kind: "input";
  readonly input: InputPlace;
  /** Gives the validated value, or what is wrong with it. */
  read(source: Source, values: ValueRecord): unknown;
}

/** What a credential grants, and the scopes that it has to grant. */
export interface Granted {
  readonly grants: Grants | undefined;
  readonly scopes: readonly string[];
}

/** What a guard can ask about the callers below it. */
export interface Callers {
  /** What each authenticated dependency below grants. */
  granted(): readonly Granted[];
  /** The id to compare an owner's id with: of the one principal below, or of the entry that the guard names; or why there is none. */
  ownerId(): Id | BuildError;
}

/** The verbs that can refuse. */
export type GuardKind = "authenticate" | "authorize" | "scopes" | "owned" | "permitted" | "unowned";

/** A guard: runs a function and settles what its result means. */
export interface GuardNode extends NodeShape {
  readonly kind: GuardKind;
  run(values: ValueRecord): unknown;
  /**
   * Returns the value to hand on, or a refusal. `authenticate()` returns the principal, inside an `Identified` if its credential grants
   * something; the run keeps the grants and hands on the principal.
   */
  settle(result: unknown, values: ValueRecord, callers: Callers): unknown;
  /** For `scopes()`: what is required. */
  readonly scopes: readonly string[];
  /** For the object verbs: the ids that are checked, by place and name. */
  readonly checks: readonly string[];
  /** Why the object is checked without the one before it in the path. */
  readonly apart: string | undefined;
  /** For `owned()`: the entry whose id is compared with the owner's; the one principal below if it is `undefined`. */
  readonly owner: string | undefined;
  /** Why everyone may see the object (`unowned`), or why any scope will do (`anyScope`). */
  readonly reason: string | undefined;
}

/** `anyOf()`: the first branch whose credential is present decides. */
export interface AnyOfNode extends NodeShape {
  readonly kind: "any-of";
}

/** `firstOf()`: the first rule that allows. */
export interface FirstOfNode extends NodeShape {
  readonly kind: "first-of";
}

/** `optional()`: the value, or `undefined` where the credential is absent. */
export interface OptionalNode extends NodeShape {
  readonly kind: "optional";
}

/** `sameSite()`: the cookie's cross-site rule holds for the route, whatever its credentials. The exchange applies it. */
export interface SameSiteNode extends NodeShape {
  readonly kind: "same-site";
  readonly value: unknown;
}

/** A dependency at run time. */
export type Node =
  | ValueNode
  | ResourceNode
  | SchemeNode
  | InputNode
  | GuardNode
  | AnyOfNode
  | FirstOfNode
  | OptionalNode
  | SameSiteNode;

const made = new WeakMap<Node, object>();
const dependencies = new WeakSet<object>();

/** The dependency of a node, always the same one. */
export function dependency<T, F extends Fact>(node: Node): Dependency<T, F> {
  const known = made.get(node) ?? Object.freeze({ "~dep": node });
  made.set(node, known);
  dependencies.add(known);
  // The phantom part of the type exists for the compiler only; each caller answers for its facts.
  return known as Dependency<T, F>;
}

/**
 * Tells whether a value is a dependency that this copy of the package made, for JavaScript callers and overrides. Nothing else has had
 * its facts checked: a record that looks like one could claim any.
 */
export function isDependency(value: unknown): value is AnyDependency {
  return typeof value === "object" && value !== null && dependencies.has(value);
}

/**
 * Reads a record of dependencies into entries, in the order of the record.
 *
 * @throws BuildError `wrong_dependency` if an entry is not a dependency
 */
export function entriesOf(where: string, deps: unknown): Entry[] {
  if (typeof deps !== "object" || deps === null) {
    throw new BuildError("wrong_dependency", `${where} takes a record of dependencies first, for example { user: currentUser }`);
  }
  return Object.entries(deps).map(([key, value]) => {
    if (isDependency(value)) return { key, node: value["~dep"] };
    const what = describe(value);
    throw new BuildError(
      "wrong_dependency",
      `${where}: "${key}" is ${what}, not a dependency: build one with depends(), a verb, a scheme or an input`,
    );
  });
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined (two modules that import each other?)";
  if (typeof value !== "object" || value === null) return value === null ? "null" : `a ${typeof value}`;
  return "~dep" in value ? "made by another copy of lockstep (install one version)" : "an object";
}

/** The facts of entries, all of which are needed. */
export function factsOfEntries(entries: readonly Entry[]): Set<Fact> {
  return factsOfAll(entries.map((entry) => entry.node.facts));
}
