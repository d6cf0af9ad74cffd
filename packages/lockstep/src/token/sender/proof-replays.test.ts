/** Every store lets a proof count once: in memory, in a real PostgreSQL and in a real Redis. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { createClient } from "redis";
import { describeOnEachStore, ownSuffix, postgresUrl, skipsPostgres } from "../../rate-limit/test-stores.fixture.ts";
import { memoryProofReplays } from "./memory-proof-replays.ts";
import { postgresProofReplays } from "./postgres-proof-replays.ts";
import type { ProofReplays } from "./proof-replays.ts";
import { redisProofReplays } from "./redis-proof-replays.ts";

/** An id as `dpop()` makes it. */
const newId = (): string => randomBytes(32).toString("base64url");

const makers = { memory: memoryProofReplays, postgres: postgresProofReplays, redis: redisProofReplays };

describeOnEachStore("used proofs", makers, (store, fact) => {
  const now = Date.now();
  const minute = 60_000;

  fact("of fifty uses of one proof at once exactly one is the first", async () => {
    for (let round = 0; round < 3; round += 1) {
      const replays = store.make();
      const id = newId();
      const all = await Promise.all(Array.from({ length: 50 }, () => replays.spend(id, now + minute, now)));
      assert.equal(all.filter((isFirst) => isFirst).length, 1);
      assert.equal(await replays.spend(id, now + minute, now), false);
      // The control: every other proof has a first time, too.
      const others = await Promise.all(Array.from({ length: 50 }, () => replays.spend(newId(), now + minute, now)));
      assert.equal(others.filter((isFirst) => isFirst).length, 50);
    }
  });

  fact("of fifty uses at ten processes exactly one is the first, if they share the store", async () => {
    const id = newId();
    const processes = Array.from({ length: 10 }, () => store.make());
    const uses = processes.flatMap((replays) => Array.from({ length: 5 }, () => replays.spend(id, now + minute, now)));
    assert.equal((await Promise.all(uses)).filter((isFirst) => isFirst).length, store.isShared ? 1 : 10);
  });

  fact("a proof that has not expired is remembered, whatever other proofs expire", async () => {
    const replays = store.make();
    const id = newId();
    assert.equal(await replays.spend(id, now + 10 * minute, now), true);
    for (let count = 0; count < 20; count += 1) await replays.spend(newId(), now + 1, now);
    for (let count = 0; count < 20; count += 1) await replays.spend(newId(), now + 10 * minute, now + minute);
    assert.equal(await replays.spend(id, now + 10 * minute, now + 9 * minute), false);
  });

  fact("a proof that has expired is forgotten, and others are not", async () => {
    const replays = store.make();
    const [short, long] = [newId(), newId()];
    assert.equal(await replays.spend(long, now + 10 * minute, now), true);
    assert.equal(await replays.spend(short, now + 20, now), true);
    // The clock of Redis is its own, and only time moves it. The other stores are told the time.
    if (store.kind === "Redis") await isForgotten(replays, short);
    else {
      assert.equal(await replays.spend(short, now + minute, now + 19), false);
      assert.equal(await replays.spend(short, now + minute, now + 20), true);
    }
    assert.equal(await replays.spend(long, now + 10 * minute, now + 20), false);
  });

  if (store.kind === "PostgreSQL")
    fact("rows that have expired are removed while others come", async () => {
      const replays = store.make();
      const before = (await store.contents()).length;
      assert.ok(before > 100);
      const later = now + 60 * minute;
      for (let count = 0; count < before; count += 1) await replays.spend(newId(), later + minute, later);
      assert.equal((await store.contents()).length, before, "only the new ones are left");
    });
});

/** Waits until an id counts as new again. */
async function isForgotten(replays: ProofReplays, id: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  while (!(await replays.spend(id, 20, 0))) await pause(5, undefined, { signal });
}

describe("memoryProofReplays()", () => {
  test("refuses to record more than its limit, and forgets nothing for it, until proofs expire", async () => {
    const replays = memoryProofReplays({ maxEntries: 3 });
    for (const id of ["a", "b", "c"]) assert.equal(await replays.spend(id, 1_000, 0), true);
    const full = { code: "unavailable", message: /the store of DPoP proofs is full: raise maxEntries/ };
    await assert.rejects(replays.spend("d", 1_000, 999), full);
    for (const id of ["a", "b", "c"]) assert.equal(await replays.spend(id, 1_000, 999), false);
    assert.equal(await replays.spend("d", 2_000, 1_000), true);
    assert.equal(await replays.spend("a", 2_000, 1_000), true);
  });

  test("refuses a limit that is not a count", () => {
    for (const maxEntries of [0, -1, 1.5, Infinity, "many"])
      assert.throws(() => memoryProofReplays({ maxEntries: maxEntries as number }), { code: "wrong_option" });
  });
});

describe("postgresProofReplays()", () => {
  test("creates its table once, also if many processes start at once", { skip: skipsPostgres }, async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl, max: 20 });
    const table = `dpop_start_${ownSuffix}`;
    try {
      const starts = Array.from({ length: 20 }, () => postgresProofReplays(pool, { table }).spend(newId(), 2, 1));
      assert.deepEqual(new Set(await Promise.all(starts)), new Set([true]));
    } finally {
      await pool.query(`DROP TABLE ${table}`);
      await pool.end();
    }
  });

  test("works on a table that exists, and fails until it does", { skip: skipsPostgres }, async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    const table = `dpop_own_${ownSuffix}`;
    const replays = postgresProofReplays(pool, { table, createTable: false });
    try {
      await assert.rejects(replays.spend("a", 2, 1), { code: "42P01" });
      await pool.query(`CREATE TABLE ${table} (id text PRIMARY KEY, expires_at bigint NOT NULL)`);
      assert.deepEqual([await replays.spend("a", 2, 1), await replays.spend("a", 2, 1)], [true, false]);
    } finally {
      await pool.query(`DROP TABLE ${table}`);
      await pool.end();
    }
  });

  test("rejects while the database is away, and works as soon as it is there", { skip: skipsPostgres }, async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    const table = `dpop_away_${ownSuffix}`;
    const away = new pg.Pool({ connectionString: "postgres://127.0.0.1:1/nowhere" });
    let current = away;
    const replays = postgresProofReplays({ query: (text: string, values?: unknown[]) => current.query(text, values) }, { table });
    try {
      await assert.rejects(replays.spend("a", 2, 1), { code: "ECONNREFUSED" });
      current = pool;
      assert.deepEqual([await replays.spend("a", 2, 1), await replays.spend("a", 2, 1)], [true, false]);
      current = away;
      await assert.rejects(replays.spend("b", 2, 1), { code: "ECONNREFUSED" });
    } finally {
      await pool.query(`DROP TABLE ${table}`);
      await pool.end();
      await away.end();
    }
  });

  test("refuses a value that is not a pool, and names that no table has", () => {
    for (const pool of [undefined, null, {}, "postgres://"])
      assert.throws(() => postgresProofReplays(pool as never), { code: "wrong_option", message: /pass a pool of pg first/ });
    const pool = { query: () => undefined };
    for (const table of ["", 'a"; DROP TABLE b', "A", "1a", "a".repeat(52)])
      assert.throws(() => postgresProofReplays(pool, { table }), { code: "wrong_option", message: /write table in small letters/ });
    assert.throws(() => postgresProofReplays(pool, { createTable: "yes" as never }), { code: "wrong_option" });
  });
});

describe("redisProofReplays()", () => {
  test("fails at once if the client is not connected: no request waits for it", async () => {
    const replays = redisProofReplays(createClient({ url: "redis://127.0.0.1:1" }));
    await assert.rejects(replays.spend("a", 2, 1), /not connected/);
  });

  test("writes the conditions as ioredis takes them, if it is given a client of it", async () => {
    const sent: unknown[] = [];
    const client = {
      status: "ready",
      call: () => undefined,
      set: async (...given: readonly unknown[]) => (sent.push(given) === 1 ? "OK" : null),
    };
    const replays = redisProofReplays(client, { prefix: "p" });
    assert.deepEqual([await replays.spend("a", 2_000, 500.5), await replays.spend("a", 2_000, 1)], [true, false]);
    assert.deepEqual(sent[0], ["p:a", "1", "PX", 1_500, "NX"]);
    client.status = "reconnecting";
    await assert.rejects(replays.spend("b", 2, 1), /not connected/);
  });

  test("refuses a value that is not a client", () => {
    for (const client of [undefined, null, {}, "redis://"])
      assert.throws(() => redisProofReplays(client as never), {
        code: "wrong_option",
        message: /pass a client of redis or ioredis first/,
      });
    assert.throws(() => redisProofReplays({ set: () => undefined }, { prefix: "" }), { code: "wrong_option" });
  });
});
