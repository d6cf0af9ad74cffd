import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { eventually } from "../revocation/node-process.fixture.ts";
import { copyTables, identityTables } from "../store/copy.ts";
import { describeOnEach, newPostgresUrl, patientTimes, testDatabases } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { numberOf } from "../store/row.ts";
import { all, sql } from "../store/statement.ts";
import { rekeyChain, removeOldEvents, restartChain, unchained } from "./chain.ts";
import { newKey, TestChain } from "./chain.fixture.ts";
import { AuditChainBroken } from "./chain-link.ts";
import { ChainSealer } from "./chain-sealer.ts";
import { readCheckpoint } from "./chain-verification.ts";

const numbers = sql("SELECT seq FROM identity_audit_events ORDER BY seq");
const clock = (): number => 1_000_000;

async function numbersOf(db: Database): Promise<readonly number[]> {
  return (await db.run(all(numbers))).map((row) => numberOf(row, "seq"));
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describeOnEach("chaining events", (database) => {
  test("numbers them without a gap, in the order in which they are found", async (t) => {
    const chain = new TestChain(await database.open(t));
    for (const count of [1, 60, 3]) await chain.fill(count);
    assert.deepEqual(await numbersOf(chain.db), upTo(64));
    assert.deepEqual((await chain.verify()).problem, undefined);
  });

  test("happens by itself, every second", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const chain = new TestChain(await database.open(t));
    const sealer = new ChainSealer({ database: chain.db, keys: chain.keys, clock });
    t.after(() => sealer.close());
    await chain.write(10);
    assert.equal((await chain.verify()).unchained, 10);
    t.mock.timers.tick(1000);
    await eventually(async () => (await chain.verify()).verified === 10, 30_000, "they are chained");
  });

  test("closing chains the rest, and does not fail while the database is away", async (t) => {
    const chain = new TestChain(await database.open(t));
    const [one, other] = [0, 1].map(() => new ChainSealer({ database: chain.db, keys: chain.keys, clock }));
    await chain.write(3);
    await one?.close();
    assert.equal((await chain.verify()).verified, 3);
    await chain.db.close();
    await other?.close();
  });

  test("a chain that cannot go on is reported once, and events are still written", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const told = t.mock.method(console, "error", () => {});
    const chain = await new TestChain(await database.open(t)).fill(3);
    await chain.change("DELETE FROM identity_audit_chain WHERE name = 'head'");
    const sealer = new ChainSealer({ database: chain.db, keys: chain.keys, clock });
    await chain.write(1);
    for (let second = 0; second < 3; second += 1) {
      t.mock.timers.tick(1000);
      await assert.rejects(sealer.seal(), AuditChainBroken);
    }
    await sealer.close();
    assert.deepEqual(
      told.mock.calls.map(({ arguments: [line] }) => String(line)),
      ["Run `lockstep-identity audit verify`: audit events are written, but cannot be chained: AuditChainBroken"],
    );
  });
});

describeOnEach("old events of the chain", (database) => {
  test("are removed from its begin, a few at a time, and the rest is verified (D-23)", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(30);
    await chain.write(2);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    const removed: number[] = [];
    for (let count = 0; count < 3; count += 1)
      removed.push(await chain.db.transaction(() => removeOldEvents({ before: 13, now: 100 }, 8, chain.keys)));
    assert.deepEqual(removed, [8, 4, 0]);
    const { verified, problem, unchained } = await chain.verify({ checkpoint });
    assert.deepEqual([verified, problem, unchained], [20, undefined, 0]);
    assert.deepEqual(await numbersOf(chain.db), upTo(32).slice(12));
  });

  test("may be all of them, and the chain goes on", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(5);
    assert.equal(await chain.db.transaction(() => removeOldEvents({ before: 100, now: 200 }, 100, chain.keys)), 5);
    assert.equal((await chain.verify()).problem, undefined);
    await chain.fill(2);
    assert.deepEqual([await numbersOf(chain.db), (await chain.verify()).problem], [[6, 7], undefined]);
  });

  test("a checkpoint of removed events proves nothing, which is said", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(5);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    await chain.fill(5);
    await chain.db.transaction(() => removeOldEvents({ before: 8, now: 200 }, 100, chain.keys));
    const { problem } = await chain.verify({ checkpoint });
    assert.deepEqual([problem?.kind, problem?.seq], ["checkpoint", 5]);
  });

  test("an event whose time is to come does not keep the others", async (t) => {
    const chain = new TestChain(await database.open(t));
    await chain.write(10);
    await chain.change("UPDATE identity_audit_events SET at = 5000 WHERE id = 'event-2'");
    await chain.seal();
    // It has the last number, because it was not chained before the others.
    assert.equal(await chain.db.transaction(() => removeOldEvents({ before: 100, now: 1000 }, 100, chain.keys)), 9);
    await chain.fill(3);
    assert.equal(await chain.db.transaction(() => removeOldEvents({ before: 100, now: 1000 }, 100, chain.keys)), 4);
    assert.equal((await chain.verify()).problem, undefined);
  });

  test("an event that somebody made old is not removed: it is evidence (I-23)", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(10);
    const remove = () => chain.db.transaction(() => removeOldEvents({ before: 3, now: 200 }, 100, chain.keys));
    await chain.change("UPDATE identity_audit_events SET at = 1 WHERE seq = 3");
    assert.equal(await remove(), 2);
    await assert.rejects(remove(), AuditChainBroken);
    assert.equal((await chain.verify()).problem?.seq, 3);
  });
});

describeOnEach("the key of the chain", (database) => {
  test("is sealed under the new IDENTITY_KEY, and new events get a new one; everything is verified without the old one", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(10);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    const before = chain.keys.current;
    chain.keys = { current: newKey(), previous: [before] };
    await chain.fill(5);
    assert.equal((await chain.verify({ checkpoint })).problem, undefined);
    assert.equal(await chain.db.transaction(() => rekeyChain(chain.keys, 1)), 1);
    assert.equal(await chain.db.transaction(() => rekeyChain(chain.keys, 1)), 0);
    await chain.fill(5);
    chain.keys = { current: chain.keys.current, previous: [] };
    const { verified, problem } = await chain.verify({ checkpoint });
    assert.deepEqual([verified, problem], [20, undefined]);
    const next = newKey();
    chain.keys = { current: next, previous: [chain.keys.current] };
    assert.equal(await chain.db.transaction(() => rekeyChain(chain.keys, 1)), 2);
    chain.keys = { current: next, previous: [] };
    await chain.db.transaction(() => removeOldEvents({ before: 12, now: 200 }, 100, chain.keys));
    await chain.fill(1);
    assert.deepEqual([(await chain.verify()).problem, (await numbersOf(chain.db)).length], [undefined, 10]);
  });

  test("is not replaced while no event is chained", async (t) => {
    const chain = new TestChain(await database.open(t));
    assert.equal(await chain.db.transaction(() => rekeyChain(chain.keys, 1)), 0);
  });
});

describeOnEach("restarting the chain", (database) => {
  test("chains all events as they are, with new numbers, and no older checkpoint matches", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(10);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    await chain.change("UPDATE identity_audit_events SET details = '{}' WHERE seq = 4");
    await chain.change("DELETE FROM identity_audit_chain WHERE name = 'head'");
    assert.equal((await chain.verify()).problem?.kind, "state");
    await chain.db.transaction(() => restartChain(chain.keys, 1));
    await chain.seal();
    assert.deepEqual([(await chain.verify()).problem, await numbersOf(chain.db)], [undefined, upTo(20).slice(10)]);
    assert.equal((await chain.verify({ checkpoint })).problem?.kind, "checkpoint");
  });
});

test("SQLite finds the events to chain in their index, however many there are", async (t) => {
  const db = openSqlite(":memory:");
  t.after(() => db.close());
  await migrate(db, identitySchema);
  const plan = JSON.stringify(await db.run(all(sql(`EXPLAIN QUERY PLAN ${unchained.text}`), { limit: 10 })));
  assert.match(plan, /USING INDEX identity_audit_events_unchained/);
  assert.doesNotMatch(plan, /B-TREE/);
});

/** Two connections to one database, as two processes have them. */
async function openTwice(t: TestContext, kind: Database["kind"]): Promise<readonly [Database, Database]> {
  const open = kind === "sqlite" ? await sqliteFile(t) : await postgresServer(t);
  const both = [open(), open()] as const;
  t.after(() => Promise.all(both.map((db) => db.close())));
  await migrate(both[0], identitySchema);
  return both;
}

async function sqliteFile(t: TestContext): Promise<() => Database> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-chain-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return () => openSqlite(join(folder, "audit.db"));
}

async function postgresServer(t: TestContext): Promise<() => Database> {
  const url = await newPostgresUrl(t);
  return () => openPostgres(url, patientTimes);
}

for (const { kind } of testDatabases) {
  test(`processes that chain at once leave no gap and no fork (${kind})`, async (t) => {
    const [one, other] = await openTwice(t, kind);
    const chain = new TestChain(one);
    const sealers = [one, other, one, other].map((database) => new ChainSealer({ database, keys: chain.keys, clock }));
    for (let round = 0; round < 5; round += 1) {
      await chain.write(100);
      await Promise.all(sealers.map((sealer) => sealer.seal()));
    }
    await Promise.all(sealers.map((sealer) => sealer.close()));
    assert.deepEqual(await numbersOf(other), upTo(500));
    assert.deepEqual([(await chain.verify()).problem, (await chain.verify()).verified], [undefined, 500]);
  });

  test(`a chain goes on after a restart (${kind})`, async (t) => {
    const [one, other] = await openTwice(t, kind);
    const chain = await new TestChain(one).fill(5);
    const after = new TestChain(other);
    after.keys = chain.keys;
    await one.close();
    await other.run(all(sql("INSERT INTO identity_audit_events (id, at, type, outcome, details) VALUES ('z', 9, 'a', 'b', '{}')")));
    await after.seal();
    assert.deepEqual([(await after.verify()).problem, (await after.verify()).verified], [undefined, 6]);
  });
}

for (const [from, to] of [testDatabases, testDatabases.toReversed()])
  test(`a copy from ${from?.kind} to ${to?.kind} is verified, with the checkpoint of the original`, async (t) => {
    assert.ok(from && to);
    const [source, target] = [new TestChain(await from.open(t)), new TestChain(await to.open(t))];
    await source.fill(30);
    await source.db.transaction(() => removeOldEvents({ before: 5, now: 100 }, 100, source.keys));
    await source.write(2);
    const checkpoint = await source.db.run(readCheckpoint(source.keys));
    await copyTables(source.db, target.db, { tables: identityTables });
    target.keys = source.keys;
    const { verified, unchained, problem } = await target.verify({ checkpoint });
    assert.deepEqual([verified, unchained, problem], [26, 2, undefined]);
    await target.seal();
    assert.equal((await target.verify({ checkpoint })).verified, 28);
  });
