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
import { recording } from "../store/recording.fixture.ts";
import { all, notify, sql } from "../store/statement.ts";
import { openLine } from "./cut.fixture.ts";
import { eventually } from "./node-process.fixture.ts";
import { RevocationFeed, type RevocationFeedOptions } from "./revocation-feed.ts";
import { revocationChannel, revocationPosition, revoke, type RevocationKind } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const soonMs = 30_000;
const never = { pollMs: 1_000_000_000 };
const goBack = sql("UPDATE identity_revocation_position SET seq = 2 WHERE name = 'log'");
const lose = sql("DELETE FROM identity_revocations WHERE seq > 2");
const appendUntold = sql(
  "INSERT INTO identity_revocations (id, seq, kind, key, at, expires_at) VALUES (:key, :seq, 'subject', :key, 0, :expiresAt)",
);
const appendPending = sql(
  "INSERT INTO identity_revocations (id, kind, key, at, expires_at) VALUES (:key, 'subject', :key, 0, :expiresAt)",
);
const advanceTo = sql("UPDATE identity_revocation_position SET seq = :seq WHERE name = 'log'");
const dropLog = sql("ALTER TABLE identity_revocations RENAME TO identity_revocations_away");
const restoreLog = sql("ALTER TABLE identity_revocations_away RENAME TO identity_revocations");

/** A clock that goes forward when told. */
class Monotonic {
  now = 5_000_000;
  readonly read = (): number => this.now;
}

async function opened(t: TestContext, db: Database, options: RevocationFeedOptions = {}, ofFeed: Database = db) {
  const monotonic = new Monotonic();
  const test = testSettings(db);
  const feed = await RevocationFeed.open(
    { ...test.settings, database: ofFeed },
    {
      ...never,
      timeoutMs: 120_000,
      monotonicClock: monotonic.read,
      ...options,
    },
  );
  t.after(() => feed.close());
  const expiresAt = test.clock.now + 600_000;
  const end = (kind: RevocationKind, key: string): Promise<void> =>
    db.transaction(() => revoke({ kind, key, at: test.clock.now, expiresAt: test.clock.now + 600_000 }));
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
    const counting = recording(db);
    const { feed, endUntold } = await opened(t, db, {}, counting.database);
    await endUntold(1, "alice");
    counting.texts.length = 0;
    const checks = Array.from({ length: 1000 }, async () => feed.isRevoked(tokenClaims({ sub: "bob", rev: 1 })));
    assert.ok((await Promise.all(checks)).every((isRevoked) => !isRevoked));
    // One read that was under way, and one after it.
    assert.equal(counting.texts.length, 2);
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

  test("forgets an entry when the last token that it concerns has expired, by the monotonic clock", async (t) => {
    const db = await database.open(t);
    const { feed, end, monotonic, clock } = await opened(t, db, { pollMs: 10, silentAfterMs: 1_000_000_000 });
    const pass = (seconds: number): void => {
      monotonic.now += seconds * 1000;
      clock.advance(seconds);
    };
    await end("subject", "alice");
    await eventually(() => feed.size === 1, soonMs, "the entry arrives");
    pass(599);
    await end("subject", "bob");
    await eventually(() => feed.size === 2, soonMs, "the next entry arrives");
    pass(61);
    await eventually(() => feed.size === 1, soonMs, "the entry is forgotten");
    assert.equal(feed.isRevoked(tokenClaims({ sub: "bob" })), true);
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
    assert.equal(await feed.isRevoked(tokenClaims()), false);
    clock.advance(-2 * 86_400);
    monotonic.now += 5001;
    assert.throws(() => feed.isRevoked(tokenClaims()), Unavailable);
  });

  test("a revoked token stays revoked when the wall clock jumps forwards and back (D-25)", async (t) => {
    const { feed, end, clock } = await opened(t, await database.open(t), { pollMs: 10 });
    await end("subject", "alice");
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the entry arrives");
    for (const seconds of [20 * 60, -20 * 60, 366 * 86_400, -366 * 86_400, -3600, 3600]) {
      clock.advance(seconds);
      assert.equal(await feed.isRevoked(tokenClaims()), true, `${seconds} s`);
      // It has read the log again, and accepts the time.
      await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "it decides at once again");
      assert.equal(await feed.isRevoked(tokenClaims({ sub: "bob" })), false, "the control");
    }
  });

  test("a node that starts while the wall clock is wrong refuses a token that was revoked before", async (t) => {
    const db = await database.open(t);
    const { end, clock } = await opened(t, db);
    await end("subject", "alice");
    const wrong = { ...testSettings(db).settings, clock: () => clock.now + 366 * 86_400_000 };
    const feed = await RevocationFeed.open(wrong, { ...never, monotonicClock: () => 0 });
    t.after(() => feed.close());
    assert.equal(feed.isRevoked(tokenClaims()), true);
  });

  test("reads the log again before it decides anything, if the wall clock was set by more than five seconds", async (t) => {
    const { feed, endUntold, clock, monotonic } = await opened(t, await database.open(t));
    await endUntold(1, "alice");
    clock.advance(5);
    assert.equal(feed.isRevoked(tokenClaims()), false, "the control: nobody has told this node");
    // A computer that slept: one of the clocks did not go on.
    clock.advance(1);
    assert.equal(await feed.isRevoked(tokenClaims()), true);
    assert.equal(feed.isRevoked(tokenClaims()), true, "it decides at once again");
    await endUntold(2, "bob");
    monotonic.now += 4000;
    clock.advance(4);
    assert.equal(feed.isRevoked(tokenClaims({ sub: "bob" })), false, "time that passes is not a jump");
  });

  test("decides nothing after the wall clock was set, while the database is away", async (t) => {
    const db = await database.open(t);
    const { feed, clock } = await opened(t, db);
    await db.close();
    assert.equal(feed.isRevoked(tokenClaims()), false);
    clock.advance(60);
    await assert.rejects(async () => feed.isRevoked(tokenClaims()), Unavailable);
  });

  test("a notification is read with one statement; one about a position that is known is not read at all", async (t) => {
    const db = await database.open(t);
    const counting = recording(db);
    const { feed, end, endUntold } = await opened(t, db, {}, counting.database);
    counting.texts.length = 0;
    await end("subject", "alice");
    await eventually(() => feed.position === 1, soonMs, "the entry arrives");
    assert.equal(counting.texts.length, 1);
    await endUntold(2, "bob");
    await feed.catchUp();
    assert.equal(counting.texts.length, 2);
    await db.run(notify(revocationChannel, "2"));
    await end("subject", "carol");
    await eventually(() => feed.position === 3, soonMs, "the next entry arrives");
    assert.equal(counting.texts.length, 3);
  });

  test("an entry whose process ended before it had a position gets one from the next node that reads", async (t) => {
    const db = await database.open(t);
    const { feed, clock } = await opened(t, db, { pollMs: 10 });
    const crashed = (key: string): Promise<unknown> => db.run(all(appendPending, { key, expiresAt: clock.now + 600_000 }));
    await crashed("alice");
    assert.equal(await feed.isRevokedInDatabase(tokenClaims({ rev: 0 })), true, "the database refuses at once");
    await eventually(() => feed.isRevoked(tokenClaims()) === true, soonMs, "the node finds it");
    assert.equal(feed.position, 1);
    assert.equal(feed.isRevoked(tokenClaims({ rev: 1 })), false);
    await feed.close();
    await crashed("bob");
    const { feed: next } = await opened(t, db);
    assert.equal(next.isRevoked(tokenClaims({ sub: "bob", rev: 1 })), true, "a node knows it when it has started");
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
    const counting = recording(db);
    const { feed, end, monotonic } = await opened(t, db, { pollMs: 10 }, counting.database);
    await feed.close();
    const told = Promise.withResolvers<void>();
    const listening = await db.listen(revocationChannel, { notified: () => told.resolve(), reconnected: () => {} });
    t.after(() => listening.close());
    counting.texts.length = 0;
    await end("subject", "alice");
    await told.promise;
    t.mock.timers.tick(100);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(counting.texts.length, 0);
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
    await beside.transaction(() => revoke({ kind: "subject", key: "alice", at: 0, expiresAt }));
    const rev = await beside.run(revocationPosition());
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
