/**
 * Reads one JWK (RFC 7517) as a verification key, or says why it is left aside or refused. This module owns the rules for
 * one key; the rules for a set of them are in `key-set.ts`.
 */
import { encode } from "jose/base64url";
import { isAbsent } from "../json/member.ts";
import { canonicalAlgorithm, fitsAlgorithm, isAlgorithm, keyDemand } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { parseBase64 } from "./base64url.ts";
import { parseCurvePoint, parseEdwardsPoint } from "./curve-key.ts";
import { weakKey, wrongKey } from "./key-refusal.ts";
import { parseRsaKey } from "./rsa-key.ts";
import { VerificationKey } from "./verification-key.ts";

/** A JSON Web Key (RFC 7517 §4). Only the members named here are read; `null` and an empty list count as absent. */
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

/** The `use` of the keys that verify tokens: `sig` (RFC 7517 §4.2), or `jwt-svid` in a SPIFFE bundle. */
export type KeyUse = "sig" | "jwt-svid";

/** Which keys count, and for which algorithm. */
export interface KeyRules {
  readonly algorithms: readonly Algorithm[];
  /** The algorithms of keys that name none, if several are allowed that fit. */
  readonly keysWithoutAlg?: readonly Algorithm[];
  /** `sig`, also of a key without `use`; `jwt-svid` must be written. Default: `sig`. */
  readonly keyUse?: KeyUse;
}

/** A key of a set that is meant for something else (RFC 7517 §5: such keys are ignored), with the reason for the developer. */
export interface UnusedKey {
  readonly unused: string;
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] as const;

/** Tells whether a JWK holds anything that a public key must not (RFC 7518 §6). */
export function hasPrivateMember(jwk: object): boolean {
  const given = members(jwk);
  return privateMembers.some((name) => name in given);
}

/**
 * Reads one key, pinned to exactly one of the allowed algorithms: the one its `alg` names or, without `alg`, the only one
 * that fits its type and curve. A token never chooses.
 *
 * @throws BuildError `wrong_key` or `weak_key` when a key that is meant for these algorithms must not be used
 */
export function readJwk(jwk: object, rules: KeyRules): VerificationKey | UnusedKey {
  const { keyUse = "sig" } = rules;
  const { alg, kid, use, key_ops: operations } = members(jwk);
  if (kid !== undefined && (typeof kid !== "string" || kid === "")) throw wrongKey("A key's `kid` must be text");
  if (use !== keyUse && !(use === undefined && keyUse === "sig"))
    return { unused: `its \`use\` is not \`${keyUse}\` (option \`keyUse\`)` };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return { unused: "its `key_ops` do not include `verify`" };
  }
  if (alg !== undefined && !isAlgorithm(alg)) return { unused: "its `alg` is not a signature algorithm known here" };
  const pinned = pinnedAlgorithm(jwk, alg, rules);
  return pinned === undefined ? { unused: "no allowed algorithm fits it" } : verificationKey(jwk, kid, pinned);
}

/** The one algorithm of a key; `undefined` if it is not allowed. */
function pinnedAlgorithm(jwk: object, alg: Algorithm | undefined, rules: KeyRules): Algorithm | undefined {
  const { kty, crv } = members(jwk);
  const allowed = [...new Set(rules.algorithms.map(canonicalAlgorithm))];
  if (alg !== undefined) {
    if (!fitsAlgorithm(alg, kty, crv)) throw wrongKey("A key's `alg` contradicts its `kty` or `crv`");
    return allowed.find((each) => each === canonicalAlgorithm(alg));
  }
  const [first, second] = allowed.filter((each) => fitsAlgorithm(each, kty, crv));
  if (second === undefined) return first;
  const named = rules.keysWithoutAlg?.find((each) => fitsAlgorithm(each, kty, crv));
  if (named !== undefined) return canonicalAlgorithm(named);
  throw wrongKey(`A key without \`alg\` fits ${first} and ${second}: name one of them in the option \`keysWithoutAlg\``);
}

/** A JWK came from a file or the network: nothing is known of its members, and inherited ones do not count. */
function members(jwk: object): Readonly<Record<string, unknown>> {
  const given = Object.entries(jwk).filter(([, value]) => !isAbsent(value));
  return { __proto__: null, ...Object.fromEntries(given) };
}

function verificationKey(jwk: object, kid: string | undefined, alg: Algorithm): VerificationKey {
  const { crv, x, y, n, e, k } = members(jwk);
  const demand = keyDemand(alg);
  switch (demand.kty) {
    case "EC":
      return new VerificationKey(kid, alg, { kty: "EC", crv: demand.crv, ...parseCurvePoint({ crv, x, y }) });
    case "OKP":
      return new VerificationKey(kid, alg, { kty: "OKP", crv: demand.crv, ...parseEdwardsPoint({ x }) });
    case "RSA":
      return new VerificationKey(kid, alg, { kty: "RSA", ...parseRsaKey({ n, e }) });
    case "oct":
      return new VerificationKey(kid, alg, { kty: "oct", k: checkedSecret(k, alg, demand.minBytes) });
  }
}

/** A secret shorter than its hash can be searched for (RFC 7518 §3.2). */
function checkedSecret(k: unknown, alg: Algorithm, minBytes: number): string {
  const bytes = parseBase64(k);
  if (bytes === undefined) throw wrongKey("A secret's `k` must be base64url (RFC 7518 §6.4.1)");
  if (bytes.length < minBytes) throw weakKey(`A secret for ${alg} needs at least ${minBytes} bytes; this one has ${bytes.length}`);
  return encode(bytes);
}
