import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../revocation/node-process.fixture.ts";
import { type Database, drive } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Work } from "../store/statement.ts";
import { origin, testKeys } from "./api-key.fixture.ts";
import { ApiKeyUse } from "./api-key-use.ts";
import type { ApiKeys, CreatedApiKey } from "./api-keys.ts";

async function usedAt(apiKeys: ApiKeys, { apiKey }: CreatedApiKey): Promise<number | undefined> {
  return (await apiKeys.find(apiKey.id))?.usedAt;
}

describeOnEach("the last use of API keys", (databases) => {
  test("using a key writes nothing; uses are written in one transaction, to the minute", async (t) => {
    const { apiKeys, make, watched, clock } = await testKeys(await databases.open(t));
    const keys = [await make(), await make(), await make()];
    const unused = await make();
    const first = clock.now;
    watched.asked = 0;
    for (let count = 0; count < 10; count += 1) for (const { key } of keys) await apiKeys.verify(key, origin);
    assert.equal(watched.asked, 30);
    await apiKeys.flush();
    assert.equal(watched.asked, 31);
    for (const key of keys) assert.equal(await usedAt(apiKeys, key), first);
    assert.equal(await usedAt(apiKeys, unused), undefined);

    clock.advance(59);
    const [one, ...others] = keys;
    assert.ok(one);
    await apiKeys.verify(one.key, origin);
    await apiKeys.flush();
    assert.equal(await usedAt(apiKeys, one), first);
    clock.advance(1);
    await apiKeys.verify(one.key, origin);
    await apiKeys.flush();
    assert.equal(await usedAt(apiKeys, one), clock.now);
    for (const key of others) assert.equal(await usedAt(apiKeys, key), first);
  });

  test("a refused key does not count as used", async (t) => {
    const { apiKeys, make } = await testKeys(await databases.open(t));
    const made = await make();
    await apiKeys.revoke(made.apiKey.id);
    await assert.rejects(apiKeys.verify(made.key, origin));
    await apiKeys.flush();
    assert.equal(await usedAt(apiKeys, made), undefined);
  });

  test("if the database is away, uses are written when it is back, and no request fails", async (t) => {
    const { apiKeys, make, watched, clock } = await testKeys(await databases.open(t));
    const [one, two] = [await make(), await make()];
    await apiKeys.verify(one.key, origin);
    watched.isAway = true;
    await apiKeys.flush();
    watched.isAway = false;
    clock.advance(120);
    await apiKeys.verify(two.key, origin);
    await apiKeys.flush();
    assert.deepEqual([await usedAt(apiKeys, one), await usedAt(apiKeys, two)], [clock.now - 120_000, clock.now]);
  });

  test("closing writes the uses that are waiting, and ends without an error while the database is away", async (t) => {
    const { apiKeys, make, watched, clock } = await testKeys(await databases.open(t));
    const made = await make();
    await apiKeys.verify(made.key, origin);
    await apiKeys.close();
    assert.equal(await usedAt(apiKeys, made), clock.now);
    clock.advance(60);
    await apiKeys.verify(made.key, origin);
    watched.isAway = true;
    await apiKeys.close();
  });

  test("two nodes that write the same keys at once both succeed, and the later use is saved", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, clock } = await testKeys(database);
    const keys: CreatedApiKey[] = [];
    for (let count = 0; count < 20; count += 1) keys.push(await make());
    const nodes = [0, 1, 2, 3].map(() => new ApiKeyUse(database, 3_600_000));
    for (const [late, node] of nodes.entries()) {
      for (const { apiKey } of late % 2 === 0 ? keys : keys.toReversed()) node.used(apiKey.id, clock.now + 3 - late);
    }
    await Promise.all(nodes.map((node) => node.close()));
    for (const key of keys) assert.equal(await usedAt(apiKeys, key), clock.now + 3);
  });

  test("uses are written after a while without a call to flush()", async (t) => {
    const { apiKeys, make } = await testKeys(await databases.open(t), { flushEveryMs: 1 });
    const made = await make();
    await apiKeys.verify(made.key, origin);
    await eventually(async () => (await usedAt(apiKeys, made)) !== undefined, 30_000, "it is written");
  });
});

/** A database that counts statements. Its other methods are not called. */
function countingDatabase(): Database & { statements: number } {
  const counting = {
    statements: 0,
    transaction: async (work: () => Work<void>) =>
      drive(work(), () => {
        counting.statements += 1;
        return [];
      }),
  };
  return counting as unknown as Database & { statements: number };
}

test("130,000 keys that were used between two flushes are written, and so are later uses", async () => {
  const database = countingDatabase();
  const use = new ApiKeyUse(database, 3_600_000);
  for (let key = 0; key < 130_000; key += 1) use.used(`key ${key}`, 1);
  await use.flush();
  assert.equal(database.statements, 130_000);
  use.used("key 0", 120_000);
  await use.flush();
  assert.equal(database.statements, 130_001);
  await use.close();
});

test("130,000 uses survive flushes that fail, which are short, and the newest ones are written in the end", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  const written = new Map<string, number>();
  let attempts = 0;
  let isBroken = true;
  const broken = {
    transaction: async (work: () => Work<void>) => {
      attempts += 1;
      if (isBroken) throw new TypeError("no such table");
      drive(work(), (step) => {
        if (step.kind === "query") written.set(String(step.parameters["id"]), Number(step.parameters["at"]));
        return [];
      });
    },
  };
  // The other methods of a database are not called.
  const use = new ApiKeyUse(broken as unknown as Database, 3_600_000);
  for (let key = 0; key < 130_000; key += 1) use.used(`key ${key}`, 1);
  for (let flush = 0; flush < 5; flush += 1) await assert.rejects(use.flush(), TypeError);
  assert.ok(attempts < 200, String(attempts));
  use.used("key 129999", 120_000);
  isBroken = false;
  await use.flush();
  assert.deepEqual([written.size, written.get("key 0"), written.get("key 129999")], [130_000, 1, 120_000]);
  assert.equal(told.mock.callCount(), 1);
  assert.ok(!String(told.mock.calls[0]?.arguments[0]).includes("key 0"));
});
