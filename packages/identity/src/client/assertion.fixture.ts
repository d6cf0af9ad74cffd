/** A client that builds its assertions by hand, so every part of them can be wrong. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import type { Jwk, Jwks } from "lockstep/jwt";

/** The key that signs, and the public keys that a client registers for it. */
export interface AssertionKey {
  readonly alg: "ES256" | "EdDSA" | "RS256" | "PS256";
  readonly privateKey: KeyObject;
  readonly jwks: Jwks;
}

/** Generates a key pair. */
export function assertionKey(alg: AssertionKey["alg"] = "ES256"): AssertionKey {
  const { privateKey, publicKey } = pairFor(alg);
  const jwk = { ...publicKey.export({ format: "jwk" }), alg, kid: "c1" };
  // Node exports a public key as a JWK.
  return { alg, privateKey, jwks: { keys: [jwk as Jwk] } };
}

function pairFor(alg: AssertionKey["alg"]): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  switch (alg) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generateKeyPairSync("ed25519");
    case "RS256":
    case "PS256":
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
    default:
      return alg satisfies never;
  }
}

/** How an assertion differs from a correct one. A claim that is `undefined` is left out. */
export interface AssertionChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A correct assertion of a client for `https://as.test`, except for the changes. */
export function assertionOf(clientId: string, key: AssertionKey, nowMs: number, change: AssertionChange = {}): string {
  const iat = Math.floor(nowMs / 1000);
  const claims = { iss: clientId, sub: clientId, aud: "https://as.test", iat, exp: iat + 60, jti: randomUUID(), ...change.claims };
  const header = { alg: key.alg, kid: "c1", ...change.header };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${signatureOf(Buffer.from(signed), key).toString("base64url")}`;
}

function signatureOf(data: Buffer, { alg, privateKey }: AssertionKey): Buffer {
  switch (alg) {
    case "ES256":
      return sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
    case "EdDSA":
      return sign(undefined, data, privateKey);
    case "RS256":
      return sign("sha256", data, privateKey);
    case "PS256":
      return sign("sha256", data, { key: privateKey, padding: 6, saltLength: 32 });
    default:
      return alg satisfies never;
  }
}

const orderOfP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same assertion with the other signature that is valid for an ECDSA key: (r, n − s). */
export function withOtherSignature(assertion: string): string {
  const [header, payload, text = ""] = assertion.split(".");
  const signature = Buffer.from(text, "base64url");
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const flipped = Buffer.from((orderOfP256 - s).toString(16).padStart(64, "0"), "hex");
  return [header, payload, Buffer.concat([signature.subarray(0, 32), flipped]).toString("base64url")].join(".");
}
