/** A log that is long, and one that fifty write at once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach, newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { all, sql } from "../store/statement.ts";
import { eventually } from "./node-process.fixture.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { revocationPosition, revoke } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const advanceTo = sql("UPDATE identity_revocation_position SET seq = :seq WHERE name = 'log'");

describeOnEach("a long log", (database) => {
  test("loads 1,000,000 entries within seconds, and forgets them (M-04)", async (t) => {
    const db = await database.open(t);
    const { settings, clock } = testSettings(db);
    await fill(db, 1_000_000);
    const begun = performance.now();
    let monotonic = 0;
    const feed = await RevocationFeed.open(settings, {
      ...patientFeed,
      pollMs: 1,
      silentAfterMs: 1_000_000_000,
      monotonicClock: () => monotonic,
    });
    t.after(() => feed.close());
    t.diagnostic(`loaded in ${Math.round(performance.now() - begun)} ms`);
    assert.equal(feed.position, 1_000_000);
    assert.equal(feed.size, 1_000_000);
    assert.equal(feed.isRevoked(tokenClaims({ sid: "session 777777", rev: 777_776 })), true);
    assert.equal(feed.isRevoked(tokenClaims({ sid: "session 777777", rev: 777_777 })), false);
    monotonic = 180_000;
    clock.advance(180);
    await eventually(() => feed.size === 0, 30_000, "all is forgotten");
    assert.equal(feed.position, 1_000_000);
  });
});

/** Writes a long log, a hundred thousand entries a statement. */
async function fill(db: Database, count: number): Promise<void> {
  const at = 100_000;
  const insert = sql(`
    WITH RECURSIVE series (n) AS (SELECT CAST(:from AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < :until)
    INSERT INTO identity_revocations (id, seq, kind, key, at, expires_at)
    SELECT 'id ' || n, n, 'session', 'session ' || n, 0, 60000 FROM series`);
  for (let from = 1; from < count; from += at) await db.run(all(insert, { from, until: from + at - 1 }));
  await db.run(all(advanceTo, { seq: count }));
}

describe("the log's positions on PostgreSQL", () => {
  const pause = sql("SELECT pg_sleep(CAST(:ms AS DOUBLE PRECISION) / 1000)");
  const naive = sql("INSERT INTO naive (name) VALUES (:name) RETURNING seq");

  test("a reader that reads all the time never steps over an entry of 50 writers that commit when they like", async (t) => {
    const url = await newPostgresUrl(t);
    const [writing, reading] = [openPostgres(url, { ...patientTimes, maxConnections: 50 }), openPostgres(url, patientTimes)];
    t.after(() => Promise.all([writing.close(), reading.close()]));
    await migrate(writing, identitySchema);
    const { settings, clock } = testSettings(reading);
    const feed = await RevocationFeed.open(settings, { ...patientFeed, pollMs: 1 });
    t.after(() => feed.close());
    const rounds = 4;
    const watched = new Set<number>();
    // Each entry has a key of its own: as many are known as there are positions.
    const watch = (position: number): Promise<void> => {
      const isThere = (): boolean => {
        assert.equal(feed.size, feed.position);
        watched.add(feed.position);
        return feed.position >= position;
      };
      return eventually(isThere, 60_000, `position ${position} arrives`);
    };
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await writing.transaction(function* () {
          yield* all(pause, { ms: Math.floor(Math.random() * 20) });
          yield* revoke({ kind: "session", key: `${writer} ${round}`, at: 0, expiresAt: clock.now + 600_000 });
          yield* all(pause, { ms: Math.floor(Math.random() * 10) });
        });
        // So the reader has read before the next round of this writer.
        await watch(await writing.run(revocationPosition()));
      }
    };
    await Promise.all([watch(50 * rounds), ...Array.from({ length: 50 }, (_, writer) => write(writer))]);
    assert.equal(feed.size, 200);
    assert.ok(watched.size >= rounds, `it read in between: ${watched.size} positions`);
    assert.equal(await reading.run(revocationPosition()), 200);
  });

  test("with a sequence instead, the same reader skips entries (the positive control)", async (t) => {
    const url = await newPostgresUrl(t);
    const db = openPostgres(url, patientTimes);
    t.after(() => db.close());
    await db.run(all(sql("CREATE TABLE naive (seq BIGSERIAL PRIMARY KEY, name TEXT NOT NULL)")));
    const [inserted, committed] = [Promise.withResolvers<void>(), new AbortController()];
    const slow = db.transaction(function* () {
      yield* all(naive, { name: "slow" });
      inserted.resolve();
      while (!committed.signal.aborted) yield* all(pause, { ms: 10 });
    });
    await inserted.promise;
    await db.run(all(naive, { name: "fast" }));
    const rows = await db.run(all(sql("SELECT seq FROM naive")));
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [2],
    );
    committed.abort();
    await slow;
  });
});
