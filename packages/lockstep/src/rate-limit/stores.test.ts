/** Every store counts alike: in memory, in a real PostgreSQL and in a real Redis. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import pg from "pg";
import { createClient } from "redis";
import { memoryStore, postgresStore, redisStore } from "./index.ts";
import { describeOnEachStore, ownSuffix, postgresUrl, skipsPostgres } from "./test-stores.fixture.ts";

let counters = 0;
/** A limit that no other test has. */
const limitOf = (points: number, windowSeconds = 3600) => {
  counters += 1;
  return { name: `test${counters}`, points, windowSeconds };
};

const makers = { memory: memoryStore, postgres: postgresStore, redis: redisStore };

describeOnEachStore("rate limits", makers, (store, fact) => {
  fact("of fifty requests at once exactly as many pass as there are points", async () => {
    for (const [points, cost, passing] of [
      [7, 1, 7],
      [50, 1, 50],
      [20, 3, 6],
    ] as const) {
      const counter = store.make().counter(limitOf(points));
      const all = await Promise.all(Array.from({ length: 50 }, () => counter.spend("k", cost)));
      assert.equal(all.filter(({ isAllowed }) => isAllowed).length, passing);
      assert.equal((await counter.spend("k", cost)).isAllowed, false);
      // The control: another key has its own points.
      assert.equal((await counter.spend("other", cost)).isAllowed, true);
    }
  });

  fact("processes that share it count together", async () => {
    const limit = limitOf(7);
    const processes = Array.from({ length: 5 }, () => store.make().counter(limit));
    const states = await Promise.all(processes.flatMap((counter) => Array.from({ length: 10 }, () => counter.spend("k", 1))));
    assert.equal(states.filter((state) => state.isAllowed).length, store.isShared ? 7 : 35);
  });

  fact("says what is left, and when the window is over", async () => {
    const counter = store.make().counter(limitOf(3, 600));
    for (const remaining of [2, 1, 0, 0, 0]) {
      const state = await counter.spend("k", 1);
      assert.equal(state.remaining, remaining);
      assert.ok(state.resetMs > 0 && state.resetMs <= 600_000, String(state.resetMs));
    }
  });

  fact("counts different limits apart, also for one key", async () => {
    const made = store.make();
    const [one, other] = [made.counter(limitOf(1)), made.counter(limitOf(1))];
    assert.equal((await one.spend("k", 1)).isAllowed, true);
    assert.equal((await one.spend("k", 1)).isAllowed, false);
    assert.equal((await other.spend("k", 1)).isAllowed, true);
  });

  fact("keeps keys below their limit", async () => {
    const limit = limitOf(1);
    await store.make().counter(limit).spend("a-hash", 1);
    const dump = JSON.stringify(await store.contents());
    assert.equal(dump.includes(`${limit.name}:a-hash`), store.isShared, dump);
  });
});

describe("memoryStore()", () => {
  test("begins again when a window is over", async (t) => {
    t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 0 });
    const counter = memoryStore().counter({ name: "a", points: 1, windowSeconds: 10 });
    assert.equal((await counter.spend("k", 1)).isAllowed, true);
    t.mock.timers.tick(9999);
    assert.deepEqual(await counter.spend("k", 1), { isAllowed: false, remaining: 0, resetMs: 1 });
    t.mock.timers.tick(1);
    assert.equal((await counter.spend("k", 1)).isAllowed, true);
  });

  test("keeps a limit of 24 days, and as many keys as it was told", async (t) => {
    t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 0 });
    const counter = memoryStore({ maxKeys: 2 }).counter({ name: "a", points: 1, windowSeconds: 24 * 86_400 });
    const isAllowed = async (key: string) => (await counter.spend(key, 1)).isAllowed;
    assert.deepEqual([await isAllowed("a"), await isAllowed("b"), await isAllowed("a")], [true, true, false]);
    t.mock.timers.tick(23 * 86_400_000);
    assert.deepEqual([await isAllowed("a"), await isAllowed("c"), await isAllowed("a")], [false, true, false]);
    assert.equal(await isAllowed("b"), true, "b was not used for the longest time, and was forgotten");
  });
});

describe("postgresStore()", () => {
  test("begins again when a window is over, also if the process was away", { skip: skipsPostgres }, async (t) => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    const table = `rate_limits_window_${ownSuffix}`;
    const made = () => postgresStore(pool, { table }).counter({ name: "a", points: 1, windowSeconds: 10 });
    const now = Date.now();
    try {
      assert.equal((await made().spend("k", 1)).isAllowed, true);
      t.mock.timers.enable({ apis: ["Date"], now: now + 5000 });
      assert.equal((await made().spend("k", 1)).isAllowed, false);
      t.mock.timers.setTime(now + 15_000);
      assert.equal((await made().spend("k", 1)).isAllowed, true);
    } finally {
      t.mock.timers.reset();
      await pool.query(`DROP TABLE ${table}`);
      await pool.end();
    }
  });

  test("works on a table that exists, and fails until it does", { skip: skipsPostgres }, async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    const table = `rate_limits_own_${ownSuffix}`;
    const counter = postgresStore(pool, { table, createTable: false }).counter({ name: "a", points: 1, windowSeconds: 10 });
    try {
      await assert.rejects(counter.spend("k", 1), { code: "42P01" });
      await pool.query(`CREATE TABLE ${table} (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)`);
      assert.equal((await counter.spend("k", 1)).isAllowed, true);
    } finally {
      await pool.query(`DROP TABLE ${table}`);
      await pool.end();
    }
  });

  test("tries again after a failure to create its table", async () => {
    let isAway = true;
    const asked: string[] = [];
    const pool = {
      query: async ({ text }: { readonly text: string }) => {
        asked.push(text.trim().slice(0, 6));
        if (isAway) throw new Error("connection refused");
        return { rows: [{ points: 1, expire: Date.now() + 1000 }], rowCount: 1 };
      },
    };
    const counter = postgresStore(pool).counter({ name: "a", points: 1, windowSeconds: 1 });
    await assert.rejects(counter.spend("k", 1), /connection refused/);
    isAway = false;
    assert.equal((await counter.spend("k", 1)).isAllowed, true);
    assert.deepEqual(asked, ["CREATE", "CREATE", "INSERT"]);
  });

  test("refuses a value that is not a pool, and names that no table has", () => {
    for (const pool of [undefined, null, {}, "postgres://"])
      assert.throws(() => postgresStore(pool as never), { code: "wrong_option", message: /pass a pool of pg first/ });
    const pool = { query: () => undefined };
    for (const table of ["", 'a"; DROP TABLE b', "A", "1a", "a".repeat(64)])
      assert.throws(() => postgresStore(pool, { table }), { code: "wrong_option", message: /write table in small letters/ });
    assert.throws(() => postgresStore(pool, { createTable: "yes" as never }), { code: "wrong_option" });
  });
});

describe("redisStore()", () => {
  test("fails at once if the client is not connected: no request waits for it", async () => {
    const client = createClient({ url: "redis://127.0.0.1:1" });
    const counter = redisStore(client).counter({ name: "a", points: 1, windowSeconds: 1 });
    await assert.rejects(counter.spend("k", 1), /not ready/);
  });

  test("refuses a value that is not a client", () => {
    for (const client of [undefined, null, {}, "redis://"])
      assert.throws(() => redisStore(client as never), {
        code: "wrong_option",
        message: /pass a client of redis or ioredis first/,
      });
    assert.throws(() => redisStore({ eval: () => undefined }, { prefix: "" }), { code: "wrong_option" });
  });
});
