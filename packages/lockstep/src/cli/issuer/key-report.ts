/** Which keys of a set are usable, which are ignored and why, and which algorithms they need. */
import type { JsonObject } from "../../json/strict-json.ts";
import { BuildError } from "../../problem/error.ts";
import { fitsAlgorithm, isAlgorithm, type PublicKeyAlgorithm, publicKeyAlgorithms } from "../../token/algorithm.ts";
import type { KeyUse } from "../../token/jwk.ts";
import { readEachKey, type ReadKey } from "../../token/key-set.ts";
import { reasonOf } from "../failure.ts";
import { printable, shortened } from "../output.ts";

/** A key of the set. The texts are printable. */
export interface KeyLine {
  readonly kid: string | undefined;
  /** The type, and the curve or the size: `RSA 2048`. */
  readonly type: string;
  readonly alg: string | undefined;
  readonly use: string | undefined;
  /** The algorithm that it verifies, if it is usable. */
  readonly verifies: string | undefined;
  /** Why it is ignored. */
  readonly problem: string | undefined;
}

/** The keys of an issuer. */
export interface KeyReport {
  readonly keys: readonly KeyLine[];
  /** The algorithms to allow. */
  readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]];
  /** The algorithm of keys that name none, if that has to be said. */
  readonly keysWithoutAlg: readonly [PublicKeyAlgorithm] | undefined;
  /** Why the set cannot be read at all. */
  readonly problem: string | undefined;
}

/** How a set is read. */
export interface KeyReading {
  readonly keyUse: KeyUse;
  readonly algorithms: KeyReport["algorithms"] | undefined;
  /** The algorithms that the metadata names, for keys that name none. */
  readonly metadata: JsonObject;
}

/** Reads the set with the rules of the verifier. */
export async function reportKeys(document: JsonObject, reading: KeyReading): Promise<KeyReport> {
  const jwks = membersOf(document);
  const ofRsa = rsaAlgorithm(reading.metadata);
  const [first = "RS256", ...others] = reading.algorithms ?? algorithmsOf(jwks, reading.keyUse, ofRsa);
  const algorithms = [first, ...others] as const;
  const isOpen = jwks.some(({ kty, alg }) => kty === "RSA" && alg === undefined);
  const several = algorithms.filter((each) => fitsAlgorithm(each, "RSA", undefined)).length > 1;
  const keysWithoutAlg = isOpen && several && algorithms.includes(ofRsa) ? ([ofRsa] as const) : undefined;
  try {
    const read = readEachKey(document, { algorithms, keyUse: reading.keyUse, ...(keysWithoutAlg && { keysWithoutAlg }) });
    const keys = await Promise.all(read.map((each, index) => lineOf(jwks[index] ?? {}, each)));
    return { keys, algorithms, keysWithoutAlg, problem: undefined };
  } catch (error) {
    if (error instanceof BuildError) return { keys: [], algorithms, keysWithoutAlg, problem: error.message };
    throw error;
  }
}

function membersOf({ keys }: JsonObject): readonly JsonObject[] {
  if (!Array.isArray(keys)) return [];
  const isObject = (key: unknown): key is JsonObject => typeof key === "object" && key !== null && !Array.isArray(key);
  return keys.map((key) => (isObject(key) ? key : {}));
}

/** RS256 is what nearly all issuers use; the metadata says if this one does not. */
function rsaAlgorithm({ id_token_signing_alg_values_supported: named }: JsonObject): PublicKeyAlgorithm {
  const supported: readonly unknown[] = Array.isArray(named) ? named : [];
  const found = publicKeyAlgorithms.find((each) => fitsAlgorithm(each, "RSA", undefined) && supported.includes(each));
  return supported.includes("RS256") ? "RS256" : (found ?? "RS256");
}

function algorithmsOf(jwks: readonly JsonObject[], keyUse: KeyUse, ofRsa: PublicKeyAlgorithm): readonly PublicKeyAlgorithm[] {
  const found = jwks.flatMap(({ kty, crv, alg, use }): readonly PublicKeyAlgorithm[] => {
    if ((use ?? "sig") !== keyUse) return [];
    if (alg !== undefined && alg !== null) return publicKeyAlgorithms.filter((each) => each === alg);
    if (kty === "RSA") return [ofRsa];
    return publicKeyAlgorithms.filter((each) => each !== "Ed25519" && fitsAlgorithm(each, kty, crv)).slice(0, 1);
  });
  const names: readonly PublicKeyAlgorithm[] = found.map((each) => (each === "Ed25519" ? "EdDSA" : each));
  return publicKeyAlgorithms.filter((each) => names.includes(each));
}

async function lineOf(jwk: JsonObject, read: ReadKey): Promise<KeyLine> {
  const { kid, alg, use } = jwk;
  const shown = { kid: textOf(kid), type: typeOf(jwk), alg: textOf(alg), use: textOf(use) };
  const problem = await problemOf(jwk, read);
  return { ...shown, verifies: "key" in read && problem === undefined ? read.key.alg : undefined, problem };
}

async function problemOf({ alg }: JsonObject, read: ReadKey): Promise<string | undefined> {
  if ("unused" in read) return isAlgorithm(alg) ? `${read.unused}: ${alg} is not among them` : read.unused;
  if ("ignored" in read) return read.ignored.message;
  if ("repeated" in read) return "the same key comes before it";
  try {
    await read.key.imported();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : shortened(printable(value), 60);
}

function typeOf({ kty, crv, n }: JsonObject): string {
  if (typeof n === "string") return `${textOf(kty)} ${bitsOf(n)}`;
  return [kty, crv].flatMap((each) => textOf(each) ?? []).join(" ");
}

/** The size of an RSA key, without the zeros in front of it. */
function bitsOf(modulus: string): number {
  const bytes = Buffer.from(modulus, "base64url");
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (bytes.length - start) * 8 - Math.clz32(bytes[start] ?? 0) + 24;
}
