/**
 * Which hosts a request may go to whose URL somebody else wrote (I-09): an issuer, or a customer with a webhook. Without it, the
 * URL could lead the server into its own network.
 *
 * On Node a name is resolved once, each of its addresses is checked, and the connection goes to one of those. Other runtimes, and
 * a `fetch` of the caller's, resolve names themselves: there a host is judged by its text.
 */
import type { Pinning } from "./pinned-connection.ts";
import { isAddressHost, isLoopbackAddress, isPublicAddress, isPublicHost } from "./public-address.ts";

/** The hosts that a request may go to. */
export interface OutboundHosts {
  /**
   * Hosts (`"keycloak.internal"`, or with a port `"127.0.0.1:8080"`) that may be reached although they are not on the public
   * internet. Plain `http:` is accepted for those of them that are a loopback address. Default: none.
   */
  readonly allowPrivateHosts?: readonly string[];
  /**
   * The addresses of a name. Each must be public, unless the host is among `allowPrivateHosts`. On Node the connection goes to
   * one of them; beside a `fetch`, and on other runtimes, they are checked and the request resolves the name again. Default: on
   * Node the system's resolver, elsewhere none.
   */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Why a URL may not be requested, if its text tells: it is not https, or its host is not on the public internet. */
export function urlRefusal(url: string, options: OutboundHosts): string | undefined {
  if (!URL.canParse(url)) return "its address is not an absolute URL";
  const { protocol, host, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return "its address holds a user name";
  const isListed = isAllowedPrivate({ host, hostname }, options);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackAddress(hostname))) {
    return "its address is not https (http is for loopback addresses in `allowPrivateHosts`)";
  }
  return isListed || isPublicHost(hostname) ? undefined : "its host is not on the public internet (see `allowPrivateHosts`)";
}

function isAllowedPrivate(
  { host, hostname }: { readonly host: string; readonly hostname: string },
  { allowPrivateHosts = [] }: OutboundHosts,
): boolean {
  return allowPrivateHosts.some((allowed) => allowed === host || allowed === hostname);
}

/**
 * The addresses of a host, each of them checked; `undefined` if it has none, or one that is not public. The list is empty if the
 * host is an address, which was checked with the URL, or if nobody resolves it or needs to: a private host is allowed by name, so
 * its addresses matter only for a connection to them.
 */
export async function checkedAddresses(
  url: URL,
  pinning: Pinning | undefined,
  options: OutboundHosts,
): Promise<readonly string[] | undefined> {
  const isAllowed = isAllowedPrivate(url, options);
  const resolve = options.resolve ?? pinning?.resolve;
  if (resolve === undefined || isAddressHost(url.hostname) || (isAllowed && pinning === undefined)) return [];
  const addresses = await resolve(url.hostname);
  return addresses.length > 0 && (isAllowed || addresses.every(isPublicAddress)) ? addresses : undefined;
}
