/** The id of a request: the answer, audit events, listeners and the host's own log have the same. */
import type { HostRequest } from "../host/host.ts";

/** What every proxy and log writes as it is: no space, quote, comma or line break, and nothing long. */
const wellFormed = /^[\w.:@+/=~-]{1,128}$/;

/** What an id is chosen from. */
export type IdentifiedRequest = Pick<HostRequest, "headers" | "id" | "isIdCounted">;

/**
 * Chooses the id of a request: the host's own, then the one that the client or a proxy sent, then a new one (a UUID). An id that
 * is not well formed is not used, nor is a header that came twice. If the host only counts, an id that was sent is preferred.
 *
 * @param header the header's name in lower case; `undefined` if nothing that is sent is used
 */
export function requestIdOf(request: IdentifiedRequest, header: string | undefined): string {
  const own = used(request.id);
  if (own !== undefined && request.isIdCounted !== true) return own;
  const [sent, ...others] = header === undefined ? [] : request.headers(header);
  return (others.length === 0 ? used(sent) : undefined) ?? own ?? crypto.randomUUID();
}

function used(id: string | undefined): string | undefined {
  return id !== undefined && wellFormed.test(id) ? id : undefined;
}
