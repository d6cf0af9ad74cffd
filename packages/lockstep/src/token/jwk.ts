/**
 * Reads one JWK (RFC 7517) as a verification key, or says why it is left aside or refused. This module owns the rules for
 * one key; the rules for a set of them are in `key-set.ts`.
 */
import { fitsAlgorithm, isAlgorithm, keyDemand } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { parseBase64url } from "./base64url.ts";
import { checkCurvePoint, checkEdwardsPoint } from "./curve-key.ts";
import { weakKey, wrongKey } from "./key-refusal.ts";
import { checkRsaKey } from "./rsa-key.ts";
import { VerificationKey } from "./verification-key.ts";

/** A JSON Web Key (RFC 7517 §4). Only the members named here are read. */
export interface Jwk {
  readonly kty: string;
  readonly alg?: string;
  readonly kid?: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
  readonly [name: string]: unknown;
}

/** A key of a set that is meant for something else (RFC 7517 §5: such keys are ignored), with the reason for the developer. */
export interface UnusedKey {
  readonly unused: string;
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] as const;

/** Tells whether a JWK holds anything that a public key must not (RFC 7518 §6). */
export function hasPrivateMember(jwk: object): boolean {
  return privateMembers.some((name) => name in jwk);
}

/**
 * Reads one key, pinned to exactly one of the allowed algorithms: the one its `alg` names or, without `alg`, the only one
 * allowed that fits its type and curve.
 *
 * @throws BuildError `wrong_key` or `weak_key` when a key that is meant for these algorithms must not be used
 */
export function readJwk(jwk: object, algorithms: readonly Algorithm[]): VerificationKey | UnusedKey {
  const { kty, alg, kid, use, key_ops: operations, crv } = members(jwk);
  if (kid !== undefined && (typeof kid !== "string" || kid === "")) throw wrongKey("A key's `kid` must be text");
  if (use !== undefined && use !== "sig") return { unused: "its `use` is not `sig`" };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return { unused: "its `key_ops` do not include `verify`" };
  }
  if (alg !== undefined && !isAlgorithm(alg)) return { unused: "its `alg` is not a signature algorithm known here" };
  if (alg !== undefined && !fitsAlgorithm(alg, kty, crv)) throw wrongKey("A key's `alg` contradicts its `kty` or `crv`");
  const candidates = algorithms.filter((each) => (alg === undefined ? fitsAlgorithm(each, kty, crv) : each === alg));
  const [pinned] = candidates;
  if (pinned === undefined) return { unused: "no allowed algorithm fits it" };
  if (candidates.length > 1) {
    throw wrongKey(`A key without \`alg\` fits ${candidates.join(" and ")}: allow one of them, or give the key its \`alg\``);
  }
  return verificationKey(jwk, kid, pinned);
}

/** A JWK came from a file or the network: nothing is known of its members, and inherited ones do not count. */
function members(jwk: object): Readonly<Record<string, unknown>> {
  return { __proto__: null, ...jwk };
}

function verificationKey(jwk: object, kid: string | undefined, alg: Algorithm): VerificationKey {
  const { crv, x, y, n, e, k } = members(jwk);
  const demand = keyDemand(alg);
  switch (demand.kty) {
    case "EC":
      checkCurvePoint({ crv, x, y });
      return new VerificationKey(kid, alg, { kty: "EC", crv: text(crv), x: text(x), y: text(y) });
    case "OKP":
      checkEdwardsPoint({ x });
      return new VerificationKey(kid, alg, { kty: "OKP", crv: text(crv), x: text(x) });
    case "RSA":
      checkRsaKey({ n, e });
      return new VerificationKey(kid, alg, { kty: "RSA", n: text(n), e: text(e) });
    case "oct":
      checkSecret(k, alg, demand.minBytes);
      return new VerificationKey(kid, alg, { kty: "oct", k: text(k) });
  }
}

/** A secret shorter than its hash can be searched for (RFC 7518 §3.2). */
function checkSecret(k: unknown, alg: Algorithm, minBytes: number): void {
  const bytes = parseBase64url(k);
  if (bytes === undefined) throw wrongKey("A secret's `k` must be canonical base64url (RFC 7518 §6.4.1)");
  if (bytes.length < minBytes) throw weakKey(`A secret for ${alg} needs at least ${minBytes} bytes; this one has ${bytes.length}`);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw wrongKey("A member of the key is not text");
  return value;
}
