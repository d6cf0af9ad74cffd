/** `createApi()`: routes become an API. This module owns what an API is; serving one request is the exchange's. */
import { readOverrides, type OverrideList } from "../dependency/override.ts";
import { AppValues } from "../dependency/app-values.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { nodesBelow, type Overrides } from "../dependency/graph.ts";
import { type Entry, entriesOf, isDependency, type Node } from "../dependency/node.ts";
import { docsRoutes } from "../docs-ui/docs.ts";
import { fetchHandler } from "../host/fetch/fetch-handler.ts";
import { openApiDocument } from "../openapi/document.ts";
import type { OpenApiDocument } from "../openapi/openapi.ts";
import { BuildError } from "../problem/error.ts";
import type { ApiOptions } from "./api-options.ts";
import { type CompiledRoute, compileRoute } from "./compiled-route.ts";
import { metadataRoutes } from "./protected-resource.ts";
import { Server } from "./server.ts";
import { refuseUnknownOptions } from "./known-options.ts";
import { Router } from "./match.ts";
import { servingOf } from "./serving.ts";

/** An API: give it to a host, or call it. */
export interface Api {
  /** Every route, checked and compiled, the documentation's own included. */
  readonly routes: readonly CompiledRoute[];
  /** Answers a web request: for tests, and for runtimes that speak fetch. */
  fetch(request: Request): Promise<Response>;
  /** The OpenAPI 3.1 document. */
  openapi(): OpenApiDocument;
  /** A new API in which this dependency runs before every route, and is documented with each. Call it before serving. */
  guard(dependency: AnyDependency): Api;
  /**
   * A new API in which others stand in for some dependencies, for tests: `api.with([[currentUser, fakeUser]])`. The facts of
   * what is replaced stay, what is below it is skipped.
   *
   * @throws BuildError `override_in_production`, `unknown_override` for a dependency that no route uses
   */
  with<const A extends readonly AnyDependency[]>(overrides: OverrideList<A>): Api;
  /** Makes every value that lives as long as the app, so that a wrong setting is met at start-up. */
  ready(): Promise<void>;
  /** Closes every value that lives as long as the app. */
  close(): Promise<void>;
  /** For hosts: what serves the requests. */
  readonly "~server": Server;
}

/**
 * Makes an API of routes. Every rule that the compiler checks is checked again on the graph, for JavaScript callers and `any`.
 *
 * @throws BuildError for a route that breaks a rule (`unprotected_route`, `unchecked_object`, …), for two routes that answer
 *   the same requests, for options that are wrong; the message names the route and says what to write
 *
 * @example
 * ```ts
 * export const api = createApi({
 *   title: "Notes", version: "1.0.0",
 *   routes: [get("/me", { deps: { user: activeUser } }, ({ user }) => user)],
 * });
 * ```
 */
export function createApi(options: ApiOptions): Api {
  checkOptions(options);
  const guards = options.guard === undefined ? [] : [guardEntry(options.guard)];
  return assemble(options, guards, new Map());
}

function assemble(options: ApiOptions, guards: readonly Entry[], overrides: Overrides): Api {
  const compile = (route: ApiOptions["routes"][number]): CompiledRoute => compileRoute(route, guards, overrides);
  const own = options.routes.map(compile);
  // Routes that collide are told before the documentation stumbles over their names.
  void new Router(own);
  const document = openApiDocument(options, own);
  const routes = [...own, ...[...metadataRoutes(options, own), ...docsRoutes(options, document)].map(compile)];
  const app = new AppValues(overrides);
  const server = new Server(routes, servingOf(options, app));
  const api: Api = {
    routes,
    fetch: fetchHandler(server),
    openapi: () => document,
    guard: (dependency) => {
      return assemble(options, [...guards, guardEntry(dependency)], overrides);
    },
    with: (pairs) => {
      refuseInProduction();
      const added = readOverrides(pairs);
      refuseUnknown(routes, added);
      return assemble(options, guards, new Map([...overrides, ...added]));
    },
    ready: async () => {
      await Promise.all(appNodes(routes).map((node) => app.get(node)));
    },
    close: () => app.close(),
    "~server": server,
  };
  return Object.freeze(api);
}

const apiOptions = [
  "title",
  "version",
  "description",
  "servers",
  "routes",
  "guard",
  "origins",
  "docs",
  "resource",
  "limits",
  "audit",
  "clock",
  "onError",
] as const satisfies readonly (keyof ApiOptions)[];

/** A guard of the whole API runs before every route; no handler sees its value. */
function guardEntry(dependency: AnyDependency): Entry {
  const [entry] = entriesOf("guard()", { guard: dependency });
  if (entry === undefined) throw new TypeError("A record of one has one entry");
  return { ...entry, hidden: true };
}

function checkOptions(options: ApiOptions): void {
  refuseUnknownOptions("createApi()", options, apiOptions);
  for (const name of ["title", "version"] as const) {
    if (typeof options[name] !== "string" || options[name] === "")
      throw new BuildError("wrong_option", `createApi() needs a ${name}`);
  }
  if (!Array.isArray(options.routes)) throw new BuildError("wrong_option", "createApi() needs routes: an array of get(), post() …");
  if (options.guard !== undefined && !isDependency(options.guard)) throw new BuildError("wrong_option", "guard is a dependency");
}

/** Overrides switch guards off; a test may, a server that runs for others may not. */
function refuseInProduction(): void {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  if (process?.env?.["NODE_ENV"] === "production") {
    throw new BuildError("override_in_production", "api.with() is for tests and refuses to work where NODE_ENV is production");
  }
}

function refuseUnknown(routes: readonly CompiledRoute[], overrides: Overrides): void {
  const used = new Set(routes.flatMap((route) => route.entries.flatMap((entry) => below(entry.node))));
  for (const [index, replaced] of [...overrides.keys()].entries()) {
    if (!used.has(replaced))
      throw new BuildError(
        "unknown_override",
        `api.with(): no route of this API uses the dependency replaced by pair ${index + 1}`,
      );
  }
}

/** The app values that some request would use: what `with()` replaces is not made. */
function appNodes(routes: readonly CompiledRoute[]): Node[] {
  const variants = routes.flatMap(({ plan }) => plan.outcomes).filter((outcome) => outcome.kind === "run");
  const steps = new Set(variants.flatMap((variant) => variant.steps));
  return [...new Set([...steps].filter((step) => step.node.lifetime === "app" && !step.overridden).map((step) => step.node))];
}

function below(node: Node): Node[] {
  return nodesBelow(node, (each) => each.deps);
}
