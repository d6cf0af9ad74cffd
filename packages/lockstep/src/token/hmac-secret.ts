/** The shared secret of HS256, HS384 and HS512, as a type of its own: a text or a public key can never become one. */
import { encode } from "jose/base64url";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { decodeHex } from "../secret/encoding.ts";
import { Redacted } from "../secret/redacted.ts";
import { isAlgorithm, keyDemand } from "./algorithm.ts";
import type { SecretKeyAlgorithm } from "./algorithm.ts";
import { parseBase64 } from "./base64url.ts";
import { weakKey, wrongKey } from "./key-refusal.ts";
import type { Jwk } from "./jwk.ts";
import { secretWeakness } from "./weak-secret.ts";

/** The ways to write a secret down. Plain text is not one: its bytes are not random. */
export type SecretBytes =
  | Uint8Array
  | { readonly base64url: string }
  /** As `openssl rand -base64 48` prints it. `base64url` and `base64` accept both alphabets, with and without padding. */
  | { readonly base64: string }
  /** Hexadecimal, as `openssl rand -hex 32` prints it. */
  | { readonly hex: string }
  /** An `oct` JWK; its `kid` and `alg` are taken over. */
  | { readonly jwk: Jwk };

/** The name and the algorithm of a secret. */
export interface HmacSecretOptions {
  /** How tokens name the secret; needed as soon as a verifier has two of them (rotation). */
  readonly kid?: string;
  /** The one algorithm it is for. Default: the only one that the verifier or issuer allows. */
  readonly alg?: SecretKeyAlgorithm;
}

/**
 * The member of a `HmacSecret` that holds the secret. Not exported from the package: only `hmacSecret()` makes such a
 * value.
 */
export const secretJwk: unique symbol = Symbol("lockstep.secretJwk");

/** A shared secret, made by `hmacSecret()`. Printing or serialising it shows nothing. */
export interface HmacSecret {
  readonly [secretJwk]: Redacted<Jwk>;
}

/** Tells a secret from other kinds of keys, for callers without types. */
export function isHmacSecret(value: unknown): value is HmacSecret {
  return typeof value === "object" && value !== null && secretJwk in value;
}

const minBytes = 32;
const wrongEncoding =
  "hmacSecret() takes bytes, or { base64 }, { base64url }, { hex } or { jwk }: a plain text is not a secret (make one with `openssl rand -hex 32`)";

/**
 * A shared secret of at least 32 random bytes (48 for HS384, 64 for HS512; RFC 7518 §3.2). Anyone who can verify with it can
 * also sign: prefer ES256 as soon as two programs are involved. Secrets from manuals, words and patterns are refused.
 *
 * @throws BuildError `wrong_option` for a misspelt option and for a plain text, `wrong_key` for a wrong encoding, `weak_key` for
 * a short or known one
 */
export function hmacSecret(secret: SecretBytes, options: HmacSecretOptions = {}): HmacSecret {
  checkOptions<HmacSecretOptions>("hmacSecret()", options, { kid: true, alg: true });
  const bytes = secretBytes(secret);
  const given: Partial<Jwk> = "jwk" in secret ? secret.jwk : {};
  const kid = options.kid ?? given.kid;
  const alg = options.alg ?? given.alg;
  if (alg !== undefined && !(isAlgorithm(alg) && keyDemand(alg).kty === "oct")) {
    throw new BuildError("wrong_option", "Set the secret's `alg` to HS256, HS384 or HS512");
  }
  if (bytes.length < minBytes) throw weakKey(`Use a secret of at least ${minBytes} random bytes: this one has ${bytes.length}`);
  const weakness = secretWeakness(bytes);
  if (weakness !== undefined) throw weakKey(`The secret is refused because ${weakness}: make one with \`openssl rand -hex 32\``);
  const jwk: Jwk = { kty: "oct", k: encode(bytes), ...(kid === undefined ? {} : { kid }), ...(alg === undefined ? {} : { alg }) };
  return Object.freeze({ [secretJwk]: new Redacted(jwk) });
}

function secretBytes(secret: SecretBytes): Uint8Array {
  if (secret instanceof Uint8Array) return secret.slice();
  if (typeof secret !== "object" || secret === null) throw new BuildError("wrong_option", wrongEncoding);
  if ("hex" in secret) return decoded(typeof secret.hex === "string" ? decodeHex(secret.hex) : undefined);
  if ("base64" in secret) return decoded(parseBase64(secret.base64));
  if ("base64url" in secret) return decoded(parseBase64(secret.base64url));
  if ("jwk" in secret && secret.jwk.kty === "oct") return decoded(parseBase64(secret.jwk["k"]));
  throw new BuildError("wrong_option", wrongEncoding);
}

function decoded(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw wrongKey("Correct the encoding of the secret: it is not the one that is named");
  return bytes;
}
