import assert from "node:assert/strict";
import { test } from "node:test";
import { openIdentityApi } from "../identity.fixture.ts";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { RevocationFeed } from "../revocation/revocation-feed.ts";
import { revocationPosition, revoke } from "../revocation/revocation-log.ts";
import { tokenClaims } from "../revocation/token-claims.fixture.ts";
import { revokeEverything } from "./revoke-everything.ts";

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
    await revokeEverything(settings, { by: "root" });
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

  test("ends sessions, refresh tokens, API keys and links, and says how many; keys are kept only if asked (M-14)", async (t) => {
    const { ask, auth, settings, account, signIn, session, linkTo } = await openIdentityApi(t, await database.open(t));
    const alice = await account("alice");
    const made = async () => {
      const [{ access, refresh }, cookie] = [await signIn(alice), await session(alice)];
      const request = { owner: { account: alice.id }, name: "k", scopes: ["notes:read"] };
      return { access, refresh, cookie, key: (await auth.apiKeys.create(request, ["notes:read"])).key.reveal() };
    };
    const works = async ({ access, refresh, cookie, key }: Awaited<ReturnType<typeof made>>) => [
      (await ask("GET", "/fresh", { token: access })).status,
      (await ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: refresh } })).status,
      (await ask("GET", "/me", { cookie })).status,
      (await ask("GET", "/notes", { key })).status,
    ];
    assert.deepEqual(await works(await made()), [200, 200, 200, 200], "the control");
    const before = await made();
    await ask("POST", "/auth/password/forgot", { json: { email: alice.email } });
    const token = await linkTo(alice.email);
    assert.deepEqual(await revokeEverything(settings, { keepKeys: true }), { sessions: 4, apiKeys: 0, links: 1 });
    assert.deepEqual(await works(before), [401, 400, 401, 200]);
    const reset = await ask("POST", "/auth/password/reset", { json: { token, password: "lagoon 41 whisper anvil" } });
    assert.equal(reset.status, 400);
    assert.deepEqual(await revokeEverything(settings), { sessions: 0, apiKeys: 2, links: 0 });
    assert.deepEqual(await works(before), [401, 400, 401, 401]);
    assert.deepEqual(await works(await made()), [200, 200, 200, 200], "what is made afterwards");
  });
});
