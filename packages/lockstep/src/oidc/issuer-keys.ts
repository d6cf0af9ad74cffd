/** The keys of an issuer: at an address, or where its metadata says. */
import type { JsonObject } from "../json/strict-json.ts";
import type { PublicKeys } from "../token/key-source.ts";
import { type OutboundOptions, outboundOptions } from "../token/outbound.ts";
import { type RemoteJwksOptions, remoteKeys } from "../token/remote-jwks.ts";
import type { IssuerAccess, KeysPlace } from "./oidc-options.ts";

/** An issuer, and where its keys are. */
export type IssuerKeysOptions = KeysPlace & IssuerAccess & { readonly issuer: string };

/** The particulars of one function. */
export interface KeysUse {
  /** The function that the options were given to. Default: `oidc()`. */
  readonly name?: string;
  /** Returns the document with the keys that may be used. Default: all. */
  readonly select?: (document: JsonObject) => JsonObject;
}

/**
 * Opens the keys.
 *
 * @throws BuildError `wrong_option`
 */
export function issuerKeys(
  options: IssuerKeysOptions,
  { name = "oidc()", select = (document) => document }: KeysUse = {},
): PublicKeys {
  const { issuer, jwksUrl, discovery, discoveryUrl, cooldownSeconds, maxAgeSeconds, maxStaleSeconds, onProblem } = options;
  const place = jwksUrl === undefined ? { issuer, discovery, discoveryUrl } : { url: jwksUrl };
  const others = { cooldownSeconds, maxAgeSeconds, maxStaleSeconds, onProblem };
  const given = Object.entries({ ...place, ...others }).filter(([, value]) => value !== undefined);
  // One of the two places is there, as the type of the options says.
  const remote = { ...Object.fromEntries(given), ...outboundOf(options) } as RemoteJwksOptions;
  return remoteKeys(name, remote, select);
}

/** The options about how the issuer is reached, without the others. */
export function outboundOf(options: OutboundOptions): OutboundOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(outboundOptions, name)));
}
