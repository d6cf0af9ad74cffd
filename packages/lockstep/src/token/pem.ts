/** Public keys in PEM, as Keycloak, Clerk and `openssl` print them. jose reads them; the rules for keys are those of a JWK. */
import { exportJWK } from "jose/key/export";
import { importSPKI, importX509 } from "jose/key/import";
import { defined } from "../json/member.ts";
import type { Algorithm, PublicKeyAlgorithm } from "./algorithm.ts";
import type { Jwk } from "./jwk.ts";
import { wrongKey } from "./key-refusal.ts";

/** A public key in PEM: SPKI (`BEGIN PUBLIC KEY`), or the one in an X.509 certificate (`BEGIN CERTIFICATE`). */
export interface PemKey {
  /** Of a certificate only the key is read. Nothing is made of its names, dates and signature. */
  readonly pem: string;
  /** How tokens name the key. Without it, it may be the key of any token. */
  readonly kid?: string;
  /** The one algorithm it is for. Default: the only allowed one that fits. */
  readonly alg?: PublicKeyAlgorithm;
}

const armour = /^-----BEGIN (PUBLIC KEY|CERTIFICATE)-----\s[A-Za-z0-9+/=\s]+-----END \1-----$/;

/** Tells a PEM key from a JWK. */
export function isPemKey(key: unknown): key is PemKey {
  return typeof key === "object" && key !== null && "pem" in key;
}

/**
 * Checks what can be told without the runtime.
 *
 * @throws BuildError `wrong_key`
 */
export function checkPem({ pem }: PemKey): void {
  if (typeof pem === "string" && armour.test(pem.trim())) return;
  throw wrongKey("Write a public key in PEM: one block, PUBLIC KEY or CERTIFICATE (`openssl pkey -pubout` makes the first)");
}

/**
 * Reads the key as a JWK. The runtime needs an algorithm to import it, so the allowed ones are tried in turn. This does not
 * choose the algorithm of the key: that happens when the JWK is read.
 *
 * @throws BuildError `wrong_key` if it fits none of them
 */
export async function jwkOfPem({ pem, kid, alg }: PemKey, algorithms: readonly Algorithm[]): Promise<Jwk> {
  const text = pem.trim();
  const read = text.startsWith("-----BEGIN CERTIFICATE") ? importX509 : importSPKI;
  const causes: unknown[] = [];
  for (const algorithm of alg === undefined ? algorithms : [alg]) {
    try {
      const { kty = "", ...members } = await exportJWK(await read(text, algorithm, { extractable: true }));
      return defined<Jwk>({ ...members, kty, kid, alg });
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw wrongKey("The runtime cannot read the PEM key for an allowed algorithm", { cause: new AggregateError(causes) });
}
