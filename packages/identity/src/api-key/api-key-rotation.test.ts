import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { all, sql } from "../store/statement.ts";
import { everyScope, origin, race, refusedAs, testKeys } from "./api-key.fixture.ts";

const day = 86_400_000;
const revocations = sql("SELECT kind, key FROM identity_revocations ORDER BY seq");
const auditTable = sql("SELECT type FROM identity_audit_events ORDER BY type");

async function revokedIn(database: Database): Promise<readonly string[]> {
  return (await database.run(all(revocations))).map(({ kind, key }) => `${kind} ${key}`);
}

describeOnEach("replacing and ending API keys", (databases) => {
  test("a replaced key works until its grace ends, and both keys are of one family (K-11)", async (t) => {
    const { apiKeys, make, clock, events, alice } = await testKeys(await databases.open(t));
    const old = await make({ expiresInDays: 30 });
    clock.advance(86_400);
    const fresh = await apiKeys.rotate(old.apiKey.id, { by: alice }, everyScope);
    assert.equal(fresh.apiKey.familyId, old.apiKey.familyId);
    assert.notEqual(fresh.apiKey.id, old.apiKey.id);
    assert.equal(fresh.apiKey.expiresAt, clock.now + 30 * day);
    assert.deepEqual([fresh.apiKey.name, fresh.apiKey.scopes], [old.apiKey.name, old.apiKey.scopes]);
    const told = events.flatMap((event) => ("family" in event ? [[event.type, event.key, event.family]] : []));
    assert.deepEqual(told, [
      ["api_key.created", old.apiKey.id, old.apiKey.id],
      ["api_key.rotated", old.apiKey.id, old.apiKey.id],
      ["api_key.created", fresh.apiKey.id, old.apiKey.id],
    ]);

    clock.advance(3599.999);
    await apiKeys.verify(old.key, origin);
    clock.advance(0.001);
    await assert.rejects(apiKeys.verify(old.key, origin), { reason: "expired" });
    await apiKeys.verify(fresh.key, origin);
  });

  test("a grace is 0 to 7 days, never longer than the key has left, and 0 ends the key at once", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, clock } = await testKeys(database);
    const { key, apiKey } = await make();
    for (const graceSeconds of [-1, 0.5, 7 * 86_400 + 1, Number.NaN]) {
      await assert.rejects(apiKeys.rotate(apiKey.id, { graceSeconds }, everyScope), refusedAs("invalid_input"));
    }
    await apiKeys.verify(key, origin);
    await apiKeys.rotate(apiKey.id, { graceSeconds: 0 }, everyScope);
    await assert.rejects(apiKeys.verify(key, origin), { reason: "expired" });
    assert.deepEqual(await revokedIn(database), [`api_key ${apiKey.id}`]);

    const short = await make({ expiresInDays: 1 });
    clock.advance(86_000);
    await apiKeys.rotate(short.apiKey.id, { graceSeconds: 7 * 86_400 }, everyScope);
    assert.equal((await apiKeys.find(short.apiKey.id))?.expiresAt, short.apiKey.expiresAt);
  });

  test("of 50 rotations at once one succeeds, and the others change nothing", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, alice } = await testKeys(database);
    const { apiKey } = await make();
    const { won, codes } = await race(50, () => apiKeys.rotate(apiKey.id, {}, everyScope));
    assert.deepEqual([won, codes], [1, ["already_rotated"]]);
    const family = await apiKeys.list({ account: alice });
    assert.deepEqual(
      family.map(({ familyId }) => familyId),
      [apiKey.id, apiKey.id],
    );
    const told = (await database.run(all(auditTable))).map(({ type }) => type);
    assert.deepEqual(told, ["api_key.created", "api_key.created", "api_key.rotated"]);
  });

  test("a credential with few scopes cannot replace a key with more", async (t) => {
    const { apiKeys, make, alice } = await testKeys(await databases.open(t));
    const { apiKey } = await make();
    await assert.rejects(apiKeys.rotate(apiKey.id, {}, ["notes:read"]), refusedAs("scope_not_held"));
    assert.deepEqual((await apiKeys.list({ account: alice })).length, 1);
    assert.equal((await apiKeys.find(apiKey.id))?.rotatedAt, undefined);
    assert.ok(await apiKeys.rotate(apiKey.id, {}, everyScope));
  });

  test("a key that has ended is not replaced, and a key that does not exist is not found", async (t) => {
    const { apiKeys, make, clock, alice } = await testKeys(await databases.open(t));
    const [revoked, expired] = [await make(), await make({ expiresInDays: 1 })];
    await apiKeys.revoke(revoked.apiKey.id);
    clock.advance(86_400);
    for (const { apiKey } of [revoked, expired]) {
      await assert.rejects(apiKeys.rotate(apiKey.id, {}, everyScope), refusedAs("key_ended"));
    }
    await assert.rejects(apiKeys.rotate("aaaaaaaaaaaa", {}, everyScope), refusedAs("not_found"));
    assert.equal((await apiKeys.list({ account: alice })).length, 2);
  });

  test("revoking a key ends only that key, once, and is written to the revocation log", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, events, alice } = await testKeys(database);
    const old = await make();
    const fresh = await apiKeys.rotate(old.apiKey.id, {}, everyScope);
    const results = await Promise.all(Array.from({ length: 50 }, () => apiKeys.revoke(fresh.apiKey.id, { by: alice })));
    assert.equal(results.filter(Boolean).length, 1);
    await assert.rejects(apiKeys.verify(fresh.key, origin), { reason: "revoked" });
    await apiKeys.verify(old.key, origin);
    assert.deepEqual(await revokedIn(database), [`api_key ${fresh.apiKey.id}`]);
    assert.equal(events.filter(({ type }) => type === "api_key.revoked").length, 1);
    assert.equal(await apiKeys.revoke("aaaaaaaaaaaa"), false);
  });

  test("an owner with the maximum number of keys can replace them, but not collect keys in their grace", async (t) => {
    const { apiKeys, make, alice } = await testKeys(await databases.open(t), { maxKeysPerOwner: 2 });
    await make();
    let { apiKey: newest } = await make();
    for (let count = 0; count < 2; count += 1) newest = (await apiKeys.rotate(newest.id, {}, everyScope)).apiKey;
    await assert.rejects(apiKeys.rotate(newest.id, {}, everyScope), refusedAs("too_many_keys"));
    assert.equal((await apiKeys.find(newest.id))?.rotatedAt, undefined);
    assert.equal((await apiKeys.list({ account: alice })).length, 4);
    assert.ok(await apiKeys.rotate(newest.id, { graceSeconds: 0 }, everyScope));
  });
});
