import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { generateIdentityKey, identityKey } from "../secret/identity-key.ts";
import { SealBroken, unseal } from "../secret/seal.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { all, sql } from "../store/statement.ts";
import { listSigningKeys } from "./signing-key-store.ts";
import { SigningKeys } from "./signing-keys.ts";

const tables = ["identity_signing_keys", "identity_audit_events", "identity_revocations"];
const swap = sql("UPDATE identity_signing_keys SET private_jwk = :sealed WHERE kid = :kid");
const newKey = (): ReturnType<typeof identityKey> => identityKey(generateIdentityKey());

/** Signing keys with a current key and a next one. */
async function ringOfTwo(database: Database) {
  const made = testSettings(database);
  const ring = new SigningKeys(made.settings);
  await ring.ready();
  made.clock.advance(30 * 86_400 - 1000);
  await ring.refresh();
  return { ...made, ring };
}

/** The same service on another node, at the same time, with other identity keys. */
function restarted({ settings }: Awaited<ReturnType<typeof ringOfTwo>>, keys: typeof settings.keys): SigningKeys {
  return new SigningKeys({ ...settings, keys });
}

describeOnEach("sealed signing keys", (database) => {
  test("can be opened on every node that has the IDENTITY_KEY", async (t) => {
    const made = await ringOfTwo(await database.open(t));
    const { kid } = await made.ring.current();
    assert.equal((await restarted(made, { current: made.settings.keys.current, previous: [] }).current()).kid, kid);
    assert.equal((await restarted(made, { current: newKey(), previous: [made.settings.keys.current] }).current()).kid, kid);
  });

  test("sealed under an IDENTITY_KEY that is missing make ready() fail, with an error that names it", async (t) => {
    const made = await ringOfTwo(await database.open(t));
    const other = restarted(made, { current: newKey(), previous: [newKey()] });
    await assert.rejects(other.ready(), { name: "SealBroken", message: /IDENTITY_KEY/ });
    await assert.rejects(other.current(), SealBroken);
  });

  test("cannot be opened in the row of another key (S-16)", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const [first, second] = await db.run(listSigningKeys());
    assert.ok(first && second);
    await db.run(all(swap, { kid: first.kid, sealed: second.sealed }));
    await assert.rejects(restarted(made, made.settings.keys).ready(), SealBroken);
    await db.run(all(swap, { kid: first.kid, sealed: first.sealed }));
    await restarted(made, made.settings.keys).ready();
  });

  test("are sealed again under another IDENTITY_KEY, once each, with an event for each", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const { kid } = await made.ring.current();
    const keys = { current: newKey(), previous: [made.settings.keys.current] };
    assert.deepEqual(await made.ring.reencrypt(keys), { resealed: 2, of: 2 });
    assert.deepEqual(await made.ring.reencrypt(keys), { resealed: 0, of: 2 });
    const alone = restarted(made, { current: keys.current, previous: [] });
    await alone.ready();
    assert.equal((await alone.current()).kid, kid);
    await assert.rejects(restarted(made, { current: made.settings.keys.current, previous: [] }).ready(), SealBroken);
    assert.equal(made.events.filter(({ type }) => type === "signing_key.reencrypted").length, 2);
    assert.equal((await made.ring.current()).kid, kid, "a running node goes on with the keys that it has opened");
  });

  test("do not change if one of them cannot be opened", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const before = await db.run(listSigningKeys());
    const last = before.at(-1);
    assert.ok(last);
    await db.run(all(swap, { kid: last.kid, sealed: `${last.sealed.slice(0, -4)}AAAA` }));
    const changed = await db.run(listSigningKeys());
    await assert.rejects(made.ring.reencrypt({ current: newKey(), previous: [made.settings.keys.current] }), {
      name: "SealBroken",
      message: /IDENTITY_KEY/,
    });
    assert.deepEqual(await db.run(listSigningKeys()), changed);
    assert.ok(!made.events.some(({ type }) => type === "signing_key.reencrypted"));
  });

  test("that cannot be opened any more can be retired as compromised without their IDENTITY_KEY", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const [current, later] = [newKey(), newKey()];
    const lost = restarted(made, { current, previous: [] });
    for (const { kid } of await db.run(listSigningKeys())) assert.equal(await lost.retireCompromised(kid), true);
    await lost.ready();
    assert.equal((await lost.jwks()).keys.length, 1);
    assert.deepEqual(await lost.reencrypt({ current: later, previous: [current] }), { resealed: 1, of: 1 });
  });

  test("ten calls that seal again at once do it once", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const keys = { current: newKey(), previous: [made.settings.keys.current] };
    const results = await Promise.all(Array.from({ length: 10 }, () => restarted(made, keys).reencrypt(keys)));
    assert.equal(
      results.reduce((sum, { resealed }) => sum + resealed, 0),
      2,
    );
    await restarted(made, { current: keys.current, previous: [] }).ready();
  });

  test("show no private member in the key set, the rows, the log, errors or printed objects (M-08)", async (t) => {
    const db = await database.open(t);
    const made = await ringOfTwo(db);
    const { ring, events, settings } = made;
    const signing = await ring.current();
    const failure: unknown = await restarted(made, { current: newKey(), previous: [] })
      .ready()
      .catch((error: unknown) => error);
    assert.ok(failure instanceof SealBroken);
    const rows = await Promise.all(tables.map((table) => db.run(all(sql(`SELECT * FROM ${table}`)))));
    // A pool of connections cannot be serialized as JSON.
    const { database: _, ...written } = settings;
    const printed = [ring, signing, written, failure, events, rows, await ring.jwks(), await db.run(listSigningKeys())];
    const text = printed.flatMap((value) => [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value)]).join("\n");
    const set = JSON.stringify(await ring.jwks());
    assert.ok(set.includes(signing.kid) && text.includes(signing.kid), "the search finds text that is there");
    for (const member of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) assert.ok(!set.includes(`"${member}":`), member);
    for (const secret of await privateMembers(db, settings.keys)) assert.ok(!text.includes(secret));
    assert.ok(!/["\s{]d["']?:/.test(text));
  });
});

/** Returns the secret values that must appear nowhere: `d` of every key. */
async function privateMembers(database: Database, keys: Parameters<SigningKeys["reencrypt"]>[0]): Promise<readonly string[]> {
  const found = (await database.run(listSigningKeys())).map(({ kid, sealed }) => {
    const jwk: { d: string } = JSON.parse(unseal(sealed, { purpose: "signing-key-seal", record: kid }, keys).reveal());
    assert.equal(jwk.d.length, 43);
    return jwk.d;
  });
  assert.equal(found.length, 2);
  return found;
}
