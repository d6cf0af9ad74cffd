/**
 * The options of `jwtVerifier`, checked once when it is built. The options that decide who gets in have no default: a missing one
 * is an error, not a check that is skipped. The types say the same; this is for JavaScript and `any`.
 */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { canonicalAlgorithm, keyDemand, isAlgorithm } from "./algorithm.ts";
import type { Algorithm, PublicKeyAlgorithm, SecretKeyAlgorithm } from "./algorithm.ts";
import { audienceRule, authorizedPartyRule, namesInAudience } from "./audience.ts";
import type { AuthorizedParties, ExpectedAudience, ExtraAudiences } from "./audience.ts";
import { type ClaimRule, requiredText, requiredTexts, wrongOption } from "./claim-rule.ts";
import { type ClaimRules, type Claims, checksOfClaims } from "./claims.ts";
import type { EnvelopeLimits, IgnoredHeader } from "./compact-jws.ts";
import { issuerRule, type WithoutIssuer } from "./issuer-claim.ts";
import { isHmacSecret, secretJwk } from "./hmac-secret.ts";
import type { HmacSecret } from "./hmac-secret.ts";
import type { KeyUse } from "./jwk.ts";
import { readKeySet } from "./key-set.ts";
import { fixedKeys, openKeys } from "./key-source.ts";
import type { KeyContext, KeySource, PublicKeys } from "./key-source.ts";
import { requiredClaimsRules, type RequiredClaims } from "./required-claims.ts";
import { scopeRule, type ScopeClaim } from "./scope-claim.ts";
import { subjectRule, type SubjectClaim } from "./subject.ts";
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
export interface TokenOptions extends InteropOptions {
  /** `iss` must be exactly this text (RFC 9068 §4). */
  readonly issuer: string;
  /** `aud` must name this API, or one of these names of it. For issuers that write no `aud`, see the type. */
  readonly audience: ExpectedAudience;
  /** Which clients a token may have been issued to, by `azp`. Default: any. */
  readonly authorizedParties?: AuthorizedParties;
  /** Claims that must be exactly these texts. Default: none. */
  readonly requiredClaims?: RequiredClaims;
  /** How far the issuer's clock may be off. Seconds, 0 to 300; default 5. For the exact boundaries see `isExpired`. */
  readonly clockToleranceSeconds?: number;
  /** The longest `exp − iat`. Seconds, at least 1; default 86,400. */
  readonly maxLifetimeSeconds?: number;
  /** The longest token. Bytes, at least 1; default 16,384. For a longer one, set `maxCredentialBytes` of the scheme, too. */
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

/**
 * For issuers that do not follow RFC 9068. Each option gives up one check, and says which. None of them affects the checks of the
 * signature and `exp`, and none accepts another `iss`. The audit event of a refused token names the option that concerns it.
 */
export interface InteropOptions {
  /** Which audiences a token may have beside this API. Default: `"deny"`. */
  readonly extraAudiences?: ExtraAudiences;
  /** Where scopes are. Default: `scope`, as a text. */
  readonly scopeClaim?: ScopeClaim;
  /** The subject of tokens without `sub`. Default: such tokens are refused. */
  readonly withoutSubject?: SubjectClaim;
  /** The issuer of tokens without `iss`, which some JWT-SVIDs are. Default: such tokens are refused. */
  readonly withoutIssuer?: WithoutIssuer;
  /**
   * `"optional"` for SPIFFE. A token without it may be valid for `maxLifetimeSeconds` from now, so one that was issued for longer
   * passes towards its end. `claims.iat` is then the earliest possible moment. Default: `"required"`.
   */
  readonly iat?: "required" | "optional";
}

/** For the headers of JWTs and the keys of issuers that do not follow RFC 9068 or RFC 7517. Each option gives up one check. */
export interface JwtInteropOptions {
  /** Members of the header that are ignored, not followed. Default: none, and a token with one is refused. */
  readonly ignoredHeaders?: readonly [IgnoredHeader, ...IgnoredHeader[]];
  /**
   * The algorithm of keys that name none, for each type of key where `algorithms` has several that fit. Without it, such a key is
   * ignored: the token would choose the algorithm (RFC 8725 §3.1).
   */
  readonly keysWithoutAlg?: readonly [Algorithm, ...Algorithm[]];
  /**
   * `"jwt-svid"` for the bundle of a SPIFFE trust domain. Then keys with another `use`, or without it, are left aside. Default:
   * `"sig"`.
   */
  readonly keyUse?: KeyUse;
}

/** What a verifier must be told, and what it may be told. */
export type JwtVerifierOptions = VerifierKeys &
  TokenOptions &
  JwtInteropOptions & {
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
  readonly keys: KeySource;
  readonly envelope: EnvelopeLimits;
  readonly isExpectedType: TypeCheck;
}

const maxTolerance = 300;
/** The size of the cache of verified tokens, if the options do not say it. */
export const defaultCacheBytes: number = 32 * 1024 * 1024;
/** The longest `exp − iat`, if the options do not say it. Seconds. */
export const defaultLifetimeSeconds = 86_400;
/** The names of the options about claims, for functions that take them beside others. */
export const tokenOptions: KnownOptions<TokenOptions> = {
  issuer: true,
  audience: true,
  authorizedParties: true,
  requiredClaims: true,
  clockToleranceSeconds: true,
  maxLifetimeSeconds: true,
  maxTokenBytes: true,
  clock: true,
  cache: true,
  revoked: true,
  extraAudiences: true,
  scopeClaim: true,
  withoutSubject: true,
  withoutIssuer: true,
  iat: true,
};
/** The names of all options. */
export const verifierOptions: KnownOptions<JwtVerifierOptions> = {
  ...tokenOptions,
  keys: true,
  algorithms: true,
  typ: true,
  ignoredHeaders: true,
  keysWithoutAlg: true,
  keyUse: true,
};

/**
 * Checks the options and opens the keys.
 *
 * @throws BuildError `wrong_option`, `wrong_key` or `weak_key`
 */
export function checkVerifierOptions(options: JwtVerifierOptions): CheckedOptions {
  checkOptions("jwtVerifier()", options, verifierOptions);
  const checked = checkTokenOptions(options);
  const { issuer, clock, maxTokenBytes } = checked;
  const algorithms = checkAlgorithms(options.algorithms);
  const isExpectedType = typeCheck(options.typ);
  if (isExpectedType === undefined) throw wrongOption('Set `typ`: "at+jwt" for access tokens, "JWT" for issuers that write that');
  const { keyUse = "sig" } = options;
  if (keyUse !== "sig" && keyUse !== "jwt-svid") throw wrongOption('Set `keyUse` to "sig" or "jwt-svid"');
  const keysWithoutAlg = checkKeysWithoutAlg(options.keysWithoutAlg, algorithms);
  return {
    ...checked,
    keys: openVerifierKeys(options.keys, { issuer, algorithms, clock, keysWithoutAlg, keyUse }),
    envelope: { maxBytes: maxTokenBytes, algorithms, ignoredHeaders: checkIgnoredHeaders(options.ignoredHeaders) },
    isExpectedType,
  };
}

/**
 * Checks the options about claims.
 *
 * @throws BuildError `wrong_option`
 */
export function checkTokenOptions(options: TokenOptions): CheckedTokenOptions {
  const { clock = Date.now, revoked, cache = { maxBytes: defaultCacheBytes }, iat = "required" } = options;
  const issuer = requiredText(options.issuer, "issuer", "the exact `iss` of the tokens");
  checkOptions<NonNullable<TokenOptions["cache"]>>("jwtVerifier({ cache })", cache, { maxBytes: true });
  if (typeof clock !== "function") throw wrongOption("Set `clock` to a function that returns Unix milliseconds");
  if ("revoked" in options && typeof revoked !== "function") throw wrongOption("Set `revoked` to a function, or leave it out");
  if (iat !== "required" && iat !== "optional") throw wrongOption('Set `iat` to "required" or "optional"');
  return {
    issuer,
    checks: checksOfClaims(rulesOf(options)),
    audiences: namesInAudience(options.audience),
    iat,
    clockToleranceSeconds: checkNumber(options.clockToleranceSeconds ?? 5, "clockToleranceSeconds", 0, maxTolerance),
    maxLifetimeSeconds: checkNumber(options.maxLifetimeSeconds ?? defaultLifetimeSeconds, "maxLifetimeSeconds", 1),
    maxTokenBytes: checkNumber(options.maxTokenBytes ?? maxCredentialBytes, "maxTokenBytes", 1),
    maxCacheBytes: checkNumber(cache.maxBytes, "cache.maxBytes", 0),
    clock,
    revoked,
  };
}

/** An option about claims is one line here, beside its type above and a file of its own. */
function rulesOf(options: TokenOptions): readonly (readonly [claim: string, rule: ClaimRule])[] {
  const parties = authorizedPartyRule(options.authorizedParties);
  return [
    ["iss", issuerRule(options.issuer, options.withoutIssuer)],
    ["aud", audienceRule(options.audience, options.extraAudiences)],
    ...(parties === undefined ? [] : [["azp", parties] as const]),
    ...requiredClaimsRules(options.requiredClaims),
    ["sub", subjectRule(options.withoutSubject)],
    ["scope", scopeRule(options.scopeClaim)],
  ];
}

function checkAlgorithms(algorithms: unknown): readonly Algorithm[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    throw wrongOption('Set `algorithms` to the signature algorithms of your issuer, for example ["ES256"]');
  }
  return [...new Set(algorithms.map(canonicalAlgorithm))];
}

/** Of two that fit one key, the token would choose. @throws BuildError `wrong_option` */
export function checkKeysWithoutAlg(named: unknown, algorithms: readonly Algorithm[]): readonly Algorithm[] {
  if (named === undefined) return [];
  const wanted = checkAlgorithms(named);
  const types = new Set(wanted.map((each) => JSON.stringify(keyDemand(each))));
  if (types.size === wanted.length && wanted.every((each) => algorithms.includes(each))) return wanted;
  throw wrongOption("Set `keysWithoutAlg` to one of `algorithms` for each type of key");
}

function checkIgnoredHeaders(names: unknown): ReadonlySet<string> {
  if (names === undefined) return new Set();
  const ignored = requiredTexts(names, "ignoredHeaders", '"jku", "x5u", or both');
  if ([...ignored].every((name) => name === "jku" || name === "x5u")) return ignored;
  throw wrongOption('Set `ignoredHeaders` to "jku", "x5u", or both: no other member can be ignored');
}

function openVerifierKeys(keys: unknown, context: KeyContext): KeySource {
  const { algorithms } = context;
  const secrets: readonly unknown[] = Array.isArray(keys) ? keys : [keys];
  const isSecret = secrets.length > 0 && secrets.every(isHmacSecret);
  if (!isSecret && !isPublicKeys(keys)) {
    throw wrongOption("Set `keys` to jwks(…), remoteJwks(…) or liveJwks(…), or to hmacSecret(…): they cannot be combined");
  }
  if (algorithms.some((each) => (keyDemand(each).kty === "oct") !== isSecret)) {
    throw wrongOption(
      "`algorithms` do not fit `keys`: HS256, HS384 and HS512 go with hmacSecret(), all others with jwks(), remoteJwks() or liveJwks()",
    );
  }
  if (isPublicKeys(keys)) return keys[openKeys](context);
  const set = { keys: secrets.filter(isHmacSecret).map((secret) => secret[secretJwk].reveal()) };
  return fixedKeys(readKeySet(set, "secret", context));
}

function isPublicKeys(value: unknown): value is PublicKeys {
  return typeof value === "object" && value !== null && openKeys in value;
}

function checkNumber(value: unknown, name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw wrongOption(`Set \`${name}\` to a number from ${min} to ${max}`);
}
