/**
 * A set of keys of one issuer (RFC 7517 §5): which of its keys may be used, and how a token finds its key among them. One
 * function reads every set, whether it came from configuration, the network or `hmacSecret()`. A key that must not be used is
 * ignored and reported; the others stay good.
 */
import { BuildError } from "../problem/error.ts";
import type { Algorithm } from "./algorithm.ts";
import { hasPrivateMember, readJwk } from "./jwk.ts";
import type { Jwk, KeyRules, UnusedKey } from "./jwk.ts";
import { privateKeyPublished, wrongKey } from "./key-refusal.ts";
import { isPrintableLine } from "./printable-line.ts";
import { VerificationKey } from "./verification-key.ts";

/** A JSON Web Key Set. */
export interface Jwks {
  readonly keys: readonly Jwk[];
}

/** Which half of the cryptography a set holds: public keys, or secrets. Never both (RFC 8725 §3.1). */
export type KeyKind = "public" | "secret";

/** How a token names its key, in its header. */
export interface KeyName {
  readonly kid: string | undefined;
  readonly alg: Algorithm;
}

/** More keys than any issuer publishes; a bigger set is an attempt to make every import of it expensive. */
export const maxKeys = 100;

/**
 * Returns the keys of a set, unread.
 *
 * @throws BuildError `wrong_key` for a value that is not a set, and for a set that is empty or too big
 */
export function keysIn(set: unknown): readonly unknown[] {
  const keys = typeof set === "object" && set !== null && "keys" in set ? set.keys : undefined;
  if (Array.isArray(keys) && keys.length > 0 && keys.length <= maxKeys) return keys;
  throw wrongKey(`Write the key set as { keys: [...] } with 1 to ${maxKeys} keys`);
}

/** One key of a set, as it was read: usable, meant for something else, or ignored because it must not be used. */
export type ReadKey =
  | { readonly key: VerificationKey }
  | UnusedKey
  | { readonly ignored: BuildError }
  /** The same key was there before. */
  | { readonly repeated: true };

/** The usable keys of a set. */
export class KeySet {
  readonly keys: readonly VerificationKey[];
  /** Why others of the set are ignored, although they were meant to be used. */
  readonly ignored: readonly BuildError[];
  readonly #byKid: ReadonlyMap<string | undefined, readonly VerificationKey[]>;

  constructor(keys: readonly VerificationKey[], ignored: readonly BuildError[] = []) {
    this.keys = keys;
    this.ignored = ignored;
    this.#byKid = Map.groupBy(keys, ({ kid }) => kid);
  }

  /**
   * Finds the key that a token names: by `kid`, then by `alg`, which implies the type. Each key has one algorithm, so the header
   * chooses among keys and never among algorithms of a key. A key without `kid` may be the key of any token. Keys are never tried
   * one after another (J-12): there is one that fits, or none is found.
   */
  find({ kid, alg }: KeyName): VerificationKey | undefined {
    const named = kid === undefined ? this.keys : (this.#byKid.get(kid) ?? this.#byKid.get(undefined) ?? []);
    const [only, another] = named.filter((key) => key.alg === alg);
    return another === undefined ? only : undefined;
  }
}

/** A key that must not be used, with its name for the report. */
interface RefusedKey {
  readonly name: string;
  readonly error: BuildError;
  /** The key, if its private half was published: nothing that it signs proves anything. */
  readonly exposed?: VerificationKey;
}

/**
 * Reads a set for the allowed algorithms. Keys for other uses are left aside (RFC 7517 §5). A public key that must not be used is
 * ignored, and the result says so. A bad secret refuses the set, because the application wrote it.
 *
 * @throws BuildError `wrong_key` or `weak_key` when no key is left, with the reasons
 */
export function readKeySet(set: unknown, kind: KeyKind, rules: KeyRules): KeySet {
  const read = keysIn(set).map((jwk, index) => readOne(jwk, index, kind, rules));
  const { keys, all } = usableOf(read);
  const [first] = all;
  if (first !== undefined && kind === "secret") throw first.error;
  if (keys.length > 0) return new KeySet(keys, all.map(reportOf));
  const unused = read.flatMap((key) => ("unused" in key ? [key.unused] : []));
  if (first !== undefined && all.length + unused.length === 1) throw first.error;
  const reasons = new Set([...unused, ...all.map(({ error }) => error.message)]);
  throw wrongKey(`No key of the set can be used for ${rules.algorithms.join(", ")}: ${[...reasons].join("; ")}`);
}

/**
 * Reads a set of public keys like `readKeySet`, and returns each key as it was read, in their order.
 *
 * @throws BuildError `wrong_key` for a value that is not a set, and for a set that is empty or too big
 */
export function readEachKey(set: unknown, rules: KeyRules): readonly ReadKey[] {
  const read = keysIn(set).map((jwk, index) => readOne(jwk, index, "public", rules));
  const { keys, exposed, namesakes } = usableOf(read);
  return read.map((key): ReadKey => {
    if ("unused" in key) return key;
    if ("error" in key) return { ignored: key.error };
    if (keys.includes(key)) return { key };
    const isAmbiguous = namesakes.some((group) => group.includes(key));
    return exposed.includes(key) ? { ignored: privateKeyPublished() } : isAmbiguous ? { ignored: sameName() } : { repeated: true };
  });
}

type OneRead = VerificationKey | UnusedKey | RefusedKey;

/** The keys that may be used, the others that were meant to be used, and the groups of those that share a name. */
function usableOf(read: readonly OneRead[]): {
  readonly keys: readonly VerificationKey[];
  readonly all: readonly RefusedKey[];
  readonly exposed: readonly VerificationKey[];
  readonly namesakes: readonly (readonly VerificationKey[])[];
} {
  const refused = read.filter((key) => "error" in key);
  const good = read.filter((key) => key instanceof VerificationKey);
  const exposed = good.filter((key) => refused.some((other) => other.exposed?.hasMaterialOf(key)));
  const secret = good.filter((key) => !exposed.includes(key));
  const distinct = secret.filter((key, index) => secret.findIndex((other) => other.equals(key)) === index);
  const named = [...Map.groupBy(distinct, ({ kid, alg }) => JSON.stringify([kid, alg])).values()];
  const namesakes = named.filter(({ length }) => length > 1);
  const keys = named.filter(({ length }) => length === 1).flat();
  return { keys, all: [...refused, ...namesakes.map(ambiguous)], exposed, namesakes };
}

function readOne(jwk: unknown, index: number, kind: KeyKind, rules: KeyRules): OneRead {
  const name = nameOf(jwk, index);
  try {
    if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) throw wrongKey("A key of the set is not an object");
    const isSecret = "kty" in jwk && jwk.kty === "oct";
    if (isSecret && kind === "public") throw wrongKey("Pass secrets to hmacSecret(): a set of public keys holds one (`oct`)");
    if (!isSecret && kind === "secret") throw wrongKey("Keep secrets and public keys apart: a set of secrets holds another key");
    const key = readJwk(jwk, rules);
    if (kind === "secret" || !hasPrivateMember(jwk)) return key;
    const error = privateKeyPublished();
    return { name, error, ...(key instanceof VerificationKey && { exposed: key }) };
  } catch (error) {
    if (error instanceof BuildError) return { name, error };
    throw error;
  }
}

function ambiguous([key]: readonly VerificationKey[]): RefusedKey {
  return { name: nameOf({ kid: key?.kid }, 0), error: sameName() };
}

function sameName(): BuildError {
  return wrongKey("Give each key of the set a `kid` of its own: two have the same, and a token could mean either");
}

function reportOf({ name, error }: RefusedKey): BuildError {
  return new BuildError(error.code, `${name} is ignored. ${error.message}`, { cause: error });
}

/** A name from the network is written to a log, so it must be one line. */
function nameOf(jwk: unknown, index: number): string {
  const kid = typeof jwk === "object" && jwk !== null && "kid" in jwk ? jwk.kid : undefined;
  return typeof kid === "string" && isPrintableLine(kid) ? `Key "${kid}" of the set` : `Key ${index + 1} of the set`;
}
