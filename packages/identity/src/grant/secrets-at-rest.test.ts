import assert from "node:assert/strict";
import { test } from "node:test";
import { assertionKey, assertionOf } from "../client/assertion.fixture.ts";
import { assertionType } from "../client/client-assertion.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { identitySchema } from "../store/schema.ts";
import { all, sql } from "../store/statement.ts";
import { removeExpiredRefreshTokens } from "./refresh-token-store.ts";
import { openDesk, password, textIn, tokensOf } from "./token-desk.fixture.ts";

const tables = identitySchema.migrations
  .flat()
  .flatMap(({ text }) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name));

async function dumped(database: Database): Promise<string> {
  const rows = await Promise.all(tables.map((name) => database.run(all(sql(`SELECT * FROM ${name}`)))));
  return JSON.stringify(rows);
}

describeOnEach("The database", (database) => {
  test("holds no token, secret, assertion or password after everything was used (A-52)", async (t) => {
    const opened = await database.open(t);
    const desk = await openDesk(t, opened);
    const key = assertionKey();
    const web = await desk.client({ grants: ["password", "refresh_token", "client_credentials"] });
    await desk.client({ id: "job", authentication: "private_key_jwt", jwks: key.jwks, grants: ["client_credentials"] });
    const first = await desk.signIn({}, web.basic);
    const second = tokensOf(await desk.token({ grant_type: "refresh_token", refresh_token: first.refresh }, web.basic));
    const assertion = assertionOf("job", key, desk.clock.now, { claims: { jti: "the-id-of-the-assertion" } });
    const fields = { grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion: assertion };
    const own = textIn(await desk.token(fields), "access_token");
    const replaced = await desk.clients.replaceSecret(web.client.id);
    await desk.post("/auth/revoke", { token: own, client_assertion: assertion });

    const dump = await dumped(opened);
    // The positive control: the search finds texts that are in the dump.
    for (const known of [desk.alice.id, web.client.id, "alice@example.com"]) assert.ok(dump.includes(known), known);
    const secrets = [web.secret?.reveal(), replaced?.reveal(), first.refresh, first.access, second.refresh, second.access];
    for (const secret of [...secrets, own, assertion, password, "the-id-of-the-assertion"]) {
      assert.ok(secret !== undefined && secret.length > 10);
      assert.ok(!dump.includes(secret));
      // Nor its signature, without which the rest of a JWT is worthless.
      const signature = secret.split(".")[2];
      assert.ok(signature === undefined || !dump.includes(signature));
    }
    assert.ok(!JSON.stringify(desk.events).includes(first.refresh));
  });

  test("expired refresh tokens are removed, and a spent one is kept as long as its successor lives", async (t) => {
    const opened = await database.open(t);
    const desk = await openDesk(t, opened);
    const [first] = [await desk.signIn(), await desk.signIn()];
    desk.clock.advance(10 * 86_400);
    const second = tokensOf(await desk.token({ grant_type: "refresh_token", refresh_token: first.refresh }));
    assert.equal(await opened.run(removeExpiredRefreshTokens(desk.clock.now, 10)), 0);
    desk.clock.advance(4 * 86_400);
    assert.equal(await opened.run(removeExpiredRefreshTokens(desk.clock.now, 10)), 1);
    const third = tokensOf(await desk.token({ grant_type: "refresh_token", refresh_token: second.refresh }));
    desk.clock.advance(10 * 86_400);
    assert.equal(await opened.run(removeExpiredRefreshTokens(desk.clock.now, 1)), 1);
    assert.equal(await opened.run(removeExpiredRefreshTokens(desk.clock.now, 10)), 0);
    tokensOf(await desk.token({ grant_type: "refresh_token", refresh_token: third.refresh }));
  });
});
