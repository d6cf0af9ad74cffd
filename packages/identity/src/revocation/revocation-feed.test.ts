import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import { testSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach, newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { openLine } from "./cut.fixture.ts";
import { eventually } from "./node-process.fixture.ts";
import { RevocationFeed, type RevocationFeedOptions } from "./revocation-feed.ts";
import { revocationChannel, revoke, type RevocationKind } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const soonMs = 30_000;
const never = { pollMs: 1_000_000_000 };
const goBack = sql("UPDATE identity_revocation_position SET seq = 2 WHERE name = 'log'");
const lose = sql("DELETE FROM identity_revocations WHERE seq > 2");
const appendUntold = sql(
  "INSERT INTO identity_revocations (seq, kind, key, at, expires_at) VALUES (:seq, 'subject', :key, 0, :expiresAt)",
);
const advanceTo = sql("UPDATE identity_revocation_position SET seq = :seq WHERE name = 'log'");
const dropLog = sql("ALTER TABLE identity_revocations RENAME TO identity_revocations_away");
const restoreLog = sql("ALTER TABLE identity_revocations_away RENAME TO identity_revocations");

/** A clock that goes forward when told. */
class Monotonic {
  now = 5_000_000;
  readonly read = (): number => this.now;
}

/** A database, and how often somebody has run something. */
function countingDatabase(db: Database): { readonly database: Database; statements: number } {
  const counting = {
    statements: 0,
    database: {
      kind: db.kind,
      run: (work) => {
        counting.statements += 1;
        return db.run(work);
      },
      transaction: (work) => db.transaction(work),
      listen: (channel, listener) => db.listen(channel, listener),
      close: () => db.close(),
    } satisfies Database as Database,
  };
  return counting;
}

async function opened(t: TestContext, db: Database, options: RevocationFeedOptions = {}) {
  const monotonic = new Monotonic();
  const test = testSettings(db);
  const feed = await RevocationFeed.open(test.settings, {
    ...never,
    timeoutMs: 120_000,
    monotonicClock: monotonic.read,
    ...options,
  });
  t.after(() => feed.close());
  const expiresAt = test.clock.now + 600_000;
  const end = (kind: RevocationKind, key: string): Promise<number> =>
    db.transaction(() => revoke({ kind, key, at: test.clock.now, expiresAt }));
  /** As another process on a SQLite file does: nobody is told. */
  const endUntold = async (seq: number, key: string): Promise<void> => {
    await db.transaction(function* () {
      yield* all(appendUntold, { seq, key, expiresAt });
      yield* all(advanceTo, { seq });
    });
  };
  return { feed, monotonic, end, endUntold, ...test };
}

describeOnEach("RevocationFeed", (database) => {
  test("knows at its start what was revoked before, at the position of the log", async (t) => {
    const db = await database.open(t);
    const expiresAt = Date.UTC(2100, 0, 1);
    for (const key of ["alice", "bob"]) await db.transaction(() => revoke({ kind: "subject", key, at: 0, expiresAt }));
    const { feed } = await opened(t, db);
    assert.equal(feed.position, 2);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 0 })), true);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 1 })), false);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "bob", rev: 1 })), true);
  });

  test("is notified of new entries", async (t) => {
    const { feed, end } = await opened(t, await database.open(t));
    assert.equal(feed.isRevoked(tokenClaims()), false);
    await end("subject", "alice");
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the entry arrives");
    assert.equal(feed.isRevoked(tokenClaims({ rev: 1 })), false);
  });

  test("finds by polling an entry without a notification", async (t) => {
    const { feed, endUntold } = await opened(t, await database.open(t), { pollMs: 10 });
    await endUntold(1, "alice");
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the entry is found");
  });

  test("reads before it decides about a token that is ahead of it", async (t) => {
    const { feed, endUntold } = await opened(t, await database.open(t));
    await endUntold(1, "alice");
    await endUntold(2, "bob");
    // Nobody has told this node, and it does not poll.
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 0 })), false);
    const answers = ["alice", "bob", "carol"].map((sub) => feed.isRevoked(tokenClaims({ sub, rev: 1 })));
    assert.ok(answers.every((answer) => answer instanceof Promise));
    assert.deepEqual(await Promise.all(answers), [false, true, false]);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 0 })), true);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 2 })), false);
  });

  test("refuses a token that is ahead of the log itself", async (t) => {
    const { feed } = await opened(t, await database.open(t));
    assert.equal(await feed.isRevoked(tokenClaims({ rev: 1 })), true);
  });

  test("a thousand checks that need a read share it", async (t) => {
    const db = await database.open(t);
    const counting = countingDatabase(db);
    const { feed, endUntold } = await opened(t, counting.database);
    await endUntold(1, "alice");
    counting.statements = 0;
    const checks = Array.from({ length: 1000 }, async () => feed.isRevoked(tokenClaims({ sub: "bob", rev: 1 })));
    assert.ok((await Promise.all(checks)).every((isRevoked) => !isRevoked));
    // One read that was under way, and one after it: a position each, and a page for the first.
    assert.equal(counting.statements, 3);
  });

  test("reads everything again if the log has gone back", async (t) => {
    const db = await database.open(t);
    const { feed, end } = await opened(t, db);
    for (const key of ["alice", "bob", "lost", "lost too"]) await end("subject", key);
    await eventually(() => feed.position === 4, soonMs, "the node follows");
    await db.run(all(goBack));
    await db.run(all(lose));
    // The third position is given once more, to another entry: without reading again the node would never see it.
    await end("subject", "carol");
    await eventually(() => feed.isRevoked(tokenClaims({ sub: "carol", rev: 2 })) === true, soonMs, "the entry arrives");
    assert.equal(feed.position, 3);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "bob", rev: 1 })), true);
    assert.equal(await feed.isRevoked(tokenClaims({ sub: "dave", rev: 4 })), true);
  });

  test("reports the signing keys that are revoked, and those that are revoked later, until it is stopped", async (t) => {
    const db = await database.open(t);
    const { feed, end } = await opened(t, db);
    const early: string[] = [];
    const late: string[] = [];
    const stop = feed.onSigningKey((kid) => early.push(kid));
    await end("signing_key", "k1");
    await eventually(() => early.length > 0, soonMs, "the key is told");
    feed.onSigningKey((kid) => late.push(kid));
    assert.deepEqual(late, ["k1"]);
    stop();
    await end("signing_key", "k2");
    await eventually(() => late.length > 1, soonMs, "the next key is told");
    assert.deepEqual([early, late], [["k1"], ["k1", "k2"]]);
  });

  test("takes no expired entry, and forgets those that expire", async (t) => {
    const db = await database.open(t);
    const { feed, end, clock } = await opened(t, db, { pollMs: 10 });
    await end("subject", "alice");
    await eventually(() => feed.size === 1, soonMs, "the entry arrives");
    clock.advance(700);
    await eventually(() => feed.size === 0, soonMs, "the entry is forgotten");
    const { settings } = testSettings(db, { clock: clock.read });
    const later = await RevocationFeed.open(settings, never);
    t.after(() => later.close());
    assert.deepEqual([later.size, later.position], [0, 1]);
  });

  test("asks the database about each token after too long a silence, and reports the silence and its end once", async (t) => {
    const { feed, monotonic, endUntold, end, events } = await opened(t, await database.open(t));
    await endUntold(1, "alice");
    monotonic.now += 5000;
    assert.equal(feed.isRevoked(tokenClaims()), false);
    monotonic.now += 1;
    assert.equal(await feed.isRevoked(tokenClaims()), true);
    assert.equal(await feed.isRevoked(tokenClaims({ sub: "bob" })), false);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["revocation.feed_silent"],
    );
    // A notification: it reads, and is up to date.
    await end("subject", "carol");
    await eventually(() => feed.position === 2, soonMs, "the node follows again");
    assert.equal(feed.isRevoked(tokenClaims()), true);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["revocation.feed_silent", "revocation.feed_recovered"],
    );
  });

  test("refuses without asking after too long a silence, if whenSilent is refuse", async (t) => {
    const { feed, monotonic } = await opened(t, await database.open(t), { whenSilent: "refuse" });
    assert.equal(feed.isRevoked(tokenClaims()), false);
    monotonic.now += 5001;
    assert.throws(() => feed.isRevoked(tokenClaims()), Unavailable);
  });

  test("a wall clock that jumps neither makes it silent nor hides a silence", async (t) => {
    const { feed, monotonic, clock } = await opened(t, await database.open(t), { whenSilent: "refuse" });
    clock.advance(86_400);
    assert.equal(feed.isRevoked(tokenClaims()), false);
    clock.advance(-2 * 86_400);
    monotonic.now += 5001;
    assert.throws(() => feed.isRevoked(tokenClaims()), Unavailable);
  });

  test("a read that fails leaves the copy as it was, and the next one catches up", async (t) => {
    const db = await database.open(t);
    const { feed, end } = await opened(t, db, { pollMs: 10 });
    await end("subject", "alice");
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the entry arrives");
    // A position without an entry that can be read.
    await db.transaction(function* () {
      yield* all(advanceTo, { seq: 2 });
      yield* all(dropLog);
    });
    await assert.rejects(async () => feed.isRevoked(tokenClaims({ rev: 2 })));
    assert.equal(feed.isRevoked(tokenClaims()), true);
    await db.run(all(restoreLog));
    await eventually(() => feed.position === 2, soonMs, "the node catches up");
  });

  test("does not open while the database is away, and leaves nothing behind", async (t) => {
    const db = await database.open(t);
    await db.close();
    await assert.rejects(RevocationFeed.open(testSettings(db).settings), Unavailable);
  });

  test("stops when it is closed: nothing reads any more, and the copy is soon not used", async (t) => {
    const db = await database.open(t);
    t.mock.timers.enable({ apis: ["setInterval"] });
    const counting = countingDatabase(db);
    const { feed, end, monotonic } = await opened(t, counting.database, { pollMs: 10 });
    await feed.close();
    const told = Promise.withResolvers<void>();
    const listening = await db.listen(revocationChannel, { notified: () => told.resolve(), reconnected: () => {} });
    t.after(() => listening.close());
    counting.statements = 0;
    await end("subject", "alice");
    await told.promise;
    t.mock.timers.tick(100);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(counting.statements, 0);
    assert.equal(feed.position, 0);
    monotonic.now += 5001;
    assert.equal(await feed.isRevoked(tokenClaims()), true);
    await db.close();
    await assert.rejects(async () => feed.isRevoked(tokenClaims()), Unavailable);
  });
});

describe("RevocationFeed on a SQLite file of two processes", () => {
  test("finds what the other process revoked", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-revocation-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "identity.sqlite");
    const [ours, theirs] = [openSqlite(path), openSqlite(path)];
    t.after(() => Promise.all([ours.close(), theirs.close()]));
    await migrate(ours, identitySchema);
    const { feed, clock } = await opened(t, ours, { pollMs: 10 });
    await theirs.transaction(() => revoke({ kind: "subject", key: "alice", at: 0, expiresAt: clock.now + 1000 }));
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the entry is found");
  });
});

describe("RevocationFeed on a PostgreSQL that does not answer", () => {
  test("answers within its own time limit, and decides again when the database is back", async (t) => {
    const url = await newPostgresUrl(t);
    const line = await openLine(t, url);
    // Ended by the test; what the database itself waits for takes longer.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const [over, beside] = [openPostgres(line.url, patientTimes), openPostgres(url, patientTimes)];
    t.after(() => Promise.all([over.close(), beside.close()]));
    await migrate(beside, identitySchema);
    const { feed, monotonic, clock } = await opened(t, over, { pollMs: 20, timeoutMs: 100 });
    line.hold();
    const expiresAt = clock.now + 600_000;
    const rev = await beside.transaction(() => revoke({ kind: "subject", key: "alice", at: 0, expiresAt }));
    const timesOut = async (deciding: Promise<unknown>): Promise<void> => {
      const refused = assert.rejects(deciding, Unavailable);
      await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(100);
      await refused;
    };
    // Behind the token, and then silent.
    await timesOut((async () => feed.isRevoked(tokenClaims({ sub: "bob", rev })))());
    monotonic.now += 5001;
    await timesOut((async () => feed.isRevoked(tokenClaims({ sub: "bob", rev: 0 })))());
    line.heal();
    await eventually(() => feed.position === rev, soonMs, "the node catches up");
    assert.equal(feed.isRevoked(tokenClaims({ sub: "alice", rev: 0 })), true);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "bob", rev })), false);
  });
});
