import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted, secret } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { keyOf, origin, randomText, refusedAs, testKeys } from "./api-key.fixture.ts";

// The hash is the SHA-256 of the secret, computed by another program.
const text = "notes_live_0Az9bY7cX3dW_0123456789ABCDEFGHIJKLMNOPQRSTUV_1qctNB";
const stored = { id: "0Az9bY7cX3dW", secretHash: secret("Qbppa8KCKST3y6DOIRv93-ZTzrPJgSVaF3W-vxEL9C0") };

describeOnEach("importing API keys", (databases) => {
  test("a key is imported by its hash, once, and works unchanged", async (t) => {
    const { apiKeys, clients, events } = await testKeys(await databases.open(t), { settings: { keyPrefix: "notes" } });
    const registration = { name: "billing", authentication: "client_secret_basic", grants: ["client_credentials"] } as const;
    const { client } = await clients.create({ ...registration, scopes: ["notes:read"] });
    const known = { ...stored, owner: { client: client.id }, name: "billing", scopes: ["notes:read"], createdAt: 5 };
    assert.equal(await apiKeys.import(known), true);
    assert.equal(await apiKeys.import(known), false);
    assert.deepEqual(await apiKeys.verify(new Redacted(text), origin), {
      id: stored.id,
      familyId: stored.id,
      owner: { kind: "client", id: client.id, name: "billing" },
      name: "billing",
      scopes: ["notes:read"],
    });
    assert.equal(events.filter(({ type }) => type === "api_key.created").length, 1);
  });

  test("a key is imported by its text, if it is one of this service", async (t) => {
    const { apiKeys, alice, clock } = await testKeys(await databases.open(t), { settings: { keyPrefix: "notes" } });
    const known = { owner: { account: alice }, name: "k", scopes: [], createdAt: clock.now, expiresAt: clock.now + 1000 };
    const strange = ["changeme", `${text}0`, keyOf(randomText(12), randomText(32), "notes_demo").reveal()];
    for (const key of strange)
      await assert.rejects(apiKeys.import({ ...known, key: new Redacted(key) }), refusedAs("invalid_input"));
    for (const wrong of [{ id: "short" }, { secretHash: secret("plain secret") }]) {
      await assert.rejects(apiKeys.import({ ...known, ...stored, ...wrong }), refusedAs("invalid_input"));
    }
    assert.equal(await apiKeys.import({ ...known, key: new Redacted(text) }), true);
    assert.equal((await apiKeys.verify(new Redacted(text), origin)).id, stored.id);
  });

  test("an imported key obeys the rules: a user's key expires, grants only scopes of its owner, and has an owner", async (t) => {
    const { apiKeys, alice, clock } = await testKeys(await databases.open(t));
    const known = { ...stored, owner: { account: alice }, name: "k", scopes: [], createdAt: 0, expiresAt: clock.now + 1000 };
    await assert.rejects(apiKeys.import({ ...known, expiresAt: undefined }), refusedAs("invalid_input"));
    await assert.rejects(apiKeys.import({ ...known, scopes: ["admin"] }), refusedAs("scope_not_held"));
    await assert.rejects(apiKeys.import({ ...known, name: "a\nb" }), refusedAs("invalid_input"));
    await assert.rejects(apiKeys.import({ ...known, owner: { client: "nobody" } }), refusedAs("not_found"));
    assert.deepEqual(await apiKeys.list({ account: alice }), []);
    assert.equal(await apiKeys.import(known), true);
  });
});
