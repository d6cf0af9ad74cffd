import assert from "node:assert/strict";
import { test } from "node:test";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { revocationPosition, revoke } from "./revocation-log.ts";
import { revokeEverything } from "./revoke-everything.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const goBack = sql("UPDATE identity_revocation_position SET seq = 1 WHERE name = 'log'");
const lose = sql("DELETE FROM identity_revocations WHERE seq > 1");

describeOnEach("revokeEverything()", (database) => {
  test("revokes every token until now and none after, and reports who did it", async (t) => {
    const db = await database.open(t);
    const { settings, events } = testSettings(db);
    const feed = await RevocationFeed.open(settings, patientFeed);
    t.after(() => feed.close());
    const before = tokenClaims({ rev: await db.run(revocationPosition()) });
    assert.equal(feed.isRevoked(before), false);
    await revokeEverything(settings, "root");
    const after = tokenClaims({ rev: await db.run(revocationPosition()) });
    assert.equal(await feed.isRevoked(after), false);
    assert.equal(feed.isRevoked(before), true);
    assert.deepEqual(
      events.map(({ type, ...event }) => [type, "by" in event ? event.by : undefined]),
      [["revocation.everything", "root"]],
    );
  });

  test("revokes tokens from before an older copy of the database was restored, whatever their position", async (t) => {
    const db = await database.open(t);
    const { settings } = testSettings(db);
    const expiresAt = settings.clock() + 60_000;
    for (const key of ["a", "b", "c", "d"]) await db.transaction(() => revoke({ kind: "subject", key, at: 0, expiresAt }));
    const before = tokenClaims({ rev: 4 });
    await db.run(all(goBack));
    await db.run(all(lose));
    await revokeEverything(settings);
    // Positions that the log assigns again do not make it valid.
    for (let round = 0; round < 5; round += 1) await db.transaction(() => revoke({ kind: "subject", key: "z", at: 0, expiresAt }));
    const feed = await RevocationFeed.open(settings, patientFeed);
    t.after(() => feed.close());
    assert.equal(feed.isRevoked(before), true);
    assert.equal(await feed.isRevokedInDatabase(before), true);
    assert.equal(feed.isRevoked(tokenClaims({ rev: feed.position })), false);
  });
});
