import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { SealBroken } from "../secret/seal.ts";
import { removeOldEvents } from "./chain.ts";
import { AuditChainBroken } from "./chain-link.ts";
import { TestChain } from "./chain.fixture.ts";
import type { ChainProblem } from "./chain-verification.ts";
import { readCheckpoint } from "./chain-verification.ts";

/** A change by somebody who can write to the database and has no key, and how it is found in a chain of 30 events. */
const changes: readonly (readonly [
  name: string,
  statements: readonly string[],
  kind: ChainProblem["kind"],
  seq: number | undefined,
])[] = [
  ["the details of an event", ["UPDATE identity_audit_events SET details = '{}' WHERE seq = 12"], "changed", 12],
  ["the time of an event", ["UPDATE identity_audit_events SET at = at + 1 WHERE seq = 12"], "changed", 12],
  ["the subject of an event", ["UPDATE identity_audit_events SET subject = NULL WHERE seq = 30"], "changed", 30],
  ["the hash of an event", ["UPDATE identity_audit_events SET hash = 'x' WHERE seq = 1"], "changed", 1],
  ["a removed event in the middle", ["DELETE FROM identity_audit_events WHERE seq = 12"], "removed", 12],
  ["the first event, removed", ["DELETE FROM identity_audit_events WHERE seq = 1"], "removed", 1],
  ["the last events, removed", ["DELETE FROM identity_audit_events WHERE seq > 25"], "removed", 26],
  ["all events, removed", ["DELETE FROM identity_audit_events"], "removed", 1],
  ["an event that lost its number", ["UPDATE identity_audit_events SET seq = NULL, hash = NULL WHERE seq = 12"], "removed", 12],
  [
    "two events that changed places",
    [
      "UPDATE identity_audit_events SET seq = 0 WHERE seq = 12",
      "UPDATE identity_audit_events SET seq = 12 WHERE seq = 20",
      "UPDATE identity_audit_events SET seq = 20 WHERE seq = 0",
    ],
    "moved",
    12,
  ],
  ["an event in a later place", ["UPDATE identity_audit_events SET seq = 100 WHERE seq = 12"], "moved", 12],
  [
    "another event in the place of one",
    [
      "DELETE FROM identity_audit_events WHERE seq = 12",
      `INSERT INTO identity_audit_events (id, at, type, outcome, details, seq, hash)
          SELECT 'other', at, type, outcome, details, 12, hash FROM identity_audit_events WHERE seq = 11`,
    ],
    "changed",
    12,
  ],
  [
    "an event that was put before others",
    [
      "UPDATE identity_audit_events SET seq = -seq - 1 WHERE seq >= 12",
      "UPDATE identity_audit_events SET seq = -seq WHERE seq < 0",
      `INSERT INTO identity_audit_events (id, at, type, outcome, details, seq, hash)
          SELECT 'other', at, type, outcome, details, 12, hash FROM identity_audit_events WHERE seq = 11`,
    ],
    "moved",
    12,
  ],
  [
    "an event after the last one",
    [
      `INSERT INTO identity_audit_events (id, at, type, outcome, details, seq, hash)
          SELECT 'other', at, type, outcome, details, 31, hash FROM identity_audit_events WHERE seq = 30`,
    ],
    "added",
    31,
  ],
  [
    "an event before the first one",
    [
      `INSERT INTO identity_audit_events (id, at, type, outcome, details, seq, hash)
          SELECT 'other', at, type, outcome, details, 0, hash FROM identity_audit_events WHERE seq = 1`,
    ],
    "added",
    0,
  ],
  [
    "the last events and the end of the chain",
    [
      "DELETE FROM identity_audit_events WHERE seq > 25",
      "UPDATE identity_audit_chain SET seq = 25, hash = (SELECT hash FROM identity_audit_events WHERE seq = 25) WHERE name = 'head'",
    ],
    "state",
    undefined,
  ],
  [
    "the first events and the begin of the chain",
    [
      "UPDATE identity_audit_chain SET seq = 5, hash = (SELECT hash FROM identity_audit_events WHERE seq = 5) WHERE name = 'start'",
      "DELETE FROM identity_audit_events WHERE seq <= 5",
    ],
    "state",
    undefined,
  ],
  ["the end of the chain, removed", ["DELETE FROM identity_audit_chain WHERE name = 'head'"], "state", undefined],
  ["the keys of the chain, removed", ["DELETE FROM identity_audit_chain WHERE name = 'key 1'"], "state", undefined],
  ["the state of the chain, removed", ["DELETE FROM identity_audit_chain"], "state", undefined],
  ["the number of a key", ["UPDATE identity_audit_chain SET seq = 2 WHERE name = 'key 1'"], "state", undefined],
];

describeOnEach("verifying the chain of audit events", (database) => {
  test("an unbroken chain is verified, page by page, with its progress", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(30);
    const told: (readonly number[])[] = [];
    for (const pageSize of [1, 7, 30, 1000]) {
      const { verified, head, unchained, problem } = await chain.verify({ pageSize, progress: (...all) => told.push(all) });
      assert.deepEqual([verified, head?.seq, unchained, problem], [30, 30, 0, undefined]);
    }
    assert.deepEqual(told.at(-1), [30, 30]);
  });

  for (const [name, statements, kind, seq] of changes)
    test(`finds ${name} (I-23)`, async (t) => {
      const chain = await new TestChain(await database.open(t)).fill(30);
      assert.equal((await chain.verify()).problem, undefined, "the control");
      for (const statement of statements) await chain.change(statement);
      const { problem, verified } = await chain.verify();
      assert.deepEqual([problem?.kind, problem?.seq], [kind, seq], problem?.message);
      if (seq !== undefined && kind !== "added") assert.equal(verified, seq - 1);
      assert.ok(seq === undefined || problem?.message.includes(String(seq)), problem?.message);
    });

  test("events that are not chained yet are counted, and the others are verified", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(10);
    await chain.write(3);
    const { verified, unchained, problem } = await chain.verify();
    assert.deepEqual([verified, unchained, problem], [10, 3, undefined]);
    const empty = new TestChain(await database.open(t));
    assert.deepEqual(await empty.verify(), { verified: 0, head: undefined, unchained: 0, problem: undefined });
  });

  test("needs the key that sealed the chain, and says so", async (t) => {
    const db = await database.open(t);
    await new TestChain(db).fill(3);
    await assert.rejects(new TestChain(db).verify(), SealBroken);
  });

  test("follows a chain that grows and loses its begin meanwhile", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(30);
    let meanwhile: Promise<unknown> | undefined;
    const { problem, verified, head } = await chain.verify({
      pageSize: 10,
      progress: () => {
        meanwhile ??= chain
          .fill(20)
          .then(() => chain.db.transaction(() => removeOldEvents({ before: 26, now: 100 }, 100, chain.keys)));
      },
    });
    await meanwhile;
    assert.equal(problem, undefined);
    assert.ok(verified >= 10 && (head?.seq ?? 0) >= 30);
    assert.deepEqual([(await chain.verify()).problem, (await chain.verify()).verified], [undefined, 25]);
  });
});

describeOnEach("a checkpoint of the chain", (database) => {
  test("proves that the history up to it is unchanged, and that nothing since is missing", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(10);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    assert.equal(checkpoint?.seq, 10);
    assert.equal((await chain.verify({ checkpoint })).problem, undefined);
    await chain.fill(10);
    assert.equal((await chain.verify({ checkpoint })).problem, undefined);
  });

  test("shows that the whole database is an older one (I-23)", async (t) => {
    const [chain, other] = [new TestChain(await database.open(t)), new TestChain(await database.open(t))];
    await chain.fill(20);
    await other.fill(10);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    // The control: without the checkpoint nothing is wrong.
    assert.equal((await other.verify()).problem, undefined);
    const { problem } = await other.verify({ checkpoint });
    assert.deepEqual([problem?.kind, problem?.seq], ["removed", 11]);
  });

  test("shows that somebody made a new chain of all events (I-23)", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(20);
    const checkpoint = await chain.db.run(readCheckpoint(chain.keys));
    await chain.change("UPDATE identity_audit_events SET seq = NULL, hash = NULL, details = '{}'");
    await chain.change("DELETE FROM identity_audit_chain");
    await chain.seal();
    assert.equal((await chain.verify()).problem, undefined, "the control");
    const { problem } = await chain.verify({ checkpoint });
    assert.deepEqual([problem?.kind, problem?.seq], ["checkpoint", 20]);
  });

  test("a database without a chain does not match one", async (t) => {
    const chain = new TestChain(await database.open(t));
    const { problem } = await chain.verify({ checkpoint: { seq: 5, hash: "x", at: 0 } });
    assert.deepEqual([problem?.kind, problem?.seq], ["removed", 1]);
  });
});

describeOnEach("a chain that somebody changed", (database) => {
  test("is not continued over an event that was added at its end, and events are still written", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(3);
    await chain.change(`
      INSERT INTO identity_audit_events (id, at, type, outcome, details, seq, hash)
      SELECT 'other', at, type, outcome, details, 4, hash FROM identity_audit_events WHERE seq = 3`);
    await assert.rejects(chain.fill(1));
    const { unchained, problem } = await chain.verify();
    assert.deepEqual([unchained, problem?.kind], [1, "added"]);
  });

  test("is not continued if its state was changed", async (t) => {
    const chain = await new TestChain(await database.open(t)).fill(3);
    await chain.change("UPDATE identity_audit_chain SET seq = 2 WHERE name = 'head'");
    await assert.rejects(chain.fill(1), AuditChainBroken);
  });
});
