/**
 * CORS (Fetch §3.3): which pages of other origins may read an answer, and what a browser is told before it sends a request that a
 * form could not send. It lets pages read; it guards nothing. A page of another origin that only sends is stopped by the
 * cross-site rule (`access/cross-site.ts`), which knows the same origins.
 */
import type { InputPlace } from "../dependency/input-place.ts";
import type { CheckedScheme } from "../dependency/scheme-definition.ts";
import type { HostRequest } from "../host/host.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import type { CorsSettings } from "./cors-options.ts";

type Headers = Record<string, string | readonly string[]>;

/** The CORS headers of an API's answers. */
export class Cors {
  readonly #settings: CorsSettings;
  readonly #exposed: string;

  constructor(settings: CorsSettings) {
    this.#settings = settings;
    this.#exposed = settings.exposedHeaders.join(", ");
  }

  /** Adds the headers of an answer. Every answer differs by `Origin`, also for requests without one: caches must know. */
  addTo(headers: Headers, request: HostRequest): void {
    const { origins, credentials } = this.#settings;
    if (origins !== "*") headers["vary"] = "Origin";
    const [origin, ...others] = request.headers("origin");
    if (origin === undefined || others.length > 0 || (origins !== "*" && !origins.has(origin))) return;
    headers["access-control-allow-origin"] = origins === "*" ? "*" : origin;
    if (credentials) headers["access-control-allow-credentials"] = "true";
    headers["access-control-expose-headers"] = this.#exposed;
  }

  /**
   * Adds the headers of a preflight's answer. A page of an unknown origin is told nothing more than anyone who sends OPTIONS.
   *
   * @param methods the methods of the path
   * @param route the route of the method that the page wants to use, if there is one
   */
  addPreflight(headers: Headers, request: HostRequest, methods: readonly string[], route: CompiledRoute | undefined): void {
    const isPreflight = request.headers("access-control-request-method").length === 1;
    if (!isPreflight || headers["access-control-allow-origin"] === undefined) return;
    delete headers["access-control-expose-headers"];
    headers["access-control-allow-methods"] = methods.filter((method) => method !== "OPTIONS").join(", ");
    const names = route === undefined ? [] : [...requestHeadersOf(route), ...this.#settings.allowedHeaders];
    if (names.length > 0) headers["access-control-allow-headers"] = names.join(", ");
    headers["access-control-max-age"] = String(this.#settings.maxAgeSeconds);
  }
}

/** The request headers that a route declares: those of its credentials and inputs. */
export function requestHeadersOf({ nodes }: CompiledRoute): readonly string[] {
  const names = nodes.flatMap((node) => {
    if (node.kind === "scheme") return headersOfScheme(node.scheme);
    return node.kind === "input" ? headerOfInput(node.input) : [];
  });
  return [...new Set([...names, "x-request-id"])];
}

function headersOfScheme({ place, sender }: CheckedScheme): readonly string[] {
  const [kind, name = ""] = place.split(" ");
  if (kind === "authorization") return sender?.method === "dpop" ? ["authorization", "dpop"] : ["authorization"];
  return kind === "header" ? [name] : [];
}

function headerOfInput({ kind, name, mediaTypes }: InputPlace): readonly string[] {
  if (kind === "header") return [name.toLowerCase()];
  return mediaTypes.length > 0 || kind === "raw-body" ? ["content-type"] : [];
}
