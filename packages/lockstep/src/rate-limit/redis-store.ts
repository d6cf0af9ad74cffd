/** `redisStore()`: counters in Redis, which all processes share. */
import { RateLimiterRedis } from "rate-limiter-flexible";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { spendOf } from "./flexible.ts";
import type { RateLimitStore } from "./store.ts";

/** A connected client of `redis` (version 4 or later) or `ioredis`. The program opens and closes it. */
export interface RedisClient {
  /** Runs a script, in which the counting is one atomic step. */
  eval(...given: never): unknown;
}

/** The options of `redisStore()`. */
export interface RedisStoreOptions {
  /** The beginning of every key. Default `lockstep:rate-limit`. */
  readonly prefix?: string;
}

/**
 * Counts in Redis, or in a server that speaks its protocol. The keys expire with their windows. A client that is not connected
 * fails at once instead of waiting, and `onStoreFailure` decides.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const client = await createClient({ url: process.env.REDIS_URL }).on("error", log).connect();
 * const store = redisStore(client);
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RateLimitStore {
  checkOptions("redisStore()", options, { prefix: true });
  if (typeof client !== "object" || client === null || typeof client.eval !== "function")
    throw new BuildError("wrong_option", "redisStore(): pass a client of redis or ioredis first: await createClient().connect()");
  const { prefix = "lockstep:rate-limit" } = options;
  if (typeof prefix !== "string" || prefix === "")
    throw new BuildError("wrong_option", "redisStore(): set prefix to a text that is not empty");
  // Only ioredis defines commands of its own. The package recognises neither client by itself in every version.
  const useRedisPackage = !("defineCommand" in client);
  return {
    counter({ name, points, windowSeconds }) {
      const limiter = new RateLimiterRedis({
        storeClient: client,
        useRedisPackage,
        rejectIfRedisNotReady: true,
        keyPrefix: `${prefix}:${name}`,
        points,
        duration: windowSeconds,
        // Once a key has spent everything, this process refuses it without asking the store.
        inMemoryBlockOnConsumed: points + 1,
      });
      return { spend: (key, spent) => spendOf(limiter, key, spent) };
    },
  };
}
