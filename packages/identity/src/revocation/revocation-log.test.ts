import assert from "node:assert/strict";
import { test } from "node:test";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { assignPositions, removeExpiredRevocations, revocationPosition, revoke } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const dayMs = 86_400_000;
const appendPending = sql("INSERT INTO identity_revocations (id, kind, key, at, expires_at) VALUES ('a', 'jti', 'a', 0, 1)");

describeOnEach("removeExpiredRevocations()", (database) => {
  test("removes expired entries, a few at a time, and no others (M-04)", async (t) => {
    const db = await database.open(t);
    for (const expiresAt of [10, 10, 10, 11]) {
      await db.transaction(() => revoke({ kind: "subject", key: `until ${expiresAt}`, at: 0, expiresAt }));
    }
    // A day longer than their tokens live, because clocks may be wrong.
    assert.equal(await db.run(removeExpiredRevocations(dayMs + 9, 2)), 0);
    assert.equal(await db.run(removeExpiredRevocations(dayMs + 10, 2)), 2);
    assert.equal(await db.run(removeExpiredRevocations(dayMs + 10, 2)), 1);
    assert.equal(await db.run(removeExpiredRevocations(dayMs + 10, 2)), 0);
    const { settings } = testSettings(db);
    const feed = await RevocationFeed.open(settings, patientFeed);
    t.after(() => feed.close());
    assert.equal(feed.isRevoked(tokenClaims({ sub: "until 11", rev: 0 })), true);
    assert.equal(feed.size, 1);
  });

  test("keeps the position: a node that starts later, and the next entry, go on from there", async (t) => {
    const db = await database.open(t);
    const { settings, clock } = testSettings(db);
    for (const key of ["a", "b", "c"]) await db.transaction(() => revoke({ kind: "subject", key, at: 0, expiresAt: 1 }));
    await db.run(removeExpiredRevocations(clock.now, 100));
    assert.equal(await db.run(revocationPosition()), 3);
    const feed = await RevocationFeed.open(settings, patientFeed);
    t.after(() => feed.close());
    assert.equal(feed.position, 3);
    assert.equal(feed.isRevoked(tokenClaims({ rev: 3 })), false);
    await db.transaction(() => revoke({ kind: "subject", key: "d", at: 0, expiresAt: clock.now + 1 }));
    assert.equal(await db.run(revocationPosition()), 4);
  });

  test("keeps an entry that has no position yet, however old it is", async (t) => {
    const db = await database.open(t);
    await db.run(all(appendPending));
    assert.equal(await db.run(removeExpiredRevocations(2 * dayMs, 2)), 0);
    await db.transaction(assignPositions);
    assert.equal(await db.run(removeExpiredRevocations(2 * dayMs, 2)), 1);
  });
});
