/**
 * Cross-site request forgery: a browser attaches cookies (and Basic credentials and client certificates) to requests that
 * another site makes. Whether a request is the site's own is decided by Fetch Metadata and `Origin` against configured
 * origins, never by `Host`, `Referer` or the content type; no token is needed. It costs two header reads, on unsafe methods
 * whose deciding credential is one that a browser attaches by itself, or that ask for it (`same-site.ts`).
 */
import type { HostRequest } from "../host/host.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Why the request may not go on, or `undefined` if it may. For a cookie the request must prove that it is the site's own;
 * for what programs send as well (`browser`: Basic, client certificates) only a sign of another site refuses.
 */
export function crossSiteReason(
  request: HostRequest,
  ambient: "cookie" | "browser" | false,
  origins: ReadonlySet<string>,
): string | undefined {
  if (ambient === false || safe.has(request.method)) return undefined;
  const site = request.headers("sec-fetch-site");
  const origin = request.headers("origin");
  if (site.length > 1 || origin.length > 1) return "Sec-Fetch-Site or Origin came twice";
  const [from] = origin;
  if (from !== undefined && origins.has(from)) return undefined;
  const [fetchSite] = site;
  if (fetchSite === "same-origin" || fetchSite === "none") return undefined;
  if (fetchSite !== undefined) return "Sec-Fetch-Site names another site";
  if (from !== undefined) return "Origin is not among the configured origins";
  return ambient === "cookie" ? "neither Sec-Fetch-Site nor Origin came" : undefined;
}
