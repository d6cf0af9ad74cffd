/** The proofs that were used, in Redis, which all processes share. */
import { BuildError } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import type { ProofReplays } from "./proof-replays.ts";

/** A connected client of `redis` (version 4 or later) or `ioredis`. The program opens and closes it. */
export interface ProofRedis {
  /** Sets a key, on the conditions that are given. */
  set(...given: never): unknown;
}

/** The options of `redisProofReplays()`. */
export interface RedisProofReplaysOptions {
  /** The beginning of every key. Default `lockstep:dpop`. */
  readonly prefix?: string;
}

/**
 * Keeps the proofs that were used in Redis, or in a server that speaks its protocol. Each proof is one `SET` with `NX` and `PX`,
 * and expires by itself. A client that is not connected fails at once instead of waiting.
 *
 * Redis must not evict keys (`maxmemory-policy noeviction`), and a replica that takes over may miss the last ones: a proof that
 * is forgotten can be used again until it is too old.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const client = await createClient({ url: process.env.REDIS_URL }).on("error", log).connect();
 * const replays = redisProofReplays(client);
 * ```
 */
export function redisProofReplays(client: ProofRedis, options: RedisProofReplaysOptions = {}): ProofReplays {
  checkOptions("redisProofReplays()", options, { prefix: true });
  if (typeof client !== "object" || client === null || typeof client.set !== "function")
    throw new BuildError(
      "wrong_option",
      "redisProofReplays(): pass a client of redis or ioredis first: await createClient().connect()",
    );
  const { prefix = "lockstep:dpop" } = options;
  if (typeof prefix !== "string" || prefix === "")
    throw new BuildError("wrong_option", "redisProofReplays(): set prefix to a text that is not empty");
  // The two packages take the conditions in two ways. Only ioredis has `call`.
  const set = client.set as (...given: readonly unknown[]) => unknown;
  const isIoredis = "call" in client;
  return {
    async spend(id, expiresAtMs, nowMs) {
      checkConnected(client);
      const key = `${prefix}:${id}`;
      const lifetimeMs = Math.max(1, Math.ceil(expiresAtMs - nowMs));
      const answer = await (isIoredis
        ? set.call(client, key, "1", "PX", lifetimeMs, "NX")
        : set.call(client, key, "1", { NX: true, PX: lifetimeMs }));
      if (answer === "OK") return true;
      if (answer === null) return false;
      throw new TypeError("SET did not answer OK or nothing");
    },
  };
}

/** A client that is not connected keeps commands for later, and the request would wait. */
function checkConnected(client: object): void {
  const isAway = ("isReady" in client && client.isReady !== true) || ("status" in client && client.status !== "ready");
  if (isAway) throw new Error("The client of Redis is not connected");
}
