/**
 * Issues JWT access tokens (RFC 9068). It signs what it is told: who the subject is and what they may do is decided by the
 * caller. The header and the registered claims are this module's.
 */
import { CompactSign } from "jose/jws/compact/sign";
import type { CryptoKey } from "jose";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { isAlgorithm, keyDemand } from "./algorithm.ts";
import { parseBase64url } from "./base64url.ts";
import { isHmacSecret, secretJwk } from "./hmac-secret.ts";
import type { HmacSecret } from "./hmac-secret.ts";
import { readJwk } from "./jwk.ts";
import { wrongKey } from "./key-refusal.ts";
import { isPrintableLine } from "./printable-line.ts";
import { parseScope } from "./scope-claim.ts";
import { privateHalf } from "./signing-key.ts";
import type { SigningKey } from "./signing-key.ts";
import { VerificationKey } from "./verification-key.ts";

/** What all tokens of an issuer have in common. Nothing here but the clock has a default. */
export interface JwtIssuerOptions {
  /** `iss`: the URL that verifiers know the issuer by. */
  readonly issuer: string;
  /** `aud`: the API that the tokens are for. */
  readonly audience: string;
  /** What signs: `signingKey(…)`, or `hmacSecret(…, { alg })` when the same program verifies. */
  readonly key: SigningKey | HmacSecret;
  /** How long a token is good. Whole seconds, 1 to 86,400; 600 and less suit access tokens. */
  readonly lifetimeSeconds: number;
  /** `typ`: `"at+jwt"` for access tokens (RFC 9068 §2.1). */
  readonly typ: string;
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** What one token says. */
export interface IssuedClaims {
  /** One line of 1 to 255 printable characters, without blanks at its ends, as are `client_id`, `sid` and `jti`. */
  readonly sub: string;
  readonly client_id?: string;
  /** Scopes separated by single spaces (RFC 6749 §3.3). */
  readonly scope?: string;
  readonly sid?: string;
  /** The token's identity, for revocation. Default: a random UUID. */
  readonly jti?: string;
  /** Any further claim; those that the issuer sets itself are refused. */
  readonly [name: string]: unknown;
}

/** Issues tokens for one API with one key. */
export interface JwtIssuer {
  /**
   * Issues one token. It is a credential: hand it out once and do not log it.
   *
   * @throws BuildError `wrong_option` for claims that no token may carry
   */
  readonly issue: (claims: IssuedClaims) => Promise<string>;
}

/** What signs, once it is known to fit. */
interface Signer {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly key: () => Promise<CryptoKey | Uint8Array>;
}

const maxLifetimeSeconds = 86_400;
const ownClaims = ["iss", "aud", "iat", "nbf", "exp"] as const;
const issuerOptions: KnownOptions<JwtIssuerOptions> = {
  issuer: true,
  audience: true,
  key: true,
  lifetimeSeconds: true,
  typ: true,
  clock: true,
};
const encoder = new TextEncoder();

/**
 * Builds an issuer.
 *
 * @throws BuildError `wrong_option` for a missing or misspelt option, `wrong_key` or `weak_key` for a secret without `alg` or too
 * short for it
 * @example
 * const tokens = jwtIssuer({
 *   issuer: "https://login.example.com",
 *   audience: "https://api.example.com",
 *   key: signingKey(await generateSigningKey("ES256")),
 *   lifetimeSeconds: 600,
 *   typ: "at+jwt",
 * });
 * const token = await tokens.issue({ sub: "alice", client_id: "web", scope: "notes:read" });
 */
export function jwtIssuer(options: JwtIssuerOptions): JwtIssuer {
  checkOptions("jwtIssuer()", options, issuerOptions);
  const { issuer, audience, lifetimeSeconds, typ, clock = Date.now } = options;
  for (const [name, value] of Object.entries({ issuer, audience, typ })) {
    if (typeof value !== "string" || value === "") throw wrong(`Set \`${name}\` to a text that is not empty`);
  }
  if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > maxLifetimeSeconds) {
    throw wrong(`Set \`lifetimeSeconds\` to whole seconds, 1 to ${maxLifetimeSeconds}`);
  }
  const signer = signerOf(options.key);
  const header = { alg: signer.alg, typ, ...(signer.kid === undefined ? {} : { kid: signer.kid }) };
  return Object.freeze({
    issue: async (claims: IssuedClaims): Promise<string> => {
      checkClaims(claims);
      const iat = Math.floor(clock() / 1000);
      const jti = claims.jti ?? crypto.randomUUID();
      const payload = { ...claims, iss: issuer, aud: audience, iat, exp: iat + lifetimeSeconds, jti };
      const signing = new CompactSign(encoder.encode(JSON.stringify(payload))).setProtectedHeader(header);
      return signing.sign(await signer.key());
    },
  });
}

function checkClaims(claims: IssuedClaims): void {
  for (const name of ownClaims) {
    if (name in claims) throw wrong(`Leave \`${name}\` out of the claims: the issuer sets it`);
  }
  if (typeof claims.sub !== "string" || claims.sub === "") throw wrong("Set `sub` to the subject of the token");
  for (const name of ["client_id", "sid", "jti", "scope"]) {
    if (claims[name] !== undefined && typeof claims[name] !== "string") throw wrong(`Write \`${name}\` as text`);
  }
  for (const name of ["sub", "client_id", "sid", "jti"]) {
    if (typeof claims[name] === "string" && !isPrintableLine(claims[name])) {
      throw wrong(`Write \`${name}\` as one line of 1 to 255 printable characters, without blanks at its ends`);
    }
  }
  if (claims.scope !== undefined && parseScope(claims.scope) === undefined) {
    throw wrong("Write `scope` as up to 256 scopes, separated by single spaces (RFC 6749 §3.3)");
  }
}

function signerOf(key: SigningKey | HmacSecret): Signer {
  if (isHmacSecret(key)) return secretSigner(key);
  if (typeof key !== "object" || key === null || !(privateHalf in key)) {
    throw wrong("Set `key` to signingKey(…) or hmacSecret(…)");
  }
  return { alg: key.alg, kid: key.kid, key: () => key[privateHalf].reveal().imported() };
}

/** A secret is read by the same rules as for verification; it must say which algorithm it is for. */
function secretSigner(secret: HmacSecret): Signer {
  const jwk = secret[secretJwk].reveal();
  const { alg } = jwk;
  if (!isAlgorithm(alg) || keyDemand(alg).kty !== "oct")
    throw wrong('Name the algorithm of the secret that signs: hmacSecret(…, { alg: "HS256" })');
  const key = readJwk(jwk, { algorithms: [alg] });
  const bytes = parseBase64url(jwk["k"]);
  if (!(key instanceof VerificationKey) || bytes === undefined) throw wrongKey("The secret cannot sign");
  return { alg, kid: key.kid, key: async () => bytes };
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}
