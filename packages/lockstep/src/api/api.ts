/** `createApi()`: routes become an API. This module owns what an API is; serving one request is the exchange's. */
import { timeOf } from "../callback.ts";
import { readOverrides, type OverrideList } from "../dependency/override.ts";
import { AppValues } from "../dependency/app-values.ts";
import type { AnyDependency, ValueOf } from "../dependency/dependency.ts";
import type { Overrides } from "../dependency/graph.ts";
import { type Entry, entriesOf, isDependency, type Node } from "../dependency/node.ts";
import type { RunContext } from "../dependency/run.ts";
import { docsRoutes } from "../docs-ui/docs.ts";
import type { HostedApi } from "../host/host.ts";
import { fetchOf } from "../host/fetch/serve-fetch.ts";
import { openApiDocument } from "../openapi/document.ts";
import type { OpenApiDocument } from "../openapi/openapi.ts";
import { BuildError } from "../problem/error.ts";
import type { ApiOptions, ApiServerAddress, DocsOptions, ProtectedResource, StrictTransport } from "../route/api-options.ts";
import { checkCounters } from "../route/check-counters.ts";
import { checkCollectionNames } from "../route/collection-names.ts";
import { type CompiledRoute, compileRoute, overrideRoute } from "../route/compiled-route.ts";
import { type ErrorClass, ErrorTranslations } from "../route/error-translation.ts";
import { checkAudiences, metadataRoutes } from "../route/protected-resource.ts";
import { Dispatcher } from "../route/dispatcher.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkCollisions } from "../route/match.ts";
import type { HttpMethod, Route } from "../route/route.ts";
import { servingOf } from "../route/serving.ts";
import { checkWebhooks } from "../route/webhook-description.ts";
import { ApiLife, type CloseOptions } from "./life.ts";

/** A route as it is served. */
export interface ServedTemplate {
  readonly method: HttpMethod;
  /** The whole path: `/notes/:id`. */
  readonly template: string;
}

/** What `api.with()` may be told. */
export interface OverrideOptions {
  /** Says that this is a test, for programs that no test runner starts. Default false. */
  readonly testing?: boolean;
}

/** An API: give it to a host, or call it. */
export interface Api {
  /** Every route, the documentation's own included: its method and its template. Frozen. */
  readonly routes: readonly ServedTemplate[];
  /**
   * Answers a web request: for tests, and for runtimes that speak fetch, which may pass more than the request. It does not know
   * the client's address.
   *
   * @throws BuildError `client_address_unknown` if a route needs it: use `serveFetch(api, { address })` of `lockstep/fetch`
   */
  fetch(request: Request, ...platform: readonly unknown[]): Promise<Response>;
  /** The OpenAPI 3.1 document. Every API that `with()` returns has the same one: do not change it. */
  openapi(): OpenApiDocument;
  /**
   * Returns a new API in which some dependencies are replaced, for tests: `api.with([[currentUser, fakeUser]])`. The facts of a
   * replaced dependency stay, and everything below it is skipped. It works under a test runner, with `NODE_ENV=test`, and with
   * `{ testing: true }`; anywhere else it refuses, because it switches guards off.
   *
   * @throws BuildError `wrong_option`, `override_in_production`, `unknown_override` for a dependency that no route uses
   */
  with<const A extends readonly AnyDependency[]>(overrides: OverrideList<A>, options?: OverrideOptions): Api;
  /** Makes every value that lives as long as the app: a wrong setting fails at start-up. */
  ready(): Promise<void>;
  /**
   * Runs a dependency outside a request, as `run()` does, with the values of the app that the requests have: a pool is opened
   * once. In an API that `with()` returned, its replacements hold here too. `close()` waits for it.
   *
   * @throws Refused if a guard refuses
   * @throws BuildError `wrong_option`, `wrong_dependency` if an input or a scheme has no value outside a request, `api_closed`
   *   after `close()`
   *
   * @example
   * ```ts
   * await api.run(reports, { with: [[currentUser, systemUser]] }, (reports) => reports.sendDaily());
   * ```
   */
  run<D extends AnyDependency, R = ValueOf<D>, const A extends readonly AnyDependency[] = readonly []>(
    dep: D,
    context?: RunContext<A>,
    use?: (value: ValueOf<D>) => R | PromiseLike<R>,
  ): Promise<R>;
  /**
   * Ends the requests that last (streams, sockets), waits for work after answers (`afterAnswer()`) and for `api.run()`, at most
   * `graceSeconds`, and closes every value that lives as long as the app. Work that has not ended by then is reported to
   * `onError`.
   *
   * @throws BuildError `wrong_option`
   * @throws AggregateError if some of the values did not close
   */
  close(options?: CloseOptions): Promise<void>;
  /** For hosts: use `dispatcherOf(api)` of `lockstep/host`. */
  readonly "~dispatcher": HostedApi;
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
export function createApi<const E extends readonly ErrorClass[] = readonly []>(options: ApiOptions<E>): Api {
  checkApiOptions(options);
  return serve(buildApi(options), new Map());
}

/** What overrides do not change: everything that is checked and documented. */
interface BuiltApi {
  readonly options: ApiOptions;
  /** Every route, the documentation's own included, as it was declared. */
  readonly routes: readonly CompiledRoute[];
  readonly document: OpenApiDocument;
}

function buildApi(options: ApiOptions): BuiltApi {
  const guards = options.guard === undefined ? [] : [guardEntry(options.guard)];
  const compile = (route: Route): CompiledRoute => compileRoute(route, guards);
  const own = options.routes.map(compile);
  checkCollectionNames(own);
  // Routes that collide are told before the documentation stumbles over their names.
  checkCollisions(own);
  checkCounters(own);
  checkAudiences(options, own);
  const problems = options.translate === undefined ? [] : new ErrorTranslations(options.translate).problems;
  const document = openApiDocument({ ...options, problems }, own);
  const added = [...metadataRoutes(options, own), ...docsRoutes(options, document, own)].map(compile);
  return { options, routes: [...own, ...added], document };
}

function serve(built: BuiltApi, overrides: Overrides): Api {
  const { options, document } = built;
  const routes = built.routes.map((route) => overrideRoute(route, overrides));
  const { clock = Date.now } = options;
  const app = new AppValues(overrides, () => timeOf(clock));
  const serving = servingOf(options, app, routes);
  const dispatcher = new Dispatcher(routes, serving);
  const life = new ApiLife(app, overrides, serving);
  let answer: Api["fetch"] | undefined;
  const api: Api = {
    routes: Object.freeze(routes.map(({ method, template }) => Object.freeze({ method, template }))),
    // Made when it is first called: an API whose routes need the client's address is made for other hosts.
    fetch: async (request, ...platform) =>
      (answer ??= fetchOf({ "~dispatcher": dispatcher }, {}, { webSockets: true }))(request, ...platform),
    openapi: () => document,
    with: (pairs, overrideOptions = {}) => {
      checkOptions<OverrideOptions>("api.with()", overrideOptions, { testing: true });
      refuseOutsideTests(overrideOptions.testing ?? false);
      const added = readOverrides(pairs);
      refuseUnknown(routes, added);
      return serve(built, new Map([...overrides, ...added]));
    },
    ready: async () => {
      await Promise.all(appNodes(routes).map((node) => app.get(node)));
    },
    // Without `use` the result is the value itself, which is what R defaults to.
    run: <D extends AnyDependency, R>(
      dep: D,
      context = {},
      use: (value: ValueOf<D>) => R | PromiseLike<R> = (value) => value as R,
    ) => life.run(dep, context, use),
    close: (closeOptions = {}) => life.close(closeOptions),
    "~dispatcher": dispatcher,
  };
  return Object.freeze(api);
}

const apiOptions: KnownOptions<ApiOptions> = {
  title: true,
  version: true,
  description: true,
  servers: true,
  routes: true,
  webhooks: true,
  guard: true,
  origins: true,
  cors: true,
  hsts: true,
  docs: true,
  resource: true,
  limits: true,
  audit: true,
  clock: true,
  translate: true,
  onError: true,
  onAnswer: true,
  observe: true,
  requestIdHeader: true,
  recheckMs: true,
};

/** A guard of the whole API runs before every route; no handler sees its value. */
function guardEntry(dependency: AnyDependency): Entry {
  const [entry] = entriesOf("createApi({ guard })", { guard: dependency });
  if (entry === undefined) throw new TypeError("A record of one has one entry");
  return { ...entry, hidden: true, gate: 0 };
}

function checkApiOptions(options: ApiOptions): void {
  checkOptions("createApi()", options, apiOptions);
  checkNestedOptions(options);
  for (const name of ["title", "version"] as const) {
    if (typeof options[name] !== "string" || options[name] === "")
      throw new BuildError("wrong_option", `createApi(): set ${name} to a text that is not empty`);
  }
  if (!Array.isArray(options.routes))
    throw new BuildError("wrong_option", "createApi(): set routes to an array of get(), post() …");
  if (options.guard !== undefined && !isDependency(options.guard))
    throw new BuildError("wrong_option", "createApi(): set guard to a dependency");
}

const docsOptions: KnownOptions<DocsOptions> = {
  access: true,
  public: true,
  clientId: true,
  authorizationParameters: true,
  theme: true,
  logo: true,
  tryItOut: true,
};

/** Checks the options that are records; limits are checked with those of the routes. */
function checkNestedOptions({ docs, hsts, observe, resource, servers = [], webhooks }: ApiOptions): void {
  if (observe !== undefined && typeof observe?.begin !== "function")
    throw new BuildError("wrong_option", "createApi(): set observe to an observer, for example openTelemetry()");
  if (hsts !== undefined) {
    checkOptions<StrictTransport>("createApi({ hsts })", hsts, { includeSubDomains: true });
    if (typeof hsts.includeSubDomains !== "boolean")
      throw new BuildError("wrong_option", "createApi({ hsts }): set includeSubDomains to true or false");
  }
  if (docs !== undefined) checkOptions("createApi({ docs })", docs, docsOptions);
  if (resource !== undefined) {
    checkOptions<ProtectedResource>("createApi({ resource })", resource, {
      url: true,
      authorizationServers: true,
      audience: true,
    });
  }
  checkWebhooks("createApi({ webhooks })", webhooks);
  for (const server of servers) checkOptions<ApiServerAddress>("createApi({ servers })", server, { url: true, description: true });
}

/** What runs tests sets one of these; a server that runs for others has none. */
const runners = ["NODE_TEST_CONTEXT", "VITEST", "VITEST_WORKER_ID", "JEST_WORKER_ID", "BUN_TEST", "DENO_TESTING", "AVA_PATH"];

/** What a process of Node, Bun or Deno says of itself. */
interface RunningProcess {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly execArgv?: readonly string[];
}

/** Overrides switch guards off: a test may, a server may not. */
function refuseOutsideTests(testing: boolean): void {
  const { process } = globalThis as { readonly process?: RunningProcess };
  const env = process?.env ?? {};
  const isTest =
    env["NODE_ENV"] === "test" || runners.some((name) => env[name] !== undefined) || process?.execArgv?.includes("--test") === true;
  if (testing || (isTest && env["NODE_ENV"] !== "production")) return;
  throw new BuildError(
    "override_in_production",
    "run api.with() under a test runner or with NODE_ENV=test, or pass { testing: true } as its second argument: it switches guards off",
  );
}

function refuseUnknown(routes: readonly CompiledRoute[], overrides: Overrides): void {
  const used = new Set(routes.flatMap((route) => route.nodes));
  for (const [index, replaced] of [...overrides.keys()].entries()) {
    if (!used.has(replaced))
      throw new BuildError(
        "unknown_override",
        `api.with(): correct or remove the pair whose dependency no route of this API uses: pair ${index + 1}`,
      );
  }
}

/** The app values that some request would use: what `with()` replaces is not made. */
function appNodes(routes: readonly CompiledRoute[]): Node[] {
  const variants = routes.flatMap(({ plan }) => plan.outcomes).filter((outcome) => outcome.kind === "run");
  const steps = new Set(variants.flatMap((variant) => variant.steps));
  return [...new Set([...steps].filter((step) => step.node.lifetime === "app" && !step.overridden).map((step) => step.node))];
}
