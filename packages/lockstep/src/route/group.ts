/** `group()`: routes that share a prefix, tags and dependencies. */
import type { Deps, NoDeps } from "../dependency/dependency.ts";
import { checkOptions } from "../problem/options.ts";
import { type DeclaredDeps, method, type Method } from "./route.ts";
import type { ParametersOf, TemplateCheck } from "./template.ts";

/** What the routes of a group share. */
export interface GroupSpec<X0 extends string, D0 extends Deps> {
  /** The beginning of each path, for example `/v1`. */
  readonly prefix: X0 & TemplateCheck<ParametersOf<X0>>;
  readonly tags?: readonly string[];
  /** Run before anything else of every route of the group, whatever kind they are, and handed to each handler. */
  readonly deps?: D0;
}

/** The verbs of a group. */
export interface Group<D0 extends Deps, X0 extends string> {
  readonly get: Method<D0, X0, "GET">;
  readonly post: Method<D0, X0, "POST">;
  readonly put: Method<D0, X0, "PUT">;
  readonly patch: Method<D0, X0, "PATCH">;
  readonly del: Method<D0, X0, "DELETE">;
}

/**
 * Routes that share a prefix, tags and dependencies. The group's guard always runs: a route that must escape it is declared
 * outside the group.
 *
 * @example
 * ```ts
 * const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: apiClient } });
 * const routes = [v1.get("/data", {}, ({ client }) => ({ data: client.name }))];
 * ```
 */
export function group<const X0 extends string, const D0 extends Deps = NoDeps>(
  spec: GroupSpec<X0, D0> & DeclaredDeps<D0>,
): Group<D0, X0> {
  checkOptions<GroupSpec<string, Deps>>("group()", spec, { prefix: true, tags: true, deps: true });
  const inherited = { prefix: spec.prefix, tags: spec.tags ?? [], deps: spec.deps ?? {} };
  return {
    get: method<D0, X0, "GET">("GET", inherited),
    post: method<D0, X0, "POST">("POST", inherited),
    put: method<D0, X0, "PUT">("PUT", inherited),
    patch: method<D0, X0, "PATCH">("PATCH", inherited),
    del: method<D0, X0, "DELETE">("DELETE", inherited),
  };
}
