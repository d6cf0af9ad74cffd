/**
 * Routes: flat values that say who may call them. This module owns the specification of a route, what the compiler checks
 * of it, and the value it becomes. The same checks on the graph are in `check.ts`.
 */
import type { NonEmptyReason } from "../access/reason.ts";
import { BuildError } from "../problem/error.ts";
import { refuseUnknownOptions } from "./known-options.ts";
import type { Advice, Deps, NoticesOf, ProtectionsOf, Values } from "../dependency/dependency.ts";
import { type Entry, entriesOf, type ValueRecord } from "../dependency/node.ts";
import type { AnySchema, Schema } from "../input/schema.ts";
import type { HandlerResult, Sendable } from "./result.ts";
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
  readonly problems?: Readonly<Record<number, string>>;
}

/** What a route declares. */
export interface RouteSpec<D extends Deps, Pub extends string | undefined, In = unknown> extends RouteDocumentation {
  /** Why anyone may call it; shown in the access matrix. Excludes an authenticated dependency. */
  readonly public?: Pub;
  /** What the handler needs. Without `public`, one of these (or of the group's) is authenticated. */
  readonly deps?: D;
  /** The schema of the response: unknown fields are dropped, and the handler's result must fit. */
  readonly response?: Schema<In, unknown>;
  /** The status of a success. Default 200; 204 where the handler gives `undefined`. */
  readonly status?: number;
  /** `oauth`: errors as RFC 6749 §5.2 demands of OAuth endpoints, instead of problem details. */
  readonly errors?: "oauth";
  /** The largest body in bytes. Default: the API's limit. */
  readonly maxBodyBytes?: number;
}

type IdorAdvice =
  "IDOR: an id from the request reaches this handler with no ownership check: load it with owned(), permitted() or unowned()";
type UnprotectedAdvice = 'Unprotected route: depend on an authenticate() dependency, or give { public: "reason" }';
type ExclusiveAdvice =
  "A route is public or authenticated, not both: leave out public, or use optional() for a caller who may be signed in";

type IdorCheck<D extends Deps> = [Extract<NoticesOf<D>, `object-id:${string}`>] extends [never] ? unknown : Advice<IdorAdvice>;

type AccessCheck<D extends Deps, Pub> = [Pub] extends [string]
  ? "authenticated" extends ProtectionsOf<D>
    ? Advice<ExclusiveAdvice>
    : First<NonEmptyReason<Pub>, IdorCheck<D>>
  : "authenticated" extends ProtectionsOf<D>
    ? IdorCheck<D>
    : Advice<UnprotectedAdvice>;

type UsedParameters<D extends Deps> = NoticesOf<D> extends infer F ? (F extends `param:${infer N}` ? N : never) : never;

type ParameterCheck<Used extends string, X extends string> = string extends X
  ? unknown
  : [Exclude<Used, ParametersOf<X>>] extends [never]
    ? [Exclude<ParametersOf<X>, Used>] extends [never]
      ? unknown
      : Advice<`path parameter :${Exclude<ParametersOf<X>, Used>} is used by no dependency: add path("${Exclude<ParametersOf<X>, Used>}", schema) to one`>
    : Advice<`the path has no parameter :${Exclude<Used, ParametersOf<X>>}`>;

type NoShadow<D0 extends Deps, D extends Deps> = [keyof D & keyof D0] extends [never]
  ? unknown
  : Advice<"the group already declares a dependency of this name">;

/** The first advice there is: two at once would be `never`, and say nothing. */
type First<A, B> = unknown extends A ? B : A;

/** What protects is there in every case: in each member of a union, and as no optional member of a variable. */
export interface DepsInEveryCase {
  readonly deps: unknown;
}
interface PublicInEveryCase {
  readonly public: unknown;
}
/** The declared dependencies must be present, where there are any. */
export type DeclaredDeps<D extends Deps> = Record<never, never> extends D ? unknown : DepsInEveryCase;
type Declared<D extends Deps, Pub> = [Pub] extends [string] ? PublicInEveryCase & DeclaredDeps<D> : DeclaredDeps<D>;

/** Everything the compiler checks of a route. */
export type RouteCheck<D0 extends Deps, D extends Deps, X extends string, Pub> = First<
  NoShadow<D0, D>,
  First<AccessCheck<D0 & D, Pub>, First<ParameterCheck<UsedParameters<D0 & D>, X>, Declared<D, Pub>>>
>;

/** Declares a route of one method: template, specification, handler. */
export type Method<D0 extends Deps, X0 extends string> = <
  const X extends string,
  const R extends Sendable<In>,
  const D extends Deps = Record<never, never>,
  const Pub extends string | undefined = undefined,
  In = unknown,
>(
  template: X & TemplateCheck<X>,
  spec: RouteSpec<D, Pub, In> & RouteCheck<D0, D, `${X0}${X}`, Pub>,
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
  readonly response: AnySchema | undefined;
  readonly status: number | undefined;
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

const specOptions = [
  "public",
  "deps",
  "response",
  "status",
  "errors",
  "maxBodyBytes",
  "summary",
  "description",
  "tags",
  "operationId",
  "deprecated",
  "example",
  "problems",
] as const satisfies readonly (keyof RouteSpec<Deps, string>)[];

function checkCall(where: string, spec: unknown, handler: unknown): void {
  if (typeof spec !== "object" || spec === null)
    throw new BuildError("wrong_option", `${where}: the specification comes second: { deps: … } or { public: "reason" }`);
  if (typeof handler !== "function") throw new BuildError("wrong_option", `${where}: the handler comes third`);
  refuseUnknownOptions(where, spec, specOptions);
}

/** Makes the verb of a method. What the types check at the call is checked again by `createApi()`. */
export function method<D0 extends Deps, X0 extends string>(verb: HttpMethod, inherited: Inherited = nothing): Method<D0, X0> {
  return (template, spec, handler) => {
    const path = join(inherited.prefix, template);
    checkCall(`${verb} ${path}`, spec, handler);
    const entries = [...entriesOf("group()", inherited.deps), ...entriesOf(`${verb} ${path}`, spec.deps ?? {})];
    return {
      method: verb,
      template: path,
      definition: {
        ...spec,
        tags: [...inherited.tags, ...(spec.tags ?? [])],
        public: spec.public,
        entries,
        response: spec.response,
        status: spec.status,
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
export const get: Method<Record<never, never>, ""> = method("GET");
/** A route that answers POST. */
export const post: Method<Record<never, never>, ""> = method("POST");
/** A route that answers PUT. */
export const put: Method<Record<never, never>, ""> = method("PUT");
/** A route that answers PATCH. */
export const patch: Method<Record<never, never>, ""> = method("PATCH");
/** A route that answers DELETE. */
export const del: Method<Record<never, never>, ""> = method("DELETE");
