/**
 * Routes: flat values that say who may call them. This module owns the specification of a route, what the compiler checks
 * of it, and the value it becomes. The same checks on the graph are in `check.ts`.
 */
import type { NonEmptyReason } from "../dependency/reason.ts";
import { checkDeclaredProblems, type DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type {
  Deps,
  FirstAdvice,
  NoDeps,
  NoneOf,
  NoticesOf,
  OpenOf,
  OrAdvice,
  ProtectionsOf,
  Values,
} from "../dependency/dependency.ts";
import type { NamesOf } from "../dependency/fact.ts";
import { type Entry, entriesOf, type ValueRecord } from "../dependency/node.ts";
import type { Schema } from "../schema/schema.ts";
import type {
  InputOf,
  publicAndAuthenticated,
  ScopesUnasked,
  Shadowed,
  UncheckedId,
  Undeclared,
  unprotected,
  Unused,
} from "./advice.ts";
import type { HandlerResult, NoSchema, ResultCheck, Sendable } from "./result.ts";
import { type Success, successesOf } from "./success.ts";
import type { ParametersOf, TemplateCheck } from "./template.ts";

/** The methods that a route may have. HEAD comes with GET; OPTIONS is answered by the core. */
export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a route may say about itself beside its access. */
export interface RouteDocumentation {
  /** One line for the documentation. */
  readonly summary?: string;
  /** Several lines of CommonMark. */
  readonly description?: string;
  /** Groups in the documentation; those of the group come first. */
  readonly tags?: readonly string[];
  /** The operation's id; by default made of the method and the path. Unique in an API. */
  readonly operationId?: string;
  readonly deprecated?: boolean;
  /** An example of the response. */
  readonly example?: unknown;
  /** Problems that the handler may throw, by status, in words: `{ 409: "The last administrator stays." }`. */
  readonly problems?: DeclaredProblems;
}

/** What a route declares. */
export interface RouteSpec<D extends Deps, Pub extends string | undefined, In = NoSchema> extends RouteDocumentation {
  /** Why anyone may call it; shown in the document. Excludes an authenticated dependency. */
  readonly public?: Pub;
  /** What the handler needs. Without `public`, one of these (or of the group's) is authenticated. */
  readonly deps?: D;
  /**
   * The schema of the response: unknown fields are dropped, and the handler's result must fit. Required for an object or a list;
   * `unchecked("reason")` lets everything through.
   */
  readonly response?: Schema<In, unknown>;
  /**
   * The status of the success, from 200 to 399. Without it and without `response`, 200, or 204 if the handler returns
   * `undefined`.
   */
  readonly status?: number;
  /**
   * Several successes by status, each with its schema, or `null` for no content: `{ 200: Note, 201: Note, 303: null }`. Instead
   * of `response` and `status`.
   */
  readonly responses?: Readonly<Record<number, Schema<In, unknown> | null>>;
  /** `oauth`: errors as RFC 6749 §5.2 demands of OAuth endpoints, instead of problem details. */
  readonly errors?: "oauth";
  /** The largest body in bytes. Default: the API's limit. */
  readonly maxBodyBytes?: number;
}

// The checks read facts and names, not records: many routes have the same facts, and the compiler works out each set once.

type ShadowCheck<Shared> = NoneOf<Shared, Shadowed<Shared & string>>;

type AccessCheck<P, Pub> = [Pub] extends [string]
  ? FirstAdvice<[NoneOf<Extract<P, "authenticated">, typeof publicAndAuthenticated>, NonEmptyReason<Pub>]>
  : NoneOf<Exclude<"authenticated", P>, typeof unprotected>;

type IdorCheck<Open extends string> = NoneOf<Open, UncheckedId<InputOf<Open>>>;

type UndeclaredCheck<Name extends string> = NoneOf<Name, Undeclared<Name>>;

/** The names of a path that is no literal are checked at start-up. */
type UnusedCheck<Name extends string> = string extends Name ? unknown : NoneOf<Name, Unused<Name>>;

/**
 * A credential that may be limited to scopes, and was asked for none. Scopes whose names are not known here are checked at
 * start-up.
 */
type Unasked<P, N> = "scopes-asked" extends P ? never : `scope:${string}` extends N ? never : Extract<N, "scopes-unasked">;

type ScopesCheck<P, N, V extends HttpMethod> = V extends "GET" ? unknown : NoneOf<Unasked<P, N>, ScopesUnasked<"credential">>;

/** What protects is there in every case: in each member of a union, and as no optional member of a variable. */
export interface DepsInEveryCase {
  readonly deps: unknown;
}
interface PublicInEveryCase {
  readonly public: unknown;
}
/** The declared dependencies must be present, if there are any. */
export type DeclaredDeps<D extends Deps> = NoDeps extends D ? unknown : DepsInEveryCase;
type Declared<D extends Deps, Pub> = [Pub] extends [string] ? PublicInEveryCase & DeclaredDeps<D> : DeclaredDeps<D>;

/**
 * The checks that read names and facts. They are in a conditional type so that the compiler works out equal arguments once: it
 * looks up the arguments of a conditional type before it instantiates what is in it.
 */
type FactsCheck<Shared, Own extends string, Prefix extends string, P, N, V extends HttpMethod, Pub> = V extends HttpMethod
  ? FirstAdvice<
      [
        TemplateCheck<Own>,
        ShadowCheck<Shared>,
        AccessCheck<P, Pub>,
        IdorCheck<OpenOf<N, P>>,
        UndeclaredCheck<Exclude<NamesOf<N, "param">, Own | Prefix>>,
        UnusedCheck<Exclude<Own | Prefix, NamesOf<N, "param">>>,
        ScopesCheck<P, N, V>,
      ]
    >
  : never;

/**
 * Everything the compiler checks of a route, the first advice there is. It hangs on the path, the shortest of the arguments, so
 * that the compiler says the advice first and not the type of the whole specification.
 */
export type RouteCheck<
  D0 extends Deps,
  D extends Deps,
  V extends HttpMethod,
  X extends string,
  X0 extends string,
  Pub,
  R,
  In,
> = FirstAdvice<
  [
    FactsCheck<keyof D0 & keyof D, ParametersOf<X>, ParametersOf<X0>, ProtectionsOf<D0 & D>, NoticesOf<D0 & D>, V, Pub>,
    ResultCheck<R, In>,
  ]
>;

/** Declares a route of one method: template, specification, handler. */
export type Method<D0 extends Deps, X0 extends string, V extends HttpMethod = HttpMethod> = <
  const X extends string,
  const R extends Sendable<In>,
  const D extends Deps = NoDeps,
  const Pub extends string | undefined = undefined,
  In = NoSchema,
>(
  template: OrAdvice<X, RouteCheck<D0, D, V, X, X0, Pub, R, In>>,
  spec: RouteSpec<D, Pub, In> & Declared<D, Pub>,
  handler: (values: Values<D0 & D>) => HandlerResult<R, In>,
) => Route;

/** A route, ready to be given to `createApi()`. */
export interface Route {
  readonly method: HttpMethod;
  /** The whole path, with the group's prefix. */
  readonly template: string;
  readonly definition: RouteDefinition;
}

/** What a route holds at run time. */
export interface RouteDefinition extends RouteDocumentation {
  readonly public: string | undefined;
  /** The handler's dependencies: the group's first, then the route's own. */
  readonly entries: readonly Entry[];
  /** What it answers with if all goes well; empty if it does not say. */
  readonly successes: readonly Success[];
  readonly errors: "oauth" | undefined;
  readonly maxBodyBytes: number | undefined;
  handler(values: ValueRecord): unknown;
}

/** What a group gives to each of its routes. */
export interface Inherited {
  readonly prefix: string;
  readonly tags: readonly string[];
  readonly deps: Deps;
}

const nothing: Inherited = { prefix: "", tags: [], deps: {} };

const specOptions: KnownOptions<RouteSpec<Deps, string>> = {
  public: true,
  deps: true,
  response: true,
  status: true,
  responses: true,
  errors: true,
  maxBodyBytes: true,
  summary: true,
  description: true,
  tags: true,
  operationId: true,
  deprecated: true,
  example: true,
  problems: true,
};

function checkCall(where: string, spec: { readonly problems?: unknown }, handler: unknown): void {
  if (typeof spec !== "object" || spec === null)
    throw new BuildError("wrong_option", `${where}: pass the specification second: { deps: … } or { public: "reason" }`);
  if (typeof handler !== "function") throw new BuildError("wrong_option", `${where}: pass the handler third: (values) => result`);
  checkOptions(where, spec, specOptions);
  checkDeclaredProblems(where, spec.problems);
}

/** Makes the verb of a method. What the types check at the call is checked again by `createApi()`. */
export function method<D0 extends Deps, X0 extends string, V extends HttpMethod>(
  verb: V,
  inherited: Inherited = nothing,
): Method<D0, X0, V> {
  return (template, spec, handler) => {
    // Advice instead of a path does not compile; start-up reads the path, and refuses what is none.
    const path = join(inherited.prefix, template as string);
    checkCall(`${verb} ${path}`, spec, handler);
    const gates = entriesOf("group()", inherited.deps).map((entry): Entry => ({ ...entry, gate: "group" }));
    const entries = [...gates, ...entriesOf(`${verb} ${path}`, spec.deps ?? {})];
    return {
      method: verb,
      template: path,
      definition: {
        ...spec,
        tags: [...inherited.tags, ...(spec.tags ?? [])],
        public: spec.public,
        entries,
        successes: successesOf(`${verb} ${path}`, spec),
        errors: spec.errors,
        maxBodyBytes: spec.maxBodyBytes,
        // The executor gives exactly the values of the entries above.
        handler: (values) => handler(values as Values<D0 & typeof spec.deps & object>),
      },
    };
  };
}

/** `/v1` and `/` make `/v1`: a path has no trailing slash. */
function join(prefix: string, template: string): string {
  return template === "/" && prefix !== "" ? prefix : `${prefix}${template}`;
}

/** A route that answers GET, and HEAD under the same guard. */
export const get: Method<NoDeps, "", "GET"> = method("GET");
/** A route that answers POST. */
export const post: Method<NoDeps, "", "POST"> = method("POST");
/** A route that answers PUT. */
export const put: Method<NoDeps, "", "PUT"> = method("PUT");
/** A route that answers PATCH. */
export const patch: Method<NoDeps, "", "PATCH"> = method("PATCH");
/** A route that answers DELETE. */
export const del: Method<NoDeps, "", "DELETE"> = method("DELETE");
