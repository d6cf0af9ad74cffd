/**
 * Who may send events: an issuer, whom its tokens are for, and its keys. Keys are found and kept as those of `oidc()`: by
 * discovery or at an address, through the hardened fetcher, with one fetch in a cooldown and the last good set.
 */
import { maxCredentialBytes } from "../../dependency/scheme-definition.ts";
import { BuildError } from "../../problem/error.ts";
import type { KnownOptions } from "../../problem/options.ts";
import { canonicalAlgorithm, isAlgorithm, keyDemand, type PublicKeyAlgorithm } from "../../token/algorithm.ts";
import type { EnvelopeLimits } from "../../token/compact-jws.ts";
import { type KeySource, openKeys } from "../../token/key-source.ts";
import { outboundOptions } from "../../token/outbound.ts";
import { type ExpectedType, type TypeCheck, typeCheck } from "../../token/token-type.ts";
import { checkKeysWithoutAlg } from "../../token/verifier-options.ts";
import { issuerKeys } from "../issuer-keys.ts";
import { type IssuerAccess, type KeysPlace, refuseLoopbackInProduction } from "../oidc-options.ts";

/** The part that the options about an issuer of logout tokens and about a transmitter of security events share. */
export type EventIssuerOptions = KeysPlace &
  IssuerAccess & {
    /** `iss` must be exactly this text. */
    readonly issuer: string;
    /** `aud` must be one of these, and must name nobody else. */
    readonly audience: string | readonly [string, ...string[]];
    readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]];
    /**
     * The algorithm of keys that name none, for each type of key where `algorithms` has several that fit. Without it, such a key
     * is ignored, as by `oidc()`.
     */
    readonly keysWithoutAlg?: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]];
    /** How far the issuer's clock may be off. Seconds, 0 to 300; default 5. */
    readonly clockToleranceSeconds?: number;
    /** The longest token. Bytes, at least 1; default 16,384. */
    readonly maxTokenBytes?: number;
  };

/** The names of these options. */
export const eventIssuerOptions: KnownOptions<EventIssuerOptions> = {
  issuer: true,
  audience: true,
  algorithms: true,
  keysWithoutAlg: true,
  clockToleranceSeconds: true,
  maxTokenBytes: true,
  discovery: true,
  discoveryUrl: true,
  jwksUrl: true,
  cooldownSeconds: true,
  maxAgeSeconds: true,
  maxStaleSeconds: true,
  onProblem: true,
  ...outboundOptions,
};

/** How the tokens of one kind differ from those of another. */
export interface EventTokenKind {
  readonly typ: ExpectedType;
  /** Whether `exp` must be there. */
  readonly exp: "required" | "optional";
  /** How old a token may be. Seconds. */
  readonly maxTokenAgeSeconds: number;
}

/** An issuer whose tokens can be verified. */
export interface EventIssuer {
  readonly issuer: string;
  readonly audiences: ReadonlySet<string>;
  readonly envelope: EnvelopeLimits;
  readonly isExpectedType: TypeCheck;
  readonly needsExpiry: boolean;
  readonly maxTokenAgeSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly keys: KeySource;
  /** How long to wait for newer keys. Seconds. */
  readonly cooldownSeconds: number;
}

/**
 * Checks the options and opens the keys. Nothing is fetched until the first token comes.
 *
 * @param where the function that the options were given to
 * @throws BuildError `wrong_option`
 */
export function openEventIssuer(
  where: string,
  options: EventIssuerOptions,
  kind: EventTokenKind,
  clock: () => number,
): EventIssuer {
  const { issuer, algorithms, clockToleranceSeconds = 5, maxTokenBytes = maxCredentialBytes, cooldownSeconds = 30 } = options;
  const wrong = (advice: string): BuildError => new BuildError("wrong_option", `${where}: ${advice}`);
  refuseLoopbackInProduction(options);
  if (typeof issuer !== "string" || issuer === "") throw wrong("set `issuer` to the exact `iss` of the tokens");
  const audiences = new Set<unknown>(Array.isArray(options.audience) ? options.audience : [options.audience]);
  if (audiences.size === 0 || ![...audiences].every((each) => typeof each === "string" && each !== "")) {
    throw wrong("set `audience` to the `aud` of the tokens, which is the client id for logout tokens");
  }
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isPublicKeyAlgorithm)) {
    throw wrong('set `algorithms` to the signature algorithms of the issuer, for example ["RS256"]');
  }
  const isExpectedType = typeCheck(kind.typ);
  if (isExpectedType === undefined) throw wrong('set `typ` to the `typ` header of the tokens, for example "JWT"');
  const allowed = [...new Set(algorithms.map(canonicalAlgorithm))];
  return {
    issuer,
    // Each was seen to be a text.
    audiences: audiences as ReadonlySet<string>,
    envelope: {
      maxBytes: checkedNumber(maxTokenBytes, [1, Number.MAX_SAFE_INTEGER], wrong("set `maxTokenBytes` to a number from 1")),
      algorithms: allowed,
      ignoredHeaders: new Set(),
    },
    isExpectedType,
    needsExpiry: kind.exp === "required",
    maxTokenAgeSeconds: checkedNumber(
      kind.maxTokenAgeSeconds,
      [1, 31_536_000],
      wrong("set `maxTokenAgeSeconds` to a number from 1 to 31,536,000"),
    ),
    clockToleranceSeconds: checkedNumber(
      clockToleranceSeconds,
      [0, 300],
      wrong("set `clockToleranceSeconds` to a number from 0 to 300"),
    ),
    keys: issuerKeys(options, { name: where })[openKeys]({
      issuer,
      algorithms: allowed,
      clock,
      keysWithoutAlg: checkKeysWithoutAlg(options.keysWithoutAlg, allowed),
      keyUse: "sig",
    }),
    cooldownSeconds,
  };
}

/** A secret that both sides hold cannot tell who signed. */
function isPublicKeyAlgorithm(name: unknown): name is PublicKeyAlgorithm {
  return isAlgorithm(name) && keyDemand(name).kty !== "oct";
}

function checkedNumber(value: unknown, [min, max]: readonly [number, number], problem: BuildError): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw problem;
}
