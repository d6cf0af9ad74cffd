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
import {
  type publicAndAuthenticated,
  type ScopesUnasked,
  type Shadowed,
  type Unchecked,
  type Undeclared,
  type unprotected,
  type Unused,
  wrongTemplate,
} from "./advice.ts";
import { answersOf, type DeclaredAnswer } from "./declared-answer.ts";
import type { HandlerResult, NoSchema, Responses, ResponseSchema, ResultCheck, Sendable, Statuses } from "./result.ts";
import type { ParametersOf, TemplateCheck } from "./template.ts";
import { checkCallbacks, type Named, type RouteCallback } from "./webhook-description.ts";

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
  /**
   * Whether the route is served and left out of the OpenAPI document. It is guarded and checked as any other. Default: what the
   * group says, or `false`.
   */
  readonly hidden?: boolean;
  /** An example of the response. */
  readonly example?: unknown;
  /** Problems that the handler may throw, by status, in words: `{ 409: "The last administrator stays." }`. */
  readonly problems?: DeclaredProblems;
  /** Requests that the API sends later because of this one, for the documentation. */
  readonly callbacks?: Named<RouteCallback>;
}

/** What a route declares. */
export interface RouteSpec<
  D extends Deps,
  Pub extends string | undefined,
  In = NoSchema,
  A extends Statuses = undefined,
> extends RouteDocumentation {
  /** Why anyone may call it; shown in the document. Excludes an authenticated dependency. Default: the group's reason. */
  readonly public?: Pub;
  /** What the handler needs. Without `public`, one of these (or of the group's) is authenticated. */
  readonly deps?: D;
  /**
   * The schema of the response: unknown fields are dropped, and the handler's result must fit. Required for an object or a list;
   * `unchecked("reason")` lets everything through. For content that is not JSON: `text()`, `html()`, `file()`, `csv()`, `json()`.
   */
  readonly response?: ResponseSchema<In>;
  /**
   * The status of the answer. Default: 200 with `response` and for GET, and 204 for every other method. Without `response`, a
   * success that is not 204 is a text, a number, a boolean or `null`, as JSON.
   */
  readonly status?: A & number;
  /**
   * Several answers by status, each with its schema, or `null` for no content: `{ 200: Note, 201: Note, 303: null }`. Instead of
   * `response` and `status`. A result without a status is that of 200, or of the only success with content; `undefined` is that
   * of 204, or of the only success without.
   */
  readonly responses?: A & Responses;
  /** `oauth`: errors as RFC 6749 §5.2 demands of OAuth endpoints, instead of problem details. */
  readonly errors?: "oauth";
  /** The largest body in bytes. Default: the API's limit. */
  readonly maxBodyBytes?: number;
}

// The checks read facts and names, not records: many routes have the same facts, and the compiler works out each set once.

/** Advice about a name that a group and what is in it both declare. */
export type ShadowCheck<Shared> = NoneOf<Shared, Shadowed<Shared & string>>;

/** Advice about a reason, of its own or of the group's, beside an authenticated dependency. `Otherwise` without a reason. */
export type PublicCheck<P, Pub, Pub0, Otherwise> = [Pub] extends [string]
  ? FirstAdvice<[NoneOf<Extract<P, "authenticated">, typeof publicAndAuthenticated>, NonEmptyReason<Pub>]>
  : [Pub0] extends [string]
    ? NoneOf<Extract<P, "authenticated">, typeof publicAndAuthenticated>
    : Otherwise;

type AccessCheck<P, Pub, Pub0> = PublicCheck<P, Pub, Pub0, NoneOf<Exclude<"authenticated", P>, typeof unprotected>>;

type IdorCheck<Open extends string> = NoneOf<Open, Unchecked<Open>>;

type UndeclaredCheck<Name extends string> = NoneOf<Name, Undeclared<Name>>;

/** The names of a path that is not a literal are checked at start-up. */
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
type DeclaredDeps<D extends Deps> = NoDeps extends D ? unknown : DepsInEveryCase;
/** So must the reason. */
export type Declared<D extends Deps, Pub> = [Pub] extends [string] ? PublicInEveryCase & DeclaredDeps<D> : DeclaredDeps<D>;

/**
 * The checks that read names and facts. They are in a conditional type so that the compiler works out equal arguments once: it
 * looks up the arguments of a conditional type before it instantiates what is in it.
 */
export type FactsCheck<
  Shared,
  Own extends string,
  Prefix extends string,
  P,
  N,
  V extends HttpMethod,
  Pub,
  Pub0,
> = V extends HttpMethod
  ? FirstAdvice<
      [
        TemplateCheck<Own>,
        ShadowCheck<Shared>,
        AccessCheck<P, Pub, Pub0>,
        IdorCheck<OpenOf<N, P>>,
        UndeclaredCheck<Exclude<NamesOf<N, "param">, Own | Prefix>>,
        UnusedCheck<Exclude<Own | Prefix, NamesOf<N, "param">>>,
        ScopesCheck<P, N, V>,
      ]
    >
  : never;

/**
 * Everything the compiler checks of a route, the first advice there is. It hangs on the path, the shortest of the arguments:
 * the compiler says the advice first and not the type of the whole specification.
 */
export type RouteCheck<
  D0 extends Deps,
  D extends Deps,
  V extends HttpMethod,
  X extends string,
  X0 extends string,
  Pub,
  Pub0,
  R,
  In,
  A,
> = FirstAdvice<
  [
    FactsCheck<keyof D0 & keyof D, ParametersOf<X>, ParametersOf<X0>, ProtectionsOf<D0 & D>, NoticesOf<D0 & D>, V, Pub, Pub0>,
    ResultCheck<R, In, V, A>,
  ]
>;

/** Declares a route of one method: template, specification, handler. `Pub0` is the group's reason, if it is public. */
export type Method<D0 extends Deps, X0 extends string, V extends HttpMethod = HttpMethod, Pub0 = undefined> = <
  const X extends string,
  const R extends Sendable<In, A>,
  const D extends Deps = NoDeps,
  const Pub extends string | undefined = undefined,
  In = NoSchema,
  const A extends Statuses = undefined,
>(
  template: OrAdvice<X, RouteCheck<D0, D, V, X, X0, Pub, Pub0, R, In, A>>,
  spec: RouteSpec<D, Pub, In, A> & Declared<D, Pub>,
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
  readonly hidden: boolean;
  /** The handler's dependencies: those of the groups first, the outermost's before the others', then the route's own. */
  readonly entries: readonly Entry[];
  /** The answers that it declares. */
  readonly answers: readonly DeclaredAnswer[];
  readonly errors: "oauth" | undefined;
  readonly maxBodyBytes: number | undefined;
  /** Set for a route that opens a WebSocket. */
  readonly socket: SocketDefinition | undefined;
  handler(values: ValueRecord): unknown;
}

/** How a route opens a WebSocket. */
export interface SocketDefinition {
  /** The subprotocols that it speaks. */
  readonly protocols: readonly string[];
}

/** Whether a request of a route may change something. Who has opened a WebSocket may do so by messages. */
export function changesSomething({ method, definition }: Pick<Route, "method" | "definition">): boolean {
  return method !== "GET" || definition.socket !== undefined;
}

/** The parts of a group, and of those around it, that each of its routes inherits. */
export interface Inherited {
  readonly prefix: string;
  readonly tags: readonly string[];
  /** Each with its gate. */
  readonly entries: readonly Entry[];
  readonly public: string | undefined;
  readonly hidden: boolean;
}

/** What a route outside of groups inherits. */
export const nothing: Inherited = { prefix: "", tags: [], entries: [], public: undefined, hidden: false };

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
  hidden: true,
  example: true,
  problems: true,
  callbacks: true,
};

/** Checks the parts of a call that every kind of route has. @throws BuildError `wrong_option` */
export function checkCall(
  where: string,
  spec: { readonly [K in "problems" | "hidden" | "callbacks"]?: unknown },
  handler: unknown,
): void {
  if (typeof spec !== "object" || spec === null)
    throw new BuildError("wrong_option", `${where}: pass the specification second: { deps: … } or { public: "reason" }`);
  if (typeof handler !== "function") throw new BuildError("wrong_option", `${where}: pass the handler third: (values) => result`);
  checkHidden(where, spec.hidden);
  checkDeclaredProblems(where, spec.problems);
  checkCallbacks(`${where}: callbacks`, spec.callbacks);
}

/** @throws BuildError `wrong_option` */
export function checkHidden(where: string, hidden: unknown): void {
  if (hidden !== undefined && typeof hidden !== "boolean")
    throw new BuildError("wrong_option", `${where}: set hidden to true or false`);
}

/** Makes the verb of a method. What the types check at the call is checked again by `createApi()`. */
export function method<D0 extends Deps, X0 extends string, V extends HttpMethod, Pub0 = undefined>(
  verb: V,
  inherited: Inherited = nothing,
): Method<D0, X0, V, Pub0> {
  const declare = (template: string, spec: AnySpec, handler: (values: ValueRecord) => unknown): Route => {
    // Start-up reads the path, and refuses an invalid one.
    const path = join(inherited.prefix, template);
    const where = `${verb} ${path}`;
    checkCall(where, spec, handler);
    checkOptions(where, spec, specOptions);
    return {
      method: verb,
      template: path,
      definition: {
        ...spec,
        ...sharedDefinition(where, spec, inherited),
        answers: answersOf(verb, where, spec),
        errors: spec.errors,
        maxBodyBytes: spec.maxBodyBytes,
        socket: undefined,
        // The values are exactly those of the entries above.
        handler: (values) => handler(values),
      },
    };
  };
  // The types of a call are its rules. Every compiler of an application would work them out again for this body.
  return declare as unknown as Method<D0, X0, V, Pub0>;
}

type AnySpec = RouteSpec<Deps, string, unknown, Statuses>;

/** The parts of a definition that a route shares with its groups. */
export function sharedDefinition(
  where: string,
  spec: {
    readonly tags?: readonly string[];
    readonly public?: string | undefined;
    readonly hidden?: boolean;
    readonly deps?: Deps;
  },
  inherited: Inherited,
): Pick<RouteDefinition, "tags" | "public" | "hidden" | "entries"> & { readonly tags: readonly string[] } {
  return {
    tags: [...inherited.tags, ...(spec.tags ?? [])],
    public: spec.public ?? inherited.public,
    hidden: spec.hidden ?? inherited.hidden,
    entries: [...inherited.entries, ...entriesOf(where, spec.deps ?? {})],
  };
}

/**
 * Joins a prefix and a path. `/v1` and `/` make `/v1`: a path has no trailing slash.
 *
 * @throws BuildError `wrong_path` for a path that would go on with the last segment of the prefix
 */
export function join(prefix: string, path: string): string {
  if (prefix === "") return path;
  if (path === "" || path === "/") return prefix;
  if (typeof path !== "string" || !path.startsWith("/"))
    throw new BuildError("wrong_path", `"${path}" in ${prefix}: ${wrongTemplate}`);
  return `${prefix}${path}`;
}

// The type arguments are written out: to infer them, the compiler would compare whole signatures.

/** A route that answers GET, and HEAD under the same guard. */
export const get: Method<NoDeps, "", "GET"> = method<NoDeps, "", "GET">("GET");
/**
 * `get` for routes of this library, whose paths are not known when it is compiled. Start-up checks them like all others. It saves
 * the compiler of every application the work of checking them again.
 */
export const libraryGet = get as unknown as (path: string, spec: LibrarySpec, handler: () => unknown) => Route;
/** The specification of such a route. */
export type LibrarySpec = { readonly response: unknown } & ({ readonly public: string } | { readonly deps: Deps });
/** A route that answers POST. */
export const post: Method<NoDeps, "", "POST"> = method<NoDeps, "", "POST">("POST");
/** A route that answers PUT. */
export const put: Method<NoDeps, "", "PUT"> = method<NoDeps, "", "PUT">("PUT");
/** A route that answers PATCH. */
export const patch: Method<NoDeps, "", "PATCH"> = method<NoDeps, "", "PATCH">("PATCH");
/** A route that answers DELETE. */
export const del: Method<NoDeps, "", "DELETE"> = method<NoDeps, "", "DELETE">("DELETE");
