import assert from "node:assert/strict";
import { test } from "node:test";
import { openIdentityApi, textIn } from "../identity.fixture.ts";
import { eventually } from "../revocation/node-process.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";

describeOnEach("a new API key", (database) => {
  test("is told to the owner by mail, with its name and never with the key, also if it replaces another", async (t) => {
    const { ask, account, session, mails } = await openIdentityApi(t, await database.open(t));
    const alice = await account("alice");
    const cookie = await session(alice);
    const made = await ask("POST", "/auth/api-keys", { cookie, json: { name: "nightly job", scopes: ["notes:read"] } });
    await eventually(() => mails.length === 1, 30_000, "the owner is told");
    const next = await ask("POST", `/auth/api-keys/${textIn(made, "id")}/rotate`, { cookie, json: {} });
    await eventually(() => mails.length === 2, 30_000, "the owner is told again");
    for (const { to, subject, text } of mails) {
      assert.deepEqual([to, subject], [alice.email, "A new API key for your account at as.test"]);
      assert.match(text, /"nightly job"/);
      for (const answer of [made, next]) assert.ok(!text.includes(textIn(answer, "key").split("_")[3] ?? ""));
    }
  });

  test("of a service account, and one that is refused, are told to nobody", async (t) => {
    const { ask, auth, account, session, serviceAccount, mails } = await openIdentityApi(t, await database.open(t));
    const cookie = await session(await account("alice"));
    const { id } = await serviceAccount();
    const reads = ["notes:read"] as const;
    await auth.apiKeys.create({ owner: { client: id }, name: "k", scopes: reads }, reads);
    assert.equal((await ask("POST", "/auth/api-keys", { cookie, json: { name: "k", scopes: ["admin"] } })).status, 403);
    // The control: the only message is about a key that was made.
    assert.equal((await ask("POST", "/auth/api-keys", { cookie, json: { name: "mine", scopes: reads } })).status, 201);
    await eventually(() => mails.length > 0, 30_000, "the owner is told");
    assert.deepEqual(
      mails.map(({ text }) => text.includes('"mine"')),
      [true],
    );
  });
});
