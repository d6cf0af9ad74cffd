/** Single use of proofs: a proof that was seen once is refused (RFC 9449 §11.1). */
import { inTime } from "../../promise.ts";
import { BuildError, Unavailable } from "../../problem/error.ts";

/**
 * Where the proofs that were used are kept: `memoryProofReplays()`, `postgresProofReplays(pool)`, `redisProofReplays(client)`,
 * or a store of your own.
 */
export interface ProofReplays {
  /**
   * Records a proof, and returns whether it is used for the first time. Both are one atomic step: of any number of calls with one
   * id, exactly one returns `true`. Rejects if it cannot record the proof. An id that has not expired is never forgotten.
   *
   * @param id a hash of 43 characters
   * @param expiresAtMs from this time on the id may be removed. Milliseconds since 1970
   * @param nowMs the time of the request. Milliseconds since 1970
   */
  spend(id: string, expiresAtMs: number, nowMs: number): Promise<boolean>;
}

/**
 * Records a proof. Whatever the store answers besides a yes or a no, nobody is let in.
 *
 * @throws Unavailable (rejects with it) if the store does not answer in time
 * @throws BuildError `wrong_result` (rejects with it) for an answer that is neither `true` nor `false`
 */
export async function spendProof(
  replays: ProofReplays,
  proof: { readonly id: string; readonly expiresAtMs: number; readonly nowMs: number },
  timeoutMs: number,
): Promise<boolean> {
  const isFirst: unknown = await answerOf(replays, proof, timeoutMs);
  // The count of rows and "OK" would be true for a proof that was used before, too.
  if (typeof isFirst === "boolean") return isFirst;
  throw new BuildError("wrong_result", `dpop(): return true or false from replays.spend(): it returned ${typeof isFirst}`);
}

async function answerOf(
  replays: ProofReplays,
  { id, expiresAtMs, nowMs }: { readonly id: string; readonly expiresAtMs: number; readonly nowMs: number },
  timeoutMs: number,
): Promise<boolean> {
  try {
    // A store that throws at once is away like one that rejects.
    return await inTime((async () => replays.spend(id, expiresAtMs, nowMs))(), timeoutMs);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof BuildError) throw error;
    throw new Unavailable("the store of DPoP proofs does not answer", { cause: error });
  }
}
