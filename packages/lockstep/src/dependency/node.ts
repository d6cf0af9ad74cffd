/**
 * The node: a dependency at run time. This module owns the shape of a node and how one is made from a record of others. The rules
 * of each verb are in the verb's file. `plan.ts` puts nodes in order.
 */
import type { InputPlace } from "./input-place.ts";
import type { CheckedScheme } from "./scheme-definition.ts";
import type { Grants } from "../outcome/identified.ts";
import type { Id } from "../outcome/principal.ts";
import type { StepUpNeed } from "../outcome/step-up.ts";
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import type { AnyDependency, Dependency } from "./dependency.ts";
import type { Step } from "./plan.ts";
import type { Source } from "./source.ts";
import { type Fact, type FactSet, factsOfAll } from "./fact.ts";

/** How long a value lives: as long as the process, or as long as one request. */
export type Lifetime = "app" | "request";

/** The values that a node's function gets, by the names of its record. */
export type ValueRecord = Readonly<Record<string, unknown>>;

/** One named dependency of a node. */
export interface Entry {
  readonly key: string;
  readonly node: Node;
  /** Set if the node runs but nobody gets its value: a guard of the whole API. */
  readonly hidden?: boolean;
  /** Set for a guard of the whole API or of a group: it runs before everything that the route itself declares. */
  readonly gate?: Gate;
}

/**
 * A gate that an entry belongs to. Gates run in this order, before the route's own dependencies: 0 is the API's guard, 1 the
 * outermost group, 2 the group inside it.
 */
export type Gate = number;

interface NodeShape {
  /** The named dependencies, in the order of the record. */
  readonly deps: readonly Entry[];
  readonly facts: FactSet;
  readonly lifetime: Lifetime;
  /** The problems that it may throw, by status, for the documentation. */
  readonly problems?: DeclaredProblems | undefined;
  /**
   * Set if it does something that a request may do once only, such as counting it. The guards of a request that lasts run again
   * and again to see whether access still holds; this node then keeps its first value.
   */
  readonly once?: true;
}

/** A counter of requests. A value that counts runs by itself, as guards do. */
export interface RequestCounter {
  /** When it counts at the earliest: before any credential is verified, or after the caller is. */
  readonly after: "nothing" | "authentication";
  /** The counter, by the object that keeps it and its name there. Two nodes of one API have two counters. */
  readonly store: object;
  readonly name: string;
}

/** An issuer of tokens, for the documentation. */
export interface TokenIssuer {
  readonly issuer: string;
  /** Which tokens of it are accepted: those that are verified with a key, and those that the issuer is asked about. */
  readonly tokens: readonly ("jwt" | "opaque")[];
}

/** The names of an API in the tokens of an issuer: `aud` must have one of them. */
export interface TokenAudience {
  readonly issuer: string;
  readonly names: readonly string[];
}

/** `depends()`: a plain value. */
export interface ValueNode extends NodeShape {
  readonly kind: "value";
  /**
   * Set if it verifies a credential. Then it runs before everything that does not, so a bad credential opens no resource and
   * starts no query.
   */
  readonly verifies?: true;
  /** The issuers whose tokens it verifies, for the documentation. The token is the credential of the scheme below. */
  readonly issuers?: readonly TokenIssuer[];
  /** The audiences that these tokens must have, as far as they are known. */
  readonly audiences?: readonly TokenAudience[];
  /** Set if it counts each request that it runs for. */
  readonly counts?: RequestCounter;
  run(values: ValueRecord): unknown;
}

/** `resource()`: opened when first needed, and closed after the request. */
export interface ResourceNode extends NodeShape {
  readonly kind: "resource";
  open(values: ValueRecord): AsyncGenerator<unknown, void, void> | Generator<unknown, void, void>;
}

/** A security scheme: extracts a credential before anything else runs. */
export interface SchemeNode extends NodeShape {
  readonly kind: "scheme";
  readonly scheme: CheckedScheme;
}

/** An input of the request: a path parameter, a query parameter, the body … */
export interface InputNode extends NodeShape {
  readonly kind: "input";
  readonly input: InputPlace;
  /** Returns the validated value, or an `InputFailure` that says what is wrong with it. */
  read(source: Source, values: ValueRecord): unknown;
}

/** The grants of a credential, and the scopes that it must grant. For `grantedScopes()`: those that it declares. */
export interface Granted {
  readonly grants: Grants | undefined;
  readonly scopes: readonly string[];
}

/** Tells the guard of a step about the callers below it. */
export interface Callers {
  /** Returns the grants of each authenticated dependency below. */
  granted(step: Step): readonly Granted[];
  /**
   * Returns the id to compare an owner's id with: of the one principal below, or of the entry that the guard names. Or why there
   * is none.
   */
  ownerId(step: Step): Id | BuildError;
  /** Returns the time of the API, in milliseconds since 1970. */
  now(): number;
}

/** The verbs that can refuse. */
export type GuardKind = "authenticate" | "authorize" | "scopes" | "step-up" | "owned" | "permitted" | "unowned";

/** A guard: runs a function and decides what its result means. */
export interface GuardNode extends NodeShape {
  readonly kind: GuardKind;
  run(values: ValueRecord): unknown;
  /**
   * Returns the value to pass on, or a refusal. `authenticate()` returns the principal, inside an `Identified` if its credential
   * grants something. The run keeps the grants and passes on the principal.
   */
  settle(result: unknown, values: ValueRecord, callers: Callers, step: Step): unknown;
  /** For `scopes()`: the required scopes. */
  readonly scopes: readonly string[];
  /** For `stepUp()`: the sign-in that it demands. */
  readonly stepUp: StepUpNeed | undefined;
  /** For the object verbs: the ids that are checked, by place and name. */
  readonly checks: readonly string[];
  /** The reason why the object is checked without the one before it in the path. */
  readonly apart: string | undefined;
  /** For `owned()`: the entry whose id is compared with the owner's. If it is `undefined`, the one principal below is used. */
  readonly owner: string | undefined;
  /** Why everyone may see the object (`unowned`), or why any scope will do (`anyScope`). */
  readonly reason: string | undefined;
  /** For `onlyScoped()`: the credential below counts only where a scope is demanded of it. */
  readonly onlyScoped: boolean;
}

/** `anyOf()`: the first branch whose credential is present is used. */
export interface AnyOfNode extends NodeShape {
  readonly kind: "any-of";
}

/** `firstOf()`: the first rule that allows is used. */
export interface FirstOfNode extends NodeShape {
  readonly kind: "first-of";
}

/** `optional()`: the value, or `undefined` if the credential is absent. */
export interface OptionalNode extends NodeShape {
  readonly kind: "optional";
}

/** `grantedScopes()`: the scopes that the credentials below grant. */
export interface GrantedScopesNode extends NodeShape {
  readonly kind: "granted-scopes";
}

/** `sameSite()`: the cross-site rule of cookies applies to the route, whatever its credentials. The exchange applies it. */
export interface SameSiteNode extends NodeShape {
  readonly kind: "same-site";
  readonly value: unknown;
  /** An origin of the API itself that `createApi()` need not name. */
  readonly ownOrigin: string | undefined;
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
  | GrantedScopesNode
  | SameSiteNode;

const made = new WeakMap<Node, object>();
const dependencies = new WeakSet<object>();

/** Returns the dependency of a node, always the same one. */
export function dependency<T, F extends Fact>(node: Node): Dependency<T, F> {
  const known = made.get(node) ?? Object.freeze({ "~dep": node });
  made.set(node, known);
  dependencies.add(known);
  // The phantom part of the type exists for the compiler only. Each caller is responsible for its facts.
  return known as Dependency<T, F>;
}

/**
 * Tells whether a value is a dependency that this copy of the package made, for JavaScript callers and overrides. The facts of
 * any other value have not been checked: a record that looks like a dependency could claim any fact.
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
    throw new BuildError("wrong_dependency", `${where}: pass a record of dependencies first, for example { user: currentUser }`);
  }
  return Object.entries(deps).map(([key, value]) => {
    if (isDependency(value)) return { key, node: value["~dep"] };
    const what = describe(value);
    throw new BuildError(
      "wrong_dependency",
      `${where}: build "${key}" with depends(), a verb, a scheme or an input: it is ${what}, not a dependency`,
    );
  });
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined (two modules that import each other?)";
  if (typeof value !== "object" || value === null) return value === null ? "null" : `a ${typeof value}`;
  return "~dep" in value ? "made by another copy of lockstep (install one version)" : "an object";
}

/** Returns the facts of entries that are all needed. */
export function factsOfEntries(entries: readonly Entry[]): Set<Fact> {
  return factsOfAll(entries.map((entry) => entry.node.facts));
}
