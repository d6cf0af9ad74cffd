/** Discovery: from an issuer's name to the address of its keys (OpenID Connect Discovery 1.0 §4, RFC 8414 §3). */
import { Unavailable } from "../problem/error.ts";
import { fetchJsonObject } from "./outbound.ts";
import type { OutboundOptions } from "./outbound.ts";

/** Which document describes the issuer. */
export type Discovery = "oidc" | "oauth";

/**
 * The address of an issuer's metadata. OpenID Connect appends its path to the issuer's; RFC 8414 §3.1 puts it in between
 * host and path.
 */
export function metadataUrl(issuer: string, discovery: Discovery): string {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/, "");
  url.pathname =
    discovery === "oidc" ? `${path}/.well-known/openid-configuration` : `/.well-known/oauth-authorization-server${path}`;
  return url.href;
}

/**
 * Asks the issuer where its keys are. The metadata must name exactly this issuer (RFC 8414 §3.3): one issuer cannot
 * speak for another. The address of the keys is checked like every address that is fetched.
 *
 * @throws Unavailable
 */
export async function discoverKeys(issuer: string, discovery: Discovery, options: OutboundOptions): Promise<string> {
  const metadata = await fetchJsonObject(metadataUrl(issuer, discovery), options);
  if (metadata["issuer"] !== issuer) throw new Unavailable("The issuer's metadata names another issuer (RFC 8414 §3.3)");
  const keysUrl = metadata["jwks_uri"];
  if (typeof keysUrl !== "string") throw new Unavailable("The issuer's metadata has no jwks_uri");
  return keysUrl;
}
