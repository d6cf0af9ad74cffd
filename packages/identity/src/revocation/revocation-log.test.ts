import assert from "node:assert/strict";
import { test } from "node:test";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { removeExpiredRevocations, revocationPosition, revoke } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

describeOnEach("removeExpiredRevocations()", (database) => {
  test("removes expired entries, a few at a time, and no others (M-04)", async (t) => {
    const db = await database.open(t);
    for (const expiresAt of [10, 10, 10, 11]) {
      await db.transaction(() => revoke({ kind: "subject", key: `until ${expiresAt}`, at: 0, expiresAt }));
    }
    assert.equal(await db.run(removeExpiredRevocations(10, 2)), 2);
    assert.equal(await db.run(removeExpiredRevocations(10, 2)), 1);
    assert.equal(await db.run(removeExpiredRevocations(10, 2)), 0);
    const { settings, clock } = testSettings(db);
    clock.now = 10;
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
    assert.equal(await db.transaction(() => revoke({ kind: "subject", key: "d", at: 0, expiresAt: clock.now + 1 })), 4);
  });
});
