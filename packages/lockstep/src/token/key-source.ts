/**
 * Where a verifier's keys come from while it runs: the contract between the verifier and the kinds of sets (fixed,
 * remote and live), and the marks that keep secrets and public keys apart.
 */
import type { KeyRules } from "./jwk.ts";
import type { KeyName, KeySet } from "./key-set.ts";
import type { VerificationKey } from "./verification-key.ts";

/** The keys of one verifier. */
export interface KeySource {
  /** Changes when a key has left: tokens that were verified before must be verified again. */
  readonly generation: number;
  /** From this moment on (Unix milliseconds) `due` wants to be called; `Infinity` for keys that never change. */
  readonly dueAtMs: number;
  /**
   * When the keys in use were asked for (Unix milliseconds): a key that the issuer used by then is among them. `Infinity` for
   * keys that never change, and -`Infinity` before the first load.
   */
  readonly loadedAtMs: number;
  /** Starts what is due in the background, and drops keys that are too old to trust. Never throws. */
  due(nowMs: number): void;
  /**
   * The key that a token names, at once where it is known.
   *
   * @throws Unavailable when the keys cannot be had
   */
  find(name: KeyName, nowMs: number): VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /**
   * Resolves when the keys are there and the runtime has taken them.
   *
   * @throws BuildError `wrong_key`
   * @throws Unavailable
   */
  ready(nowMs: number): Promise<void>;
}

/** What a verifier tells its keys. */
export interface KeyContext extends KeyRules {
  readonly issuer: string;
  /** The time in Unix milliseconds. */
  readonly clock: () => number;
}

/**
 * Opens the keys for one verifier. Not exported from the package: only `jwks()`, `remoteJwks()` and `liveJwks()` can make such a
 * value.
 */
export const openKeys: unique symbol = Symbol("lockstep.openKeys");

/** Public keys of an issuer: made by `jwks()`, `remoteJwks()` or `liveJwks()`. */
export interface PublicKeys {
  readonly [openKeys]: (context: KeyContext) => KeySource;
}

/** Keys that are known from the start and never change. */
export function fixedKeys(set: KeySet): KeySource {
  return {
    generation: 0,
    dueAtMs: Number.POSITIVE_INFINITY,
    loadedAtMs: Number.POSITIVE_INFINITY,
    due: () => {},
    find: (name) => set.find(name),
    ready: async () => {
      await Promise.all(set.keys.map((key) => key.imported()));
    },
  };
}

/** Keys that the runtime must read before they are known, and that never change: they are read once, at their first use. */
export function importedKeys(read: () => Promise<KeySet>): KeySource {
  let keys: Promise<KeySource> | undefined;
  const loaded = (): Promise<KeySource> => (keys ??= read().then(fixedKeys));
  return {
    generation: 0,
    dueAtMs: Number.POSITIVE_INFINITY,
    loadedAtMs: Number.POSITIVE_INFINITY,
    due: () => {},
    find: async (name, nowMs) => (await loaded()).find(name, nowMs),
    ready: async (nowMs) => (await loaded()).ready(nowMs),
  };
}
