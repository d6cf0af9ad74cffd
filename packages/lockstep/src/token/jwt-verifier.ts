/**
 * Verifies access tokens: the envelope, the claims, the signature, then what may have changed since (expiry, revocation).
 * The order puts what is cheap first, and a token of another issuer never causes a key to be fetched. This module owns the
 * sequence and the cache; each step is in a file of its own.
 */
import type { TokenAudience } from "../dependency/node.ts";
import { BuildError, InvalidCredential } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { type ClaimsOf, claimsOf, refuseBound } from "./claims-dependency.ts";
import { isExpired, parseClaims } from "./claims.ts";
import type { Claims } from "./claims.ts";
import { parseCompactJws } from "./compact-jws.ts";
import type { CompactJws } from "./compact-jws.ts";
import { TokenCache } from "./token-cache.ts";
import { checkType } from "./token-type.ts";
import { checkVerifierOptions } from "./verifier-options.ts";
import type { CheckedOptions, JwtVerifierOptions } from "./verifier-options.ts";
import { verifyJws } from "./verify-jws.ts";

/** Verifies the tokens of one issuer for one API. */
export interface JwtVerifier {
  readonly issuer: string;
  /** The longest token that it accepts, in bytes. A scheme must read as much. */
  readonly maxTokenBytes: number;
  /**
   * The verified claims of the token that a scheme extracts, as a dependency: the usual way to verify a token. The value is there
   * at once, without a promise, for a token that was verified before. A token that does not verify is answered with 401 and the
   * scheme's challenge, and keys that cannot be had with 503. With `optional(…)` the value is `undefined` if no token was sent.
   * The same scheme returns the same dependency.
   *
   * If the scheme has a `senderConstraint`, its rule checks who has sent the token. Otherwise a token that is bound to a key
   * (`cnf`) is refused.
   *
   * Verified claims say who is asking. They do not authenticate a route: `authenticate()` decides whether the subject is known.
   *
   * @throws BuildError `wrong_dependency` if it is not given a security scheme, `wrong_option` for a scheme that does not read
   * tokens as long as `maxTokenBytes`
   * @example
   * const token = httpBearer({ bearerFormat: "JWT" });
   * const currentUser = authenticate({ claims: accessTokens.claims(token), db }, async ({ claims, db }) => {
   *   const user = await db.users.find(claims.sub);
   *   return user && identified(user, claims);
   * });
   */
  readonly claims: ClaimsOf;
  /**
   * Verifies a token outside the graph, or inside an `authenticate()` that needs more than `claims`. A token that was verified
   * before is answered at once, without a promise unless `revoked` makes one; expiry and `revoked` are checked every time. A
   * token that is bound to a key (`cnf`) is refused, because nothing is known of its sender here.
   *
   * @throws InvalidCredential (or rejects with it) for everything that is wrong with the token: answered with 401
   * @throws Unavailable (or rejects with it) when the issuer's keys cannot be had: answered with 503
   */
  readonly verify: (token: Redacted<string>) => Claims | Promise<Claims>;
  /**
   * Resolves when the keys are there; without it they are imported or fetched with the first token.
   *
   * @throws BuildError `wrong_key` when the runtime refuses a key
   * @throws Unavailable when remote keys cannot be had
   */
  readonly ready: () => Promise<void>;
}

/**
 * Builds a verifier for JWT access tokens (RFC 7519, RFC 8725, RFC 9068). Issuer, audience, keys, algorithms and type have no
 * default: each of them left out is an attack (J-28, J-29, J-06, J-32).
 *
 * @throws BuildError `wrong_option`, `wrong_key` or `weak_key`
 * @example
 * const accessTokens = jwtVerifier({
 *   issuer: "https://login.example.com",
 *   audience: "https://api.example.com",
 *   keys: remoteJwks({ issuer: "https://login.example.com" }),
 *   algorithms: ["ES256"],
 *   typ: "at+jwt",
 * });
 */
export function jwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const checked = checkVerifierOptions(options);
  const verification = new Verification(checked);
  const verify = refuseBound((token) => verification.verify(token));
  const { issuer, audiences, maxTokenBytes } = checked;
  const audience: readonly TokenAudience[] = audiences.length === 0 ? [] : [{ issuer, names: audiences }];
  const made = Object.freeze({
    issuer,
    maxTokenBytes,
    claims: claimsOf(verify, maxTokenBytes, { audiences: audience, names: [issuer] }),
    verify,
    ready: () => verification.ready(),
  });
  known.set(made, audience);
  return made;
}

const known = new WeakMap<JwtVerifier, readonly TokenAudience[]>();

/** The audiences that the tokens of a `jwtVerifier()` must have, if they have any. */
export function audiencesOf(verifier: JwtVerifier): readonly TokenAudience[] {
  return known.get(verifier) ?? [];
}

/** One verifier at work. */
class Verification {
  readonly #options: CheckedOptions;
  readonly #cache: TokenCache<Claims>;
  #generation: number;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#cache = new TokenCache(options.maxCacheBytes);
    this.#generation = options.keys.generation;
  }

  ready(): Promise<void> {
    return this.#options.keys.ready(this.#options.clock());
  }

  verify(token: Redacted<string>): Claims | Promise<Claims> {
    if (!(token instanceof Redacted)) {
      throw new BuildError("wrong_option", "Pass verify() the credential that a scheme extracted: it is a Redacted value");
    }
    const text = token.reveal();
    if (typeof text !== "string") throw new InvalidCredential("not a text");
    const nowMs = this.#options.clock();
    this.#followKeys(nowMs);
    const cached = this.#cache.find(text);
    if (cached === undefined) return this.#verifyNew(text, nowMs);
    if (nowMs < cached.expiresAtMs) return this.#unlessRevoked(cached.value);
    this.#cache.delete(text);
    throw new InvalidCredential("expired");
  }

  /** Forgets the tokens that were verified with a key that has left the set. */
  #followKeys(nowMs: number): void {
    const { keys } = this.#options;
    if (nowMs >= keys.dueAtMs) keys.due(nowMs);
    if (keys.generation === this.#generation) return;
    this.#generation = keys.generation;
    this.#cache.clear();
  }

  /** What needs no key comes first and at once: most bad tokens end here, without a promise or a fetch. */
  #verifyNew(text: string, nowMs: number): Promise<Claims> {
    const { envelope, isExpectedType } = this.#options;
    const jws = parseCompactJws(text, envelope);
    checkType(jws.header.typ, isExpectedType);
    return this.#verifySigned(jws, parseClaims(jws.encodedPayload, this.#options, nowMs), nowMs);
  }

  async #verifySigned(jws: CompactJws, claims: Claims, nowMs: number): Promise<Claims> {
    const { keys, clockToleranceSeconds, clock } = this.#options;
    const { generation } = keys;
    await verifyJws(jws, keys, nowMs);
    // Keys may have been fetched meanwhile: that takes time, and the key may just have left the set.
    if (isExpired(claims.exp, clockToleranceSeconds, clock())) throw new InvalidCredential("expired");
    if (keys.generation === generation) {
      this.#cache.save(jws.text, { value: claims, expiresAtMs: (claims.exp + clockToleranceSeconds) * 1000 });
    }
    return this.#unlessRevoked(claims);
  }

  #unlessRevoked(claims: Claims): Claims | Promise<Claims> {
    return unlessRevoked(claims, this.#options.revoked);
  }
}

/**
 * The claims, unless the application has revoked them. It is asked on every verification, whatever was remembered.
 *
 * @throws InvalidCredential (or rejects with it)
 */
export function unlessRevoked(claims: Claims, revoked: JwtVerifierOptions["revoked"]): Claims | Promise<Claims> {
  if (revoked === undefined) return claims;
  const answer = revoked(claims);
  if (typeof answer === "boolean") return unrevoked(claims, answer);
  return Promise.resolve(answer).then((late) => unrevoked(claims, late));
}

/** Only a literal `false` lets a token pass: a missing or odd answer refuses it. */
function unrevoked(claims: Claims, revoked: unknown): Claims {
  if (revoked !== false) throw new InvalidCredential("revoked");
  return claims;
}
