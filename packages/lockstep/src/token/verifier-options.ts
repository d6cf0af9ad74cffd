/**
 * The options of `jwtVerifier`, checked once when it is built. The options that decide who gets in have no default: a missing one
 * is an error, not a check that is skipped. The types say the same; this is for JavaScript and `any`.
 */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { keyDemand, isAlgorithm } from "./algorithm.ts";
import type { Algorithm, PublicKeyAlgorithm, SecretKeyAlgorithm } from "./algorithm.ts";
import type { ClaimRules, Claims } from "./claims.ts";
import { isHmacSecret, secretJwk } from "./hmac-secret.ts";
import type { HmacSecret } from "./hmac-secret.ts";
import { readKeySet } from "./key-set.ts";
import { fixedKeys, openKeys } from "./key-source.ts";
import type { KeyContext, KeySource, PublicKeys } from "./key-source.ts";
import { typeCheck } from "./token-type.ts";
import type { ExpectedType, TypeCheck } from "./token-type.ts";

/** Which keys, and which algorithms they may have: public keys or secrets, never both (RFC 8725 §3.1). */
export type VerifierKeys =
  | {
      /** `jwks(…)`, `remoteJwks(…)` or `liveJwks(…)`. */
      readonly keys: PublicKeys;
      readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]];
    }
  | {
      /** `hmacSecret(…)`, or several with a `kid` each while a secret is being replaced. */
      readonly keys: HmacSecret | readonly [HmacSecret, ...HmacSecret[]];
      readonly algorithms: readonly [SecretKeyAlgorithm, ...SecretKeyAlgorithm[]];
    };

/** What the claims of a token must say, however it is verified. */
export interface TokenOptions {
  /** `iss` must be exactly this text (RFC 9068 §4). */
  readonly issuer: string;
  /** `aud` must name this API, or one of these names of it. */
  readonly audience: string | readonly [string, ...string[]];
  /** `"allow"`: a token may be meant for other audiences too, any of which could then present it here. Default: `"deny"`. */
  readonly extraAudiences?: "deny" | "allow";
  /** How far the issuer's clock may be off. Seconds, 0 to 300; default 5. For the exact boundaries see `isExpired`. */
  readonly clockToleranceSeconds?: number;
  /** The longest `exp − iat`; `iat` is required. Seconds, at least 1; default 86,400. */
  readonly maxLifetimeSeconds?: number;
  /** The longest token. Bytes, at least 1; default 8,192. */
  readonly maxTokenBytes?: number;
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Verified tokens are kept up to this size. Bytes; 0 keeps none; default 32 MiB, about 8,000 tokens of 900 bytes. */
  readonly cache?: { readonly maxBytes: number };
  /**
   * Asked on every verification, of cached tokens too: only `false` lets a token pass. Key it by `(iss, jti)`, `sid` or
   * `sub`. `verify` throws everything that it throws.
   */
  readonly revoked?: (claims: Claims) => boolean | Promise<boolean>;
}

/** What a verifier must be told, and what it may be told. */
export type JwtVerifierOptions = VerifierKeys &
  TokenOptions & {
    /** The `typ` header: `"at+jwt"` for access tokens of RFC 9068. */
    readonly typ: ExpectedType;
  };

/** The options about claims, checked. */
export interface CheckedTokenOptions extends ClaimRules {
  readonly maxTokenBytes: number;
  readonly maxCacheBytes: number;
  readonly clock: () => number;
  readonly revoked: TokenOptions["revoked"];
}

/** The options in the form the verifier works with. */
export interface CheckedOptions extends CheckedTokenOptions {
  readonly algorithms: readonly Algorithm[];
  readonly keys: KeySource;
  readonly isExpectedType: TypeCheck;
}

const maxTolerance = 300;
/** The size of the cache of verified tokens, if the options do not say it. */
export const defaultCacheBytes: number = 32 * 1024 * 1024;
/** The names of the options about claims, for functions that take them beside others. */
export const tokenOptions: KnownOptions<TokenOptions> = {
  issuer: true,
  audience: true,
  extraAudiences: true,
  clockToleranceSeconds: true,
  maxLifetimeSeconds: true,
  maxTokenBytes: true,
  clock: true,
  cache: true,
  revoked: true,
};
/** The names of all options. */
export const verifierOptions: KnownOptions<JwtVerifierOptions> = { ...tokenOptions, keys: true, algorithms: true, typ: true };

/**
 * Checks the options and opens the keys.
 *
 * @throws BuildError `wrong_option`, `wrong_key` or `weak_key`
 */
export function checkVerifierOptions(options: JwtVerifierOptions): CheckedOptions {
  checkOptions("jwtVerifier()", options, verifierOptions);
  const checked = checkTokenOptions(options);
  const { issuer, clock } = checked;
  const algorithms = checkAlgorithms(options.algorithms);
  const isExpectedType = typeCheck(options.typ);
  if (isExpectedType === undefined) throw wrong('Set `typ`: "at+jwt" for access tokens, "JWT" for issuers that write that');
  return { ...checked, algorithms, isExpectedType, keys: openVerifierKeys(options.keys, { issuer, algorithms, clock }) };
}

/**
 * Checks the options about claims.
 *
 * @throws BuildError `wrong_option`
 */
export function checkTokenOptions(options: TokenOptions): CheckedTokenOptions {
  const { extraAudiences = "deny", clock = Date.now, revoked, cache = { maxBytes: defaultCacheBytes } } = options;
  const issuer = requiredText(options.issuer, "issuer", "the exact `iss` of the tokens");
  checkOptions<NonNullable<TokenOptions["cache"]>>("jwtVerifier({ cache })", cache, { maxBytes: true });
  if (extraAudiences !== "deny" && extraAudiences !== "allow") throw wrong('Set `extraAudiences` to "deny" or "allow"');
  if (typeof clock !== "function") throw wrong("Set `clock` to a function that returns Unix milliseconds");
  if ("revoked" in options && typeof revoked !== "function") throw wrong("Set `revoked` to a function, or leave it out");
  return {
    issuer,
    audiences: checkAudiences(options.audience),
    allowExtraAudiences: extraAudiences === "allow",
    clockToleranceSeconds: checkNumber(options.clockToleranceSeconds ?? 5, "clockToleranceSeconds", 0, maxTolerance),
    maxLifetimeSeconds: checkNumber(options.maxLifetimeSeconds ?? 86_400, "maxLifetimeSeconds", 1),
    maxTokenBytes: checkNumber(options.maxTokenBytes ?? 8_192, "maxTokenBytes", 1),
    maxCacheBytes: checkNumber(cache.maxBytes, "cache.maxBytes", 0),
    clock,
    revoked,
  };
}

function checkAlgorithms(algorithms: unknown): readonly Algorithm[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    throw wrong('Set `algorithms` to the signature algorithms of your issuer, for example ["ES256"]');
  }
  return [...new Set(algorithms)];
}

function checkAudiences(audience: unknown): ReadonlySet<string> {
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (audiences.length === 0) throw wrong("Set `audience` to the name of this API in `aud`");
  return new Set(audiences.map((each) => requiredText(each, "audience", "the name of this API in `aud`")));
}

function openVerifierKeys(keys: unknown, context: KeyContext): KeySource {
  const { algorithms } = context;
  const secrets: readonly unknown[] = Array.isArray(keys) ? keys : [keys];
  const isSecret = secrets.length > 0 && secrets.every(isHmacSecret);
  if (!isSecret && !isPublicKeys(keys)) {
    throw wrong("Set `keys` to jwks(…), remoteJwks(…) or liveJwks(…), or to hmacSecret(…): they cannot be combined");
  }
  if (algorithms.some((each) => (keyDemand(each).kty === "oct") !== isSecret)) {
    throw wrong(
      "`algorithms` do not fit `keys`: HS256, HS384 and HS512 go with hmacSecret(), all others with jwks(), remoteJwks() or liveJwks()",
    );
  }
  if (isPublicKeys(keys)) return keys[openKeys](context);
  const set = { keys: secrets.filter(isHmacSecret).map((secret) => secret[secretJwk].reveal()) };
  return fixedKeys(readKeySet(set, "secret", algorithms));
}

function isPublicKeys(value: unknown): value is PublicKeys {
  return typeof value === "object" && value !== null && openKeys in value;
}

function requiredText(value: unknown, name: string, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(`Set \`${name}\` to ${what}`);
}

function checkNumber(value: unknown, name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw wrong(`Set \`${name}\` to a number from ${min} to ${max}`);
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}
