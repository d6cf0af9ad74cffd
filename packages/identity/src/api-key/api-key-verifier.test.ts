import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidCredential, Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { all, sql, type Step, type Work } from "../store/statement.ts";
import { disable, everyScope, keyOf, LimitedThrottle, origin, randomText, refusedAs, remove, testKeys } from "./api-key.fixture.ts";
import { generateApiKey } from "./api-key-format.ts";
import type { CreatedApiKey } from "./api-keys.ts";

function wrongSecret({ apiKey }: CreatedApiKey): Redacted<string> {
  return keyOf(apiKey.id, randomText(32));
}

const refusedFor = (reason: string) => (error: unknown) => error instanceof InvalidCredential && error.reason === reason;

/** Tells of each step of some work, and of how many rows it got. */
function* watched<T>(work: Work<T>, tell: (step: Step, rows: number) => void): Work<T> {
  let next = work.next();
  while (next.done !== true) {
    const rows = yield next.value;
    tell(next.value, rows.length);
    next = work.next(rows);
  }
  return next.value;
}

describeOnEach("verifying an API key", (databases) => {
  test("unknown, wrong, revoked, expired and disabled are the same error; the event has the reason (K-01)", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, make, events, settings, clock, bob } = await testKeys(database);
    const [right, revoked, expired] = [await make(), await make(), await make({ expiresInDays: 1 })];
    const ofBob = await apiKeys.create({ owner: { account: bob }, name: "k", scopes: [] }, []);
    await apiKeys.revoke(revoked.apiKey.id);
    await disable(database, bob);
    clock.advance(86_400);
    const attempts: readonly [Redacted<string>, string, string | undefined][] = [
      [generateApiKey(settings).key, "no such key", undefined],
      [keyOf("zzzzzzzzzzzz", randomText(32)), "no such key", "zzzzzzzzzzzz"],
      [keyOf("000000000000", randomText(32)), "no such key", "000000000000"],
      [wrongSecret(right), "wrong secret", right.apiKey.id],
      [wrongSecret(revoked), "wrong secret", revoked.apiKey.id],
      [revoked.key, "revoked", revoked.apiKey.id],
      [expired.key, "expired", expired.apiKey.id],
      [ofBob.key, "owner disabled", ofBob.apiKey.id],
      [new Redacted("changeme"), "not a key of this service, or mistyped", undefined],
    ];
    for (const [key, reason, id] of attempts) {
      events.length = 0;
      await assert.rejects(apiKeys.verify(key, origin), refusedFor(reason), reason);
      const [event, ...others] = events;
      assert.ok(event?.type === "api_key.refused" && others.length === 0);
      assert.deepEqual([event.reason, event.requestId], [reason, "r-1"]);
      if (id !== undefined) assert.equal(event.key, id);
    }
    assert.equal((await apiKeys.verify(right.key, origin)).id, right.apiKey.id);
  });

  test("unknown ids, wrong secrets and revoked keys ask the database once, and get one row (K-01)", async (t) => {
    const database = await databases.open(t);
    const asked: unknown[] = [];
    const watching: Database = {
      kind: database.kind,
      run: (work) => database.run(watched(work, (step, rows) => asked.push([step.kind === "query" && step.statement.text, rows]))),
      transaction: (work) => database.transaction(work),
      listen: (channel, listener) => database.listen(channel, listener),
      close: () => database.close(),
    };
    const { apiKeys, make } = await testKeys(watching);
    const [right, revoked] = [await make(), await make()];
    await apiKeys.revoke(revoked.apiKey.id);
    const traces: unknown[][] = [];
    for (const key of [wrongSecret(right), keyOf("000000000000", randomText(32)), wrongSecret(revoked), revoked.key]) {
      asked.length = 0;
      await assert.rejects(apiKeys.verify(key, origin), InvalidCredential);
      traces.push([...asked]);
    }
    const [[[, rows]]] = traces as [[[unknown, number]]];
    assert.equal(rows, 1);
    for (const trace of traces) assert.deepEqual(trace, traces[0]);
  });

  test("a key of an earlier notes API verifies by the SHA-256 of its secret, without an expiry", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, clients } = await testKeys(database, { settings: { keyPrefix: "notes" } });
    const { client } = await clients.create({
      name: "billing",
      authentication: "client_secret_basic",
      grants: ["client_credentials"],
      scopes: [],
    });
    // The hash is the SHA-256 of the secret, computed by another program.
    const insert = sql(`INSERT INTO identity_api_keys (id, family_id, client_id, name, secret_hash, scope, created_at)
      VALUES ('0Az9bY7cX3dW', '0Az9bY7cX3dW', :client, 'billing', 'Qbppa8KCKST3y6DOIRv93-ZTzrPJgSVaF3W-vxEL9C0', '', 0)`);
    await database.run(all(insert, { client: client.id }));
    const key = new Redacted("notes_live_0Az9bY7cX3dW_0123456789ABCDEFGHIJKLMNOPQRSTUV_1qctNB");
    assert.deepEqual(await apiKeys.verify(key, origin), {
      id: "0Az9bY7cX3dW",
      familyId: "0Az9bY7cX3dW",
      owner: { kind: "client", id: client.id, name: "billing" },
      name: "billing",
      scopes: [],
    });
  });

  test("the keys of an owner who is disabled or deleted are refused at once, and no others (K-10)", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, clients, make, alice, bob } = await testKeys(database);
    const ofAlice = await make();
    const ofBob = await apiKeys.create({ owner: { account: bob }, name: "k", scopes: [] }, []);
    const services = [];
    for (const name of ["one", "two"]) {
      const registration = { name, authentication: "client_secret_basic", grants: ["client_credentials"], scopes: [] } as const;
      const { client } = await clients.create(registration);
      services.push({ client, made: await apiKeys.create({ owner: { client: client.id }, name, scopes: [] }, []) });
    }
    const [one, two] = services;
    assert.ok(one && two);
    for (const { key } of [ofAlice, ofBob, one.made, two.made]) await apiKeys.verify(key, origin);

    await disable(database, alice);
    await clients.disable(one.client.id);
    await assert.rejects(apiKeys.verify(ofAlice.key, origin), refusedFor("owner disabled"));
    await assert.rejects(apiKeys.verify(one.made.key, origin), refusedFor("revoked"));
    for (const { key } of [ofBob, two.made]) await apiKeys.verify(key, origin);

    await remove(database, bob);
    await clients.delete(two.client.id);
    for (const { key } of [ofBob, two.made]) await assert.rejects(apiKeys.verify(key, origin), refusedFor("no such key"));
    await clients.enable(one.client.id);
    await assert.rejects(apiKeys.verify(one.made.key, origin), refusedFor("revoked"));
  });

  test("keys are found by their whole id; a guess that shares a beginning finds nothing (K-12, L-25)", async (t) => {
    const database = await databases.open(t);
    const { apiKeys, alice } = await testKeys(database);
    const insert = sql(`INSERT INTO identity_api_keys (id, family_id, account_id, name, secret_hash, scope, created_at, expires_at)
      SELECT :id, :id, :alice, :id, secret_hash, '', 0, expires_at FROM identity_api_keys WHERE id = :from`);
    const { key, apiKey } = await apiKeys.create({ owner: { account: alice }, name: "k", scopes: everyScope }, everyScope);
    const secret = key.reveal().split("_")[3] ?? "";
    const ids = [`${apiKey.id.slice(0, 11)}${apiKey.id.endsWith("x") ? "y" : "x"}`, "AAAAAAAAAAAA", "AAAAAAAAAAAB", "aaaaaaaaaaaa"];
    for (const id of ids) await database.run(all(insert, { id, alice, from: apiKey.id }));
    for (const id of [apiKey.id, ...ids]) assert.equal((await apiKeys.verify(keyOf(id, secret), origin)).id, id);
    // Guesses whose neighbour in the index is a key with exactly this secret.
    for (const id of ["000000000000", "AAAAAAAAAAA9", "AAAAAAAAAAAa", "aaaaaaaaaaa9", "zzzzzzzzzzzz"]) {
      await assert.rejects(apiKeys.verify(keyOf(id, secret), origin), refusedFor("no such key"), id);
    }
  });

  test("a text that was never a key costs neither a lookup nor a guess (K-13, K-15, K-16)", async (t) => {
    const throttle = new LimitedThrottle(1);
    const { apiKeys, make, watched } = await testKeys(await databases.open(t), { throttle });
    const { key, apiKey } = await make();
    const text = key.reveal();
    const secret = text.split("_")[3] ?? "";
    watched.asked = 0;
    const attempts = [
      `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`,
      ...[" ", "\n", "\0", "\u00a0"].flatMap((extra) => [`${text}${extra}`, `${extra}${text}`]),
      text.toUpperCase(),
      text.replace("live", "ｌive"),
      text.padEnd(1_048_576, "a"),
      keyOf(apiKey.id, secret, "test_demo").reveal(),
      keyOf(apiKey.id, secret, "other_live").reveal(),
      "",
    ];
    for (const attempt of attempts) await assert.rejects(apiKeys.verify(new Redacted(attempt), origin), InvalidCredential);
    assert.deepEqual([watched.asked, throttle.failures.size], [0, 0]);
    await apiKeys.verify(key, origin);
    assert.equal(watched.asked, 1);
  });

  test("of 100 wrong keys at once only as many as the limit are compared; the others are 429, known or not (K-14)", async (t) => {
    const limit = 10;
    for (const isKnown of [true, false]) {
      const throttle = new LimitedThrottle(limit);
      const { apiKeys, make, events } = await testKeys(await databases.open(t), { throttle });
      const id = isKnown ? (await make()).apiKey.id : "000000000000";
      // From everywhere at one key, then from one address at any key.
      for (const guess of [
        (count: number) => apiKeys.verify(keyOf(id, randomText(32)), { address: `198.51.100.${count}`, requestId: "r" }),
        () => apiKeys.verify(keyOf(randomText(12), randomText(32)), { address: "203.0.113.9", requestId: "r" }),
      ]) {
        events.length = 0;
        const results = await Promise.allSettled(Array.from({ length: 100 }, (_, count) => guess(count)));
        const reasons = results.map((result) => (result.status === "rejected" ? (result.reason as unknown) : "verified"));
        assert.equal(reasons.filter((reason) => reason instanceof InvalidCredential).length, limit);
        assert.equal(reasons.filter(refusedAs("too_many_requests")).length, 100 - limit);
        const told = events.map((event) => event.type === "api_key.refused" && event.reason);
        assert.equal(told.filter((reason) => reason === "too many wrong secrets").length, 100 - limit);
      }
    }
  });

  test("guesses at one key above its limit are not looked up, and its right secret waits, too (K-14)", async (t) => {
    const { apiKeys, make, watched } = await testKeys(await databases.open(t), { throttle: new LimitedThrottle(3) });
    const made = await make();
    for (let count = 0; count < 3; count += 1) await assert.rejects(apiKeys.verify(wrongSecret(made), origin), InvalidCredential);
    watched.asked = 0;
    await assert.rejects(apiKeys.verify(made.key, origin), refusedAs("too_many_requests"));
    assert.equal(watched.asked, 0);
    assert.ok(await apiKeys.verify((await make()).key, { ...origin, address: "203.0.113.9" }));
  });

  test("guesses at a key do not lock it out where it is in use, and correct keys are not counted (K-14)", async (t) => {
    const throttle = new LimitedThrottle(3);
    const { apiKeys, make } = await testKeys(await databases.open(t), { throttle });
    const made = await make();
    for (let count = 0; count < 20; count += 1) await apiKeys.verify(made.key, origin);
    assert.equal(throttle.failures.size, 0);
    const guess = (address: string) => apiKeys.verify(wrongSecret(made), { ...origin, address });
    for (const address of ["198.51.100.1", "198.51.100.2", "198.51.100.3"]) await assert.rejects(guess(address), InvalidCredential);
    await assert.rejects(guess("198.51.100.4"), refusedAs("too_many_requests"));
    assert.ok(await apiKeys.verify(made.key, origin));
    // Guesses from an address that uses the key are still counted for the address.
    for (let count = 0; count < 3; count += 1) await assert.rejects(guess(origin.address), InvalidCredential);
    await assert.rejects(guess(origin.address), refusedAs("too_many_requests"));
  });

  test("a key that verifies is never refused because of its network; every other key is, whatever the reason (L-10)", async (t) => {
    const { apiKeys, make } = await testKeys(await databases.open(t), { throttle: new LimitedThrottle(3) });
    const [used, unused, revoked] = [await make(), await make(), await make()];
    await apiKeys.verify(used.key, origin);
    await apiKeys.revoke(revoked.apiKey.id);
    const stranger = () => apiKeys.verify(keyOf(randomText(12), randomText(32)), origin);
    for (let count = 0; count < 3; count += 1) await assert.rejects(stranger(), refusedFor("no such key"));
    await assert.rejects(stranger(), refusedAs("too_many_requests"));
    for (const { key } of [revoked, { key: wrongSecret(used) }])
      await assert.rejects(apiKeys.verify(key, origin), refusedAs("too_many_requests"));
    for (const { key } of [used, unused]) assert.ok(await apiKeys.verify(key, origin));
  });

  test("a key that has expired or was revoked is not a guess: it is refused, and not counted", async (t) => {
    const throttle = new LimitedThrottle(1);
    const { apiKeys, make } = await testKeys(await databases.open(t), { throttle });
    const { key, apiKey } = await make();
    await apiKeys.revoke(apiKey.id);
    for (let count = 0; count < 5; count += 1) await assert.rejects(apiKeys.verify(key, origin), refusedFor("revoked"));
    assert.equal(throttle.failures.size, 0);
  });
});
