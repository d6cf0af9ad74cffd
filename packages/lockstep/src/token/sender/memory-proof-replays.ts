/** The proofs that were used, in the memory of one process. */
import { BuildError, Unavailable } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import type { ProofReplays } from "./proof-replays.ts";

/** The options of `memoryProofReplays()`. */
export interface MemoryProofReplaysOptions {
  /**
   * The most proofs that are kept at once. Each is kept for about two minutes, so 100,000 are enough for 800 requests a second.
   * When it is full, requests are answered with 503 until proofs expire. Default 100,000, about 20 MB.
   */
  readonly maxEntries?: number;
}

/**
 * Keeps the proofs that were used in memory. Use it if one process serves the API: a second process would accept a proof that was
 * used at the first one, and so does this one after a restart, for as long as a proof is fresh.
 *
 * A proof that has not expired is never forgotten, not even when the store is full: an attacker could otherwise push a stolen
 * proof out and use it again.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const token = httpBearer({ senderConstraint: dpop({ replays: memoryProofReplays() }) });
 * ```
 */
export function memoryProofReplays(options: MemoryProofReplaysOptions = {}): ProofReplays {
  checkOptions<MemoryProofReplaysOptions>("memoryProofReplays()", options, { maxEntries: true });
  const { maxEntries = 100_000 } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw new BuildError("wrong_option", "memoryProofReplays(): set maxEntries to a whole number from 1");
  // In the order in which they came. They expire in almost the same order, so only the first ones are looked at.
  const entries = new Map<string, number>();
  const removeExpired = (nowMs: number): void => {
    for (const [id, expiresAtMs] of entries) {
      if (expiresAtMs > nowMs) return;
      entries.delete(id);
    }
  };
  return {
    async spend(id, expiresAtMs, nowMs) {
      const known = entries.get(id);
      if (known !== undefined && known > nowMs) return false;
      removeExpired(nowMs);
      if (entries.size >= maxEntries)
        throw new Unavailable("the store of DPoP proofs is full: raise maxEntries of memoryProofReplays()");
      entries.set(id, expiresAtMs);
      return true;
    },
  };
}
