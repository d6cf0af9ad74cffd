/**
 * A set of keys of one issuer (RFC 7517 §5): the rules a set must obey before any of its keys is used, and how a token
 * finds its key in it. One function reads every set, whether it came from configuration, the network or `hmacSecret()`.
 */
import type { Algorithm } from "./algorithm.ts";
import { hasPrivateMember, readJwk } from "./jwk.ts";
import type { Jwk } from "./jwk.ts";
import { wrongKey } from "./key-refusal.ts";
import { VerificationKey } from "./verification-key.ts";

/** A JSON Web Key Set. */
export interface Jwks {
  readonly keys: readonly Jwk[];
}

/** Which half of the cryptography a set holds: public keys, or secrets. Never both (RFC 8725 §3.1). */
export type KeyKind = "public" | "secret";

/** More keys than any issuer publishes; a bigger set is an attempt to make every import of it expensive. */
export const maxKeys = 100;

/**
 * Checks a set as far as possible before the allowed algorithms are known, and returns its keys.
 *
 * @throws BuildError `wrong_key` for a value that is not a set, for a set that is empty or too big, mixes secrets with public
 * keys, holds private members, or names two keys alike
 */
export function checkKeySet(set: unknown, kind: KeyKind): readonly object[] {
  const keys = typeof set === "object" && set !== null && "keys" in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > maxKeys) {
    throw wrongKey(`Write the key set as { keys: [...] } with 1 to ${maxKeys} keys`);
  }
  const kids = new Set<unknown>();
  return keys.map((key: unknown): object => {
    if (typeof key !== "object" || key === null || Array.isArray(key)) throw wrongKey("A key of the set is not an object");
    checkKind(key, kind);
    const kid = "kid" in key ? key.kid : undefined;
    if (kid !== undefined && kids.has(kid))
      throw wrongKey("Give each key of the set a `kid` of its own: two have the same, and a token could mean either");
    kids.add(kid);
    return key;
  });
}

function checkKind(key: object, kind: KeyKind): void {
  const isSecret = "kty" in key && key.kty === "oct";
  if (kind === "secret") {
    if (!isSecret) throw wrongKey("Keep secrets and public keys apart: a set of secrets holds another key");
    return;
  }
  if (isSecret) throw wrongKey("Pass secrets to hmacSecret(): a set of public keys holds one (`oct`)");
  if (hasPrivateMember(key)) throw wrongKey("Publish keys without their private members: a set of public keys holds a private key");
}

/** The usable keys of a set. */
export class KeySet {
  readonly keys: readonly VerificationKey[];
  readonly #byKid: ReadonlyMap<string, VerificationKey>;

  constructor(keys: readonly VerificationKey[]) {
    this.keys = keys;
    this.#byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key]])));
  }

  /**
   * Finds the key that a token names. Keys are never tried one after another (J-12): a token without `kid` finds its key
   * only when there is just one, and a key without `kid` is found only when it is the only one.
   */
  find(kid: string | undefined): VerificationKey | undefined {
    const named = kid === undefined ? undefined : this.#byKid.get(kid);
    if (named !== undefined || this.keys.length !== 1) return named;
    const [only] = this.keys;
    return kid === undefined || only?.kid === undefined ? only : undefined;
  }
}

/**
 * Reads a set for the allowed algorithms. Keys for other uses are left aside (RFC 7517 §5), a bad one refuses the set.
 *
 * @throws BuildError `wrong_key` or `weak_key`; also when no key is left, with the reasons
 */
export function readKeySet(set: unknown, kind: KeyKind, algorithms: readonly Algorithm[]): KeySet {
  const read = checkKeySet(set, kind).map((key) => readJwk(key, algorithms));
  const keys = read.filter((key) => key instanceof VerificationKey);
  if (keys.length === 0) {
    const reasons = new Set(read.flatMap((key) => (key instanceof VerificationKey ? [] : [key.unused])));
    throw wrongKey(`No key of the set can be used for ${algorithms.join(", ")}: ${[...reasons].join("; ")}`);
  }
  return new KeySet(keys);
}
