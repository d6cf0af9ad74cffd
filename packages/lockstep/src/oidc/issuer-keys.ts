/** The keys of an issuer of `oidc()`: at an address, or where its metadata says. */
import type { JsonObject } from "../json/strict-json.ts";
import type { PublicKeys } from "../token/key-source.ts";
import { type OutboundOptions, outboundOptions } from "../token/outbound.ts";
import { type RemoteJwksOptions, remoteKeys } from "../token/remote-jwks.ts";
import type { OidcOptions } from "./oidc-options.ts";

/**
 * Opens the keys.
 *
 * @param select returns the document with the keys that may be used
 * @throws BuildError `wrong_option`
 */
export function issuerKeys(options: OidcOptions, select = (document: JsonObject): JsonObject => document): PublicKeys {
  const { issuer, jwksUrl, discovery, discoveryUrl, cooldownSeconds, maxAgeSeconds, maxStaleSeconds, onProblem } = options;
  const place = jwksUrl === undefined ? { issuer, discovery, discoveryUrl } : { url: jwksUrl };
  const others = { cooldownSeconds, maxAgeSeconds, maxStaleSeconds, onProblem };
  const given = Object.entries({ ...place, ...others }).filter(([, value]) => value !== undefined);
  // One of the two places is there, as the type of the options says.
  const remote = { ...Object.fromEntries(given), ...outboundOf(options) } as RemoteJwksOptions;
  return remoteKeys("oidc()", remote, select);
}

/** The options about how the issuer is reached, without the others. */
export function outboundOf(options: OutboundOptions): OutboundOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(outboundOptions, name)));
}
