/** The stores that tests run on: in memory, in a real PostgreSQL, and in a real Redis. */
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { createClient } from "redis";
import { type RedisServer, startRedis } from "./redis-server.fixture.ts";

/** A store, open while its tests run. */
export interface TestStore<Store> {
  readonly kind: "memory" | "PostgreSQL" | "Redis";
  /** A store as another process would make it, with the same contents if processes share them. */
  make(): Store;
  /** Whether processes share its contents. */
  readonly isShared: boolean;
  /** The rows or the keys of a store that processes share. */
  contents(): Promise<readonly unknown[]>;
}

/** How each kind of store is made. */
export interface StoreMakers<Store> {
  memory(): Store;
  postgres(pool: pg.Pool, options: { readonly table: string }): Store;
  redis(client: ReturnType<typeof createClient>, options: { readonly prefix: string }): Store;
}

/** A store with its connection. */
interface OpenedStore<Store> extends TestStore<Store> {
  /** Returns why it cannot be opened on this machine. */
  open(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The end of every name that this process makes on servers that others use, too. */
export const ownSuffix: string = randomBytes(6).toString("hex");

/** The address of the tests' PostgreSQL. */
export const postgresUrl: string | undefined = process.env["LOCKSTEP_TEST_POSTGRES"];
/** Why tests on PostgreSQL are skipped; `false` if they are not. */
export const skipsPostgres: string | false = postgresUrl === undefined && "LOCKSTEP_TEST_POSTGRES is not set: npm test sets it";

/**
 * Runs the same tests on each kind of store. `fact` is `test()`, skipped if the machine has no such server: only Redis can be
 * missing. With CI=true, a skipped test fails the run.
 */
export function describeOnEachStore<Store>(
  name: string,
  makers: StoreMakers<Store>,
  tests: (store: TestStore<Store>, fact: (name: string, check: () => Promise<void>) => void) => void,
): void {
  for (const store of [memory(makers), postgres(makers, name), redis(makers)]) {
    describe(`${name} in ${store.kind}`, () => {
      let missing: string | undefined;
      before(async () => {
        missing = await store.open();
      });
      after(() => store.close());
      tests(store, (title, check) => void test(title, async (t) => (missing === undefined ? check() : t.skip(missing))));
    });
  }
}

function memory<Store>(makers: StoreMakers<Store>): OpenedStore<Store> {
  return {
    kind: "memory",
    open: async () => undefined,
    make: () => makers.memory(),
    isShared: false,
    contents: async () => [],
    close: async () => {},
  };
}

function postgres<Store>(makers: StoreMakers<Store>, name: string): OpenedStore<Store> {
  const table = `${name.replaceAll(/\W/gu, "_")}_${ownSuffix}`;
  let pool: pg.Pool | undefined;
  const opened = (): pg.Pool => {
    if (pool === undefined) throw new TypeError("The pool is not open");
    return pool;
  };
  return {
    kind: "PostgreSQL",
    open: async () => {
      if (skipsPostgres !== false) return skipsPostgres;
      pool = new pg.Pool({ connectionString: postgresUrl, max: 20 });
      return undefined;
    },
    make: () => makers.postgres(opened(), { table }),
    isShared: true,
    contents: async () => (await opened().query(`SELECT * FROM ${table}`)).rows,
    close: async () => {
      await pool?.query(`DROP TABLE IF EXISTS ${table}`);
      await pool?.end();
    },
  };
}

function redis<Store>(makers: StoreMakers<Store>): OpenedStore<Store> {
  const prefix = `lockstep-test-${ownSuffix}`;
  let server: RedisServer | undefined;
  let client: ReturnType<typeof createClient> | undefined;
  const opened = (): ReturnType<typeof createClient> => {
    if (client === undefined) throw new TypeError("The client is not open");
    return client;
  };
  return {
    kind: "Redis",
    open: async () => {
      server = await startRedis();
      if (server === undefined) return "set REDIS_URL, or install redis-server";
      client = createClient({ url: server.url });
      await client.connect();
      return undefined;
    },
    make: () => makers.redis(opened(), { prefix }),
    isShared: true,
    contents: () => opened().keys(`${prefix}*`),
    close: async () => {
      if (client !== undefined) {
        const keys = await client.keys(`${prefix}*`);
        if (keys.length > 0) await client.del(keys);
        await client.close();
      }
      await server?.stop();
    },
  };
}
