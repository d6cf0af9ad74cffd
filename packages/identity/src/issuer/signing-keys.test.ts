import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { generateSigningKey } from "lockstep/jwt";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migration.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { sealKey } from "./signing-key-seal.ts";
import { insertSigningKey, listSigningKeys, removeSigningKeys } from "./signing-key-store.ts";
import { SigningKeys } from "./signing-keys.ts";

const day = 86_400;
const period = 30 * day;
/** How long before a key ends the next one is published, and how long at least before it signs. Seconds. */
const [noticed, ahead] = [1920, 960];

/** Signing keys of several nodes of one service with one database. Each node has its own clock. */
function rings(database: Database, count: number) {
  const first = testSettings(database);
  const others = Array.from({ length: count - 1 }, () => testSettings(database, { keys: first.settings.keys }));
  return [first, ...others].map((made) => ({ ...made, ring: new SigningKeys(made.settings) }));
}

function one(database: Database) {
  const [made] = rings(database, 1);
  assert.ok(made);
  return made;
}

async function kidsOf(ring: SigningKeys): Promise<readonly unknown[]> {
  return (await ring.jwks()).keys.map(({ kid }) => kid);
}

async function currentOf(ring: SigningKeys): Promise<string> {
  return (await ring.current()).kid;
}

async function distinct<T>(all: readonly Promise<T>[]): Promise<number> {
  return new Set(await Promise.all(all)).size;
}

describeOnEach("signing keys", (database) => {
  test("the first key of an empty database signs at once", async (t) => {
    const { ring, events } = one(await database.open(t));
    const { kid, alg } = await ring.current();
    assert.equal(alg, "ES256");
    assert.deepEqual(await kidsOf(ring), [kid]);
    assert.deepEqual(
      events.map((event) => event.type === "signing_key.created" && event.key),
      [kid],
    );
  });

  test("a key is next, then current, then retired, then removed", async (t) => {
    const db = await database.open(t);
    const { ring, clock } = one(db);
    const first = await currentOf(ring);
    clock.advance(period - noticed - 1);
    assert.deepEqual(await kidsOf(ring), [first]);
    clock.advance(1);
    const [, next, ...rest] = await kidsOf(ring);
    assert.ok(typeof next === "string" && rest.length === 0);
    clock.advance(noticed - 1);
    assert.equal(await currentOf(ring), first);
    clock.advance(1);
    assert.equal(await currentOf(ring), next);
    clock.advance(899);
    assert.deepEqual(await kidsOf(ring), [first, next]);
    clock.advance(1);
    assert.deepEqual(await kidsOf(ring), [next]);
    clock.advance(day);
    assert.equal(await db.run(removeSigningKeys(clock.now, 10)), 0, "a clock that jumped may come back");
    clock.advance(1);
    assert.equal(await db.run(removeSigningKeys(clock.now, 10)), 1);
    assert.equal(await currentOf(ring), next);
  });

  test("ten nodes at once create one first key and one next key, and sign with the same key", async (t) => {
    const nodes = rings(await database.open(t), 10);
    const seconds = [0, period - noticed, noticed - ahead / 2, ahead / 2, day];
    for (const step of seconds) {
      for (const { clock } of nodes) clock.advance(step);
      assert.equal(await distinct(nodes.map(({ ring }) => currentOf(ring))), 1);
      assert.equal(await distinct(nodes.map(async ({ ring }) => (await kidsOf(ring)).join())), 1);
    }
    const created = nodes.flatMap(({ events }) => events).filter(({ type }) => type === "signing_key.created");
    assert.equal(created.length, 2);
  });

  test("nodes whose clocks are five minutes apart publish every key that any of them signs with", async (t) => {
    const [slow, fast] = rings(await database.open(t), 2);
    assert.ok(slow && fast);
    fast.clock.advance(300);
    for (let minute = 0; minute < 90; minute += 1) {
      const from = minute === 0 ? period - 3600 : 60;
      for (const { clock } of [slow, fast]) clock.advance(from);
      for (const [signer, other] of [[slow, fast] as const, [fast, slow] as const]) {
        const kid = await currentOf(signer.ring);
        assert.ok((await kidsOf(other.ring)).includes(kid));
      }
    }
    assert.equal((await kidsOf(fast.ring)).length, 1, "the first key is no longer published");
  });

  test("a service that was asleep when the next key was due signs with the old key until the new one has been published for long enough", async (t) => {
    const { ring, clock } = one(await database.open(t));
    const first = await currentOf(ring);
    clock.advance(period + 60);
    assert.equal(await currentOf(ring), first);
    assert.equal((await kidsOf(ring)).length, 2);
    clock.advance(ahead - 1);
    assert.equal(await currentOf(ring), first);
    clock.advance(1);
    assert.notEqual(await currentOf(ring), first);
    clock.advance(899);
    assert.equal((await kidsOf(ring)).length, 2, "the last tokens of the old key are still valid");
  });

  test("a clock that jumps neither stops the service from signing nor brings back a removed key (D-25)", async (t) => {
    const db = await database.open(t);
    const { ring, clock } = one(db);
    const signs = async (): Promise<string> => {
      const kid = await currentOf(ring);
      assert.ok((await kidsOf(ring)).includes(kid));
      return kid;
    };
    const first = await signs();
    clock.advance(-3600);
    assert.equal(await signs(), first);
    clock.advance(3600 + 365 * day);
    const second = await signs();
    assert.notEqual(second, first);
    await db.run(removeSigningKeys(clock.now, 10));
    clock.advance(-3600);
    assert.equal(await signs(), second);
    clock.advance(-364 * day);
    assert.notEqual(await signs(), first);
    assert.ok(!(await kidsOf(ring)).includes(first));
  });

  test("a compromised key leaves the set at once, on every node that reads again, and another key signs (M-07)", async (t) => {
    const db = await database.open(t);
    const [here, there] = rings(db, 2);
    assert.ok(here && there);
    const kid = await currentOf(here.ring);
    assert.equal(await currentOf(there.ring), kid);
    assert.equal(await here.ring.retireCompromised(kid, { requestId: "r1" }), true);
    const next = await currentOf(here.ring);
    assert.notEqual(next, kid);
    assert.deepEqual(await kidsOf(here.ring), [next]);
    await there.ring.refresh();
    assert.equal(await currentOf(there.ring), next);
    assert.deepEqual(await kidsOf(there.ring), [next]);
    const rows = await db.run(all(sql("SELECT kind, key FROM identity_revocations")));
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [{ kind: "signing_key", key: kid }],
    );
    const told = here.events.find(({ type }) => type === "signing_key.retired");
    assert.deepEqual(told && { ...told, id: "", at: 0 }, {
      id: "",
      at: 0,
      type: "signing_key.retired",
      outcome: "success",
      key: kid,
      reason: "compromised",
      requestId: "r1",
    });
  });

  test("the next key takes over early if it is published already, and not a retired one (M-07)", async (t) => {
    const { ring, clock } = one(await database.open(t));
    const first = await currentOf(ring);
    clock.advance(period - 60);
    const [, second] = await kidsOf(ring);
    clock.advance(ahead);
    assert.equal(await currentOf(ring), second, "after the service was asleep, the old key signs until then");
    assert.ok(typeof second === "string");
    assert.equal(await ring.retireCompromised(second), true);
    const third = await currentOf(ring);
    assert.ok(third !== first && third !== second);
    clock.advance(period - noticed);
    const [, fourth] = await kidsOf(ring);
    assert.equal(await ring.retireCompromised(third), true);
    assert.equal(await currentOf(ring), fourth);
  });

  test("fifty calls that retire a key at once retire it once, and an unknown key is not retired (M-07)", async (t) => {
    const db = await database.open(t);
    const [{ ring, events }, other] = rings(db, 2) as [ReturnType<typeof one>, ReturnType<typeof one>];
    const kid = await currentOf(ring);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? ring : other.ring).retireCompromised(kid)),
    );
    assert.equal(answers.filter(Boolean).length, 1);
    assert.equal((await db.run(all(sql("SELECT seq FROM identity_revocations")))).length, 1);
    assert.equal((await kidsOf(ring)).length, 1);
    assert.equal([...events, ...other.events].filter(({ type }) => type === "signing_key.retired").length, 1);
    assert.equal(await ring.retireCompromised(kid), false);
    assert.equal(await ring.retireCompromised("' OR 1=1 --"), false);
  });

  test("housekeeping removes keys up to a limit at once, and never one that is still published", async (t) => {
    const db = await database.open(t);
    const { settings, clock } = one(db);
    for (let index = 0; index < 5; index += 1) {
      const times = { createdAt: 0, signsFrom: 0, signsUntil: 1, publishedUntil: 2 + index };
      await db.run(insertSigningKey({ ...sealKey(await generateSigningKey("ES256"), settings.keys), ...times }));
    }
    const ring = new SigningKeys(settings);
    const kid = await currentOf(ring);
    assert.equal(await db.run(removeSigningKeys(clock.now, 3)), 3);
    assert.equal(await db.run(removeSigningKeys(clock.now, 3)), 2);
    assert.equal(await db.run(removeSigningKeys(clock.now, 3)), 0);
    assert.deepEqual(
      (await db.run(listSigningKeys())).map((key) => key.kid),
      [kid],
    );
  });

  test("are listed with their state, and listing changes nothing", async (t) => {
    const db = await database.open(t);
    const { ring, clock, settings } = one(db);
    const states = async (): Promise<readonly string[]> => (await ring.list()).map(({ state }) => state);
    assert.deepEqual(await states(), []);
    const first = await currentOf(ring);
    assert.deepEqual(await ring.list(), [
      {
        kid: first,
        state: "current",
        createdAt: clock.now,
        signsFrom: clock.now,
        signsUntil: clock.now + period * 1000,
        publishedUntil: clock.now + (period + 900) * 1000,
        isSealedUnderCurrent: true,
      },
    ]);
    clock.advance(period - noticed);
    assert.deepEqual(await states(), ["current"]);
    await ring.refresh();
    assert.deepEqual(await states(), ["current", "next"]);
    clock.advance(noticed);
    assert.deepEqual(await states(), ["retired", "current"]);
    clock.advance(900);
    assert.deepEqual(await states(), ["removed", "current"]);
    await ring.retireCompromised(await currentOf(ring));
    assert.deepEqual(await states(), ["removed", "compromised", "current"]);
    const other = new SigningKeys({ ...settings, keys: testSettings(db).settings.keys });
    assert.ok((await other.list()).every((key) => !key.isSealedUnderCurrent));
  });

  test("the result of a later reading is kept, however slow the one before it is", async (t) => {
    const db = await database.open(t);
    const [here, there] = rings(db, 2);
    assert.ok(here && there);
    const kid = await currentOf(there.ring);
    const gate = Promise.withResolvers<void>();
    let isSlow = true;
    const slow: Database = {
      kind: db.kind,
      transaction: (work) => db.transaction(work),
      listen: (channel, listener) => db.listen(channel, listener),
      close: async () => {},
      run: async (work) => {
        const waits = isSlow;
        isSlow = false;
        const rows = await db.run(work);
        if (waits) await gate.promise;
        return rows;
      },
    };
    const ring = new SigningKeys({ ...here.settings, database: slow });
    const early = ring.refresh();
    await there.ring.retireCompromised(kid);
    const later = ring.refresh();
    gate.resolve();
    await Promise.all([early, later]);
    assert.notEqual(await currentOf(ring), kid);
    assert.ok(!(await kidsOf(ring)).includes(kid));
  });

  test("answers Unavailable while the database is away, and signs when it is back", async (t) => {
    const db = await database.open(t);
    const { ring } = one(db);
    await currentOf(ring);
    await db.close();
    await assert.rejects(ring.refresh(), { code: "unavailable" });
    await assert.rejects(ring.retireCompromised("kid"), { code: "unavailable" });
  });
});

describe("signing keys", () => {
  test("ten processes on one SQLite file create one key at a time, and sign with the same key", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-keys-"));
    const databases = Array.from({ length: 10 }, () => openSqlite(join(folder, "identity.db")));
    t.after(async () => {
      for (const each of databases) await each.close();
      rmSync(folder, { recursive: true });
    });
    const [file] = databases;
    assert.ok(file);
    await migrate(file, identitySchema);
    const { keys } = testSettings(file).settings;
    const nodes = databases
      .map((each) => testSettings(each, { keys }))
      .map((made) => ({ ...made, ring: new SigningKeys(made.settings) }));
    for (const step of [0, period - noticed, noticed]) {
      for (const { clock } of nodes) clock.advance(step);
      assert.equal(await distinct(nodes.map(({ ring }) => currentOf(ring))), 1);
    }
    assert.equal((await file.run(listSigningKeys())).length, 2);
  });

  test("refuses times that are out of range when it is created", (t) => {
    const db = openSqlite(":memory:");
    t.after(() => db.close());
    const { settings } = testSettings(db);
    for (const keySetCacheSeconds of [0, 59, 86_401, 60.5, Number.NaN]) {
      assert.throws(() => new SigningKeys(settings, { keySetCacheSeconds }), { code: "wrong_option" });
    }
    const short = { ...settings, lifetimes: { ...settings.lifetimes, signingKeySeconds: 1919 } };
    assert.throws(() => new SigningKeys(short), { code: "wrong_option" });
    assert.equal(new SigningKeys(settings).maxAgeSeconds, 300);
  });
});
