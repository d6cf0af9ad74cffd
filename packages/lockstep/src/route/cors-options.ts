/** The options of CORS, and the one list of origins that CORS and the cross-site rule share. */
import { checkOrigin } from "../access/origin.ts";
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { CompiledRoute } from "./compiled-route.ts";

/** Which pages of other origins may call an API and read its answers (the CORS protocol, Fetch §3.3). */
export interface CorsOptions {
  /**
   * The origins, exact: `https://app.example`, `capacitor://localhost`. The cross-site rule of cookies accepts the same ones.
   * Write them here or in `createApi({ origins })`, not in both. `"*"` lets every page read the answers, without cookies.
   */
  readonly origins?: readonly string[] | "*";
  /**
   * Whether pages may send cookies and other credentials that browsers attach. Default: whether a route takes such a credential;
   * with `"*"` always `false`.
   */
  readonly credentials?: boolean;
  /** How long browsers may keep the answer to a preflight, in seconds. Default 600; browsers keep it for at most a day. */
  readonly maxAgeSeconds?: number;
  /**
   * Request headers that pages may send beside those that the routes declare, for example `traceparent` if a hook of the host
   * reads it.
   */
  readonly allowedHeaders?: readonly string[];
  /** Response headers that pages may read beside those of the core and of `responseHeaders()`. */
  readonly exposedHeaders?: readonly string[];
}

const corsOptions: KnownOptions<CorsOptions> = {
  origins: true,
  credentials: true,
  maxAgeSeconds: true,
  allowedHeaders: true,
  exposedHeaders: true,
};

/** The part of an API's options that says which pages may call it. */
export interface PageOptions {
  readonly origins?: readonly string[];
  readonly cors?: CorsOptions;
}

/** The settings of CORS, checked. */
export interface CorsSettings {
  /** `"*"` for every origin. */
  readonly origins: ReadonlySet<string> | "*";
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
}

/** The headers of the core that a page may read beside those that every page may (Fetch §3.3.3). */
const coreHeaders = [
  "X-Request-Id",
  "WWW-Authenticate",
  "Retry-After",
  "Location",
  "ETag",
  "Content-Disposition",
  "Accept-Ranges",
  "Content-Range",
];

/** The origins of the application's own pages, exact; none if every page may read. @throws BuildError `wrong_option` */
export function pageOrigins({ origins, cors }: PageOptions): ReadonlySet<string> {
  if (origins !== undefined && cors?.origins !== undefined)
    throw new BuildError(
      "wrong_option",
      "createApi(): write the origins once, in origins or in cors: { origins }: both are one list",
    );
  const list = origins ?? cors?.origins ?? [];
  if (list === "*") return new Set();
  const option = origins === undefined ? "cors: { origins }" : "origins";
  if (!Array.isArray(list)) throw new BuildError("wrong_option", `createApi(): set ${option} to a list of origins`);
  return new Set(list.map((origin) => checkOrigin(origin, option)));
}

/** The settings, or `undefined` if no page of another origin may read anything. @throws BuildError `wrong_option` */
export function corsSettings(options: PageOptions, routes: readonly CompiledRoute[]): CorsSettings | undefined {
  const { cors } = options;
  if (cors !== undefined) checkCors(cors);
  const listed = pageOrigins(options);
  const origins = cors?.origins === "*" ? "*" : listed;
  if (origins !== "*" && origins.size === 0) {
    if (cors === undefined || cors.origins !== undefined) return undefined;
    throw new BuildError(
      "wrong_option",
      'createApi({ cors }): set origins: ["https://app.example"], or "*": without them no page may read',
    );
  }
  return {
    origins,
    credentials: cors?.credentials ?? (origins !== "*" && routes.some(takesAmbient)),
    maxAgeSeconds: cors?.maxAgeSeconds ?? 600,
    allowedHeaders: cors?.allowedHeaders ?? [],
    exposedHeaders: [...new Set([...coreHeaders, ...routes.flatMap(addedHeaders), ...(cors?.exposedHeaders ?? [])])],
  };
}

/** The names of the headers that the dependencies of a route add to its answers. Cookies are never read. */
function addedHeaders({ nodes }: CompiledRoute): readonly string[] {
  const places = nodes.flatMap((node) => (node.kind === "input" ? (node.input.adds ?? []) : []));
  return places.map(({ name }) => name).filter((name) => !unreadable.test(name));
}

/** Whether a browser attaches a credential of the route by itself, if the page asks for it. */
function takesAmbient({ plan }: CompiledRoute): boolean {
  return plan.schemes.some(({ scheme }) => scheme.ambient !== false);
}

function checkCors(cors: CorsOptions): void {
  checkOptions("createApi({ cors })", cors, corsOptions);
  const { origins, credentials, maxAgeSeconds, allowedHeaders = [], exposedHeaders = [] } = cors;
  if (credentials !== undefined && typeof credentials !== "boolean") throw wrong("set credentials to true or false");
  if (origins === "*" && credentials === true)
    throw wrong(
      'name the origins, or leave out credentials: with "*" every page on the web could act with the cookies of its visitor',
    );
  if (maxAgeSeconds !== undefined && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0 && maxAgeSeconds <= 86_400))
    throw wrong("set maxAgeSeconds to an integer from 0 to 86400");
  for (const [option, names] of Object.entries({ allowedHeaders, exposedHeaders })) {
    const isList =
      Array.isArray(names) && names.every((name) => typeof name === "string" && isToken(name) && !unreadable.test(name));
    if (!isList) throw wrong(`name single headers in ${option}, for example ["traceparent"]`);
  }
}

/** `*` would mean every header, and browsers show no page a cookie that is set. */
const unreadable = /^(?:\*|set-cookie2?)$/i;

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `createApi({ cors }): ${advice}`);
}
