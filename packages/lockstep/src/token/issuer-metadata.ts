/** Discovery: from an issuer's name to its addresses (OpenID Connect Discovery 1.0 §4, RFC 8414 §3). */
import { readMember } from "../json/member.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
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

/** How the metadata of an issuer is found. */
export interface MetadataOptions {
  readonly issuer?: string;
  readonly discovery?: Discovery;
  readonly discoveryUrl?: string;
}

/**
 * The address of an issuer's metadata, which need not be below the issuer.
 *
 * @throws BuildError `wrong_option`; `name` is the function that the options were given to
 */
export function checkedMetadataUrl(name: string, { issuer, discovery = "oidc", discoveryUrl }: MetadataOptions): string {
  if (issuer !== undefined && discoveryUrl !== undefined) return discoveryUrl;
  if (issuer !== undefined && URL.canParse(issuer)) return metadataUrl(issuer, discovery);
  throw new BuildError("wrong_option", `Pass ${name} the \`issuer\` as an absolute URL, or the address of its key set`);
}

/** Which document describes an issuer, and where it is. */
export interface MetadataPlace {
  /** The issuer that the document must name. */
  readonly issuer: string;
  readonly url: string;
  /** Whether the address is for a client with a certificate. */
  readonly isMutualTls?: boolean;
}

/**
 * Asks the issuer for one of its addresses, such as `jwks_uri`. The metadata must name exactly this issuer (RFC 8414 §3.3): one
 * issuer cannot speak for another. The address is checked like every address that is fetched.
 *
 * @throws Unavailable
 */
export async function discoverUrl(
  name: string,
  { issuer, url, isMutualTls = false }: MetadataPlace,
  options: OutboundOptions,
): Promise<string> {
  const metadata = await fetchMetadata({ issuer, url }, options);
  const found = (isMutualTls ? aliasOf(metadata["mtls_endpoint_aliases"], name) : undefined) ?? metadata[name];
  if (typeof found !== "string") throw new Unavailable(`The issuer's metadata has no ${name}`);
  return found;
}

/** The address for clients with a certificate (RFC 8705 §5). */
function aliasOf(aliases: unknown, name: string): unknown {
  return typeof aliases === "object" && aliases !== null ? readMember(aliases, name) : undefined;
}

/**
 * Fetches all of an issuer's metadata, which must name exactly this issuer.
 *
 * @throws Unavailable
 */
export async function fetchMetadata({ issuer, url }: MetadataPlace, options: OutboundOptions): Promise<JsonObject> {
  const metadata = await fetchJsonObject(url, options);
  if (metadata["issuer"] !== issuer) throw new Unavailable("The issuer's metadata names another issuer (RFC 8414 §3.3)");
  return metadata;
}
