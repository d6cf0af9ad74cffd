/**
 * Cross-site request forgery: a browser attaches cookies (and Basic credentials and client certificates) to requests that
 * another site makes. Whether a request is the site's own is decided by Fetch Metadata and `Origin` against configured
 * origins, never by `Host`, `Referer` or the content type; no token is needed. It costs two header reads, on unsafe methods
 * whose deciding credential is one that a browser attaches by itself, or that ask for it (`same-site.ts`).
 */
import type { HostRequest } from "../host/host.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/** The origins that an API names. */
export interface KnownOrigins {
  /** Those of the application's pages. */
  readonly origins: ReadonlySet<string>;
  /**
   * The API's own, which count if the browser sends no Fetch Metadata (Safari before 16.4, and every browser to plain http).
   */
  readonly ownOrigins: ReadonlySet<string>;
}

/** What the dependencies that run here ask. */
export interface SiteRule {
  /** Whether a browser may have attached a credential by itself. */
  readonly ambient: "cookie" | "browser" | false;
  /** More of the API's own origins. */
  readonly ownOrigins: ReadonlySet<string>;
}

/**
 * Why the request may not go on, or `undefined` if it may. For a cookie the request must prove that it is the site's own;
 * for what programs send as well (`browser`: Basic, client certificates) only a sign of another site refuses.
 */
export function crossSiteReason(request: HostRequest, rule: SiteRule, known: KnownOrigins): string | undefined {
  if (rule.ambient === false || safe.has(request.method)) return undefined;
  return foreignReason(request, rule, known);
}

/**
 * The same for the handshake of a WebSocket, whatever its credential is. CORS does not apply to it: the page of any site could
 * open one and read everything that it sends (RFC 6455 §10.2).
 */
export function crossSiteSocketReason(request: HostRequest, rule: SiteRule, known: KnownOrigins): string | undefined {
  return foreignReason(request, rule, known);
}

function foreignReason(request: HostRequest, rule: SiteRule, known: KnownOrigins): string | undefined {
  const site = request.headers("sec-fetch-site");
  const origin = request.headers("origin");
  if (site.length > 1 || origin.length > 1) return "Sec-Fetch-Site or Origin came twice";
  const [from] = origin;
  if (from !== undefined && known.origins.has(from)) return undefined;
  const [fetchSite] = site;
  if (fetchSite === "same-origin" || fetchSite === "none") return undefined;
  if (fetchSite !== undefined) return "Sec-Fetch-Site names another site";
  if (from !== undefined && isOwn(from, rule, known) && !isDowngraded(from, request)) return undefined;
  if (from !== undefined) return "Origin is not among the configured origins";
  return rule.ambient === "cookie" ? "neither Sec-Fetch-Site nor Origin came" : undefined;
}

function isOwn(origin: string, rule: SiteRule, known: KnownOrigins): boolean {
  return known.ownOrigins.has(origin) || rule.ownOrigins.has(origin);
}

/** A page that came unencrypted may be anybody's on the network: it is not the same site as an encrypted API. */
function isDowngraded(origin: string, { secure }: HostRequest): boolean {
  return secure && origin.startsWith("http:");
}
