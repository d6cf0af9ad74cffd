/**
 * Public keys that an issuer publishes: fetched when they are first needed, kept fresh in the background, and kept while
 * the issuer is away. This module owns where they are fetched from; when, and how long they count, is in `reloaded-keys.ts`.
 */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { ProblemListener } from "./key-refusal.ts";
import { openKeys } from "./key-source.ts";
import type { PublicKeys } from "./key-source.ts";
import { checkedMetadataUrl, discoverUrl } from "./issuer-metadata.ts";
import type { Discovery } from "./issuer-metadata.ts";
import { checkOutboundUrl, fetchJsonObject, outboundOptions } from "./outbound.ts";
import type { OutboundOptions } from "./outbound.ts";
import { checkKeyTimes, ReloadedKeys } from "./reloaded-keys.ts";
import type { JsonObject } from "../json/strict-json.ts";

/** How often keys are fetched and how long they are trusted. */
export interface RemoteKeyTimes {
  /** After a fetch, tokens with unknown keys cause none for this long. Seconds, at least 1; default 30. */
  readonly cooldownSeconds?: number;
  /** After this the set is fetched again in the background: how long a withdrawn key still counts. Seconds; default 300. */
  readonly maxAgeSeconds?: number;
  /** After this without a successful fetch the last good set is no longer trusted. Seconds; default 86,400. */
  readonly maxStaleSeconds?: number;
}

/** Where an issuer's keys are: at an address, or where the issuer's metadata says. */
export type RemoteJwksOptions = OutboundOptions &
  RemoteKeyTimes & {
    /**
     * Hears of every fetch that failed and every set that was refused: the last good set stays in use. Also of every key that is
     * ignored because it must not be used; without a listener, those are written to standard error.
     */
    readonly onProblem?: ProblemListener;
  } & (
    | { readonly url: string; readonly issuer?: never; readonly discovery?: never; readonly discoveryUrl?: never }
    | {
        /** The issuer, exactly as the verifier has it. */
        readonly issuer: string;
        readonly url?: never;
        /** Default: `oidc`, that is `/.well-known/openid-configuration`; `oauth` is RFC 8414. */
        readonly discovery?: Discovery;
        /** The address of the metadata, if it is not below the issuer. The metadata must name the issuer all the same. */
        readonly discoveryUrl?: string;
      }
  );

const remoteOptions: KnownOptions<RemoteJwksOptions> = {
  url: true,
  issuer: true,
  discovery: true,
  discoveryUrl: true,
  cooldownSeconds: true,
  maxAgeSeconds: true,
  maxStaleSeconds: true,
  ...outboundOptions,
  onProblem: true,
};

/**
 * Public keys from an issuer's published set. Fetched with the first token (or in `verifier.ready()`); one fetch at a time.
 * A key that must not be used is ignored and reported; a set without a usable key is refused and the last good one kept.
 *
 * @throws BuildError `wrong_option` for a misspelt option, for an address that is not https or not public, and for times that
 * make no sense
 */
export function remoteJwks(options: RemoteJwksOptions): PublicKeys {
  checkOptions("remoteJwks()", options, remoteOptions);
  return remoteKeys("remoteJwks()", options, (document) => document);
}

/**
 * The keys of `remoteJwks()` for a function of another name, which may leave keys out of a set.
 *
 * @throws BuildError `wrong_option`
 */
export function remoteKeys(name: string, options: RemoteJwksOptions, select: (document: JsonObject) => JsonObject): PublicKeys {
  checkOutboundUrl(options.url ?? checkedMetadataUrl(name, options), options);
  const { cooldownSeconds = 30, maxAgeSeconds = 300, maxStaleSeconds = 86_400, onProblem } = options;
  const times = { cooldownSeconds, maxAgeSeconds, maxStaleSeconds };
  checkKeyTimes(name, times);
  return Object.freeze({
    [openKeys]: (context) => {
      if (options.issuer !== undefined && options.issuer !== context.issuer) {
        throw new BuildError("wrong_option", `Use the same text for the \`issuer\` of ${name} and of the verifier`);
      }
      const fetchSet = fetching(name, options, context.issuer);
      const load = async (afterFailure: boolean): Promise<JsonObject> => select(await fetchSet(afterFailure));
      return new ReloadedKeys({ load, times, onProblem }, context);
    },
  } satisfies PublicKeys);
}

/** Where the keys are is asked once, and again after a failure: the issuer may have moved them. */
function fetching(name: string, options: RemoteJwksOptions, issuer: string): (afterFailure: boolean) => Promise<JsonObject> {
  const named = options.url ?? checkedMetadataUrl(name, options);
  let keysUrl = options.url;
  return async (afterFailure) => {
    if (afterFailure) keysUrl = options.url;
    keysUrl ??= await discoverUrl("jwks_uri", { issuer, url: named }, options);
    return fetchJsonObject(keysUrl, options, named);
  };
}
