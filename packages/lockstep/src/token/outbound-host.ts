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

/** The hosts that a request to an issuer may go to. */
export interface OutboundRules extends OutboundHosts {
  /**
   * `true` allows this very machine, over plain `http:` too, on any port: `localhost` and the loopback addresses. For development
   * and tests. Default: `false`.
   */
  readonly allowLoopback?: boolean;
}

/** Why a URL may not be requested, if its text tells: it is not https, or its host is not on the public internet. */
export function urlRefusal(url: string, options: OutboundRules): string | undefined {
  if (!URL.canParse(url)) return "its address is not an absolute URL";
  const { protocol, host, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return "its address holds a user name";
  const isThisMachine = isLoopbackAllowed(hostname, options);
  if (protocol !== "https:" && !(protocol === "http:" && (isThisMachine || isLoopbackAddress(hostname)))) {
    return "its address is not https (http is for loopback addresses in `allowPrivateHosts`, and for `allowLoopback`)";
  }
  const isAllowed = isThisMachine || isAllowedPrivate({ host, hostname }, options);
  return isAllowed || isPublicHost(hostname) ? undefined : "its host is not on the public internet (see `allowPrivateHosts`)";
}

function isLoopbackAllowed(hostname: string, { allowLoopback = false }: OutboundRules): boolean {
  return allowLoopback && (hostname === "localhost" || isLoopbackAddress(hostname));
}

function isAllowedPrivate(
  { host, hostname }: { readonly host: string; readonly hostname: string },
  { allowPrivateHosts = [] }: OutboundRules,
): boolean {
  return allowPrivateHosts.some((allowed) => allowed === host || allowed === hostname);
}

/**
 * The addresses of a host, each of them checked; `undefined` if it has none, or one that is not public. The list is empty if the
 * host is an address, which was checked with the URL, or if nobody resolves it or needs to: a private host is allowed by name, so
 * its addresses matter only for a connection to them. `localhost` must lead to this machine.
 */
export async function checkedAddresses(
  url: URL,
  pinning: Pinning | undefined,
  options: OutboundRules,
): Promise<readonly string[] | undefined> {
  const isAllowed = isAllowedPrivate(url, options);
  const resolve = options.resolve ?? pinning?.resolve;
  if (resolve === undefined || isAddressHost(url.hostname) || (isAllowed && pinning === undefined)) return [];
  const addresses = await resolve(url.hostname);
  if (addresses.length === 0) return undefined;
  if (isAllowed) return addresses;
  const isFine = isLoopbackAllowed(url.hostname, options) ? isLoopback : isPublicAddress;
  return addresses.every(isFine) ? addresses : undefined;
}

function isLoopback(address: string): boolean {
  return isLoopbackAddress(address.includes(":") ? `[${address}]` : address);
}
