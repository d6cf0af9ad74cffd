/** One key that signatures are verified with: pinned to one algorithm, imported into the runtime once and only when needed. */
import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import { importJWK } from "jose/key/import";
import type { CryptoKey } from "jose";
import { keyDemand } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { parseBase64url } from "./base64url.ts";
import { wrongKey } from "./key-refusal.ts";

/** The members of a JWK that are the key itself, nothing about it. */
export type KeyMaterial =
  | { readonly kty: "EC"; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: string; readonly x: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string }
  | { readonly kty: "oct"; readonly k: string };

/** A key whose structure was checked. The material is private: printing the object shows `kid` and `alg` only. */
export class VerificationKey {
  /** How a token names the key; absent for the only key of an issuer that names none. */
  readonly kid: string | undefined;
  /** The canonical name of the one algorithm that the key verifies. A token's `alg` never chooses another (RFC 8725 §3.1). */
  readonly alg: Algorithm;
  readonly #material: KeyMaterial;
  #imported: Promise<CryptoKey> | undefined;

  constructor(kid: string | undefined, alg: Algorithm, material: KeyMaterial) {
    this.kid = kid;
    this.alg = alg;
    this.#material = material;
  }

  /**
   * The key as the runtime's cryptography takes it. WebCrypto imports asynchronously, so this happens at the first use and
   * once; everything that can be told from the numbers was checked when the key was read.
   *
   * @throws BuildError `wrong_key` when the runtime refuses the key
   */
  imported(): Promise<CryptoKey> {
    return (this.#imported ??= importMaterial(this.#material, this.alg));
  }

  /** The thumbprint of the key: SHA-256, in base64url (RFC 7638). */
  thumbprint(): Promise<string> {
    return calculateJwkThumbprint({ ...this.#material }, "sha256");
  }

  /** Tells whether the other has the same numbers, whatever it is called or for. */
  hasMaterialOf(other: VerificationKey): boolean {
    return JSON.stringify(this.#material) === JSON.stringify(other.#material);
  }

  /** Tells whether the other is the same key for the same use. Then an import can be kept and a cache stays valid. */
  equals(other: VerificationKey): boolean {
    return this.kid === other.kid && this.alg === other.alg && this.hasMaterialOf(other);
  }
}

async function importMaterial(material: KeyMaterial, alg: Algorithm): Promise<CryptoKey> {
  try {
    const imported = material.kty === "oct" ? await importSecret(material.k, alg) : await importJWK({ ...material }, alg);
    if (imported instanceof Uint8Array) throw wrongKey("Not a public key");
    return imported;
  } catch (cause) {
    throw wrongKey(`The runtime refuses the ${alg} key`, { cause });
  }
}

/** An HMAC secret, imported once; jose would import the bytes again for every token. */
async function importSecret(k: string, alg: Algorithm): Promise<CryptoKey> {
  const bytes = parseBase64url(k);
  const demand = keyDemand(alg);
  if (bytes === undefined || demand.kty !== "oct") throw wrongKey("Not a secret for this algorithm");
  return crypto.subtle.importKey("raw", Uint8Array.from(bytes), { name: "HMAC", hash: demand.hash }, false, ["verify"]);
}
