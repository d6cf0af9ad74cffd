/**
 * `lockstep/rate-limit`: limits for how many requests come, counted in memory, PostgreSQL or Redis. It needs the package
 * `rate-limiter-flexible`.
 */
export { rateLimit, type RateLimited, type RateLimitOptions, type RateLimitState } from "./rate-limit.ts";
export { type ByCredential, type ByKey, type ByPrincipal, type CountedBy } from "./counted-by.ts";
export { type RateLimitWindow } from "./limits.ts";

// Stores.
export { memoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export { type PostgresPool, postgresStore, type PostgresStoreOptions } from "./postgres-store.ts";
export { type RedisClient, redisStore, type RedisStoreOptions } from "./redis-store.ts";
export { type Counted, type CountedLimit, type LimitCounter, type RateLimitStore } from "./store.ts";
