import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Unavailable } from "lockstep";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { openLine } from "../revocation/cut.fixture.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach, newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { all, sql } from "../store/statement.ts";
import { Counters, countCounters, removeCounters } from "./counters.ts";
import { issueDevice } from "./device-cookie.ts";
import { attempt, countAllowed, from, mayGoOn, networkNumber, newAccount } from "./throttle.fixture.ts";
import { Throttle } from "./throttle.ts";

const everything = sql("SELECT * FROM identity_throttle");

describeOnEach("counters", (database) => {
  test("no address, network, name or password is stored, and a name has 64 characters at most", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const password = "canary password 1234567";
    for (let count = 0; count < 8; count += 1) {
      await mayGoOn(throttle.signIn(attempt({ username: "canary@example.test", password, connection: from("203.0.113.9") })));
    }
    await throttle.count("forgot", { connection: from("2001:db8:77::1"), key: "canary@example.test" });
    const rows = await settings.database.run(all(everything));
    assert.equal(rows.length, database.kind === "postgres" ? 7 : 0);
    assert.doesNotMatch(JSON.stringify(rows), /canary|203\.0\.113|2001:|db8:|example/);
    for (const row of rows) assert.match(String(row["key"]), /^[a-z_.]+:[\w-]{4,22}(?::turns?)?$/);
  });

  test("counters of other names are separate; one that has ended starts from one", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 1) });
    const counters = new Counters(await database.open(t), 100);
    assert.deepEqual(await counters.add("a", 60), { count: 1, endsAt: Date.now() + 60_000 });
    t.mock.timers.setTime(Date.now() + 30_000);
    assert.deepEqual(await counters.add("a", 60), { count: 2, endsAt: Date.now() + 30_000 });
    assert.deepEqual(await counters.add("b", 60), { count: 1, endsAt: Date.now() + 60_000 });
    t.mock.timers.setTime(Date.now() + 30_000);
    assert.deepEqual(await counters.add("a", 10), { count: 1, endsAt: Date.now() + 10_000 });
  });

  test("of 50 at once each gets another count", async (t) => {
    const counters = new Counters(await database.open(t), 100);
    const counts = await Promise.all(Array.from({ length: 50 }, () => counters.add("a", 60)));
    assert.deepEqual(
      counts.map(({ count }) => count).toSorted((a, b) => a - b),
      Array.from({ length: 50 }, (_, count) => count + 1),
    );
  });
});

describe("counters on another kind of database", () => {
  test("are refused, not kept in the memory of each process", () => {
    const database = { kind: "mysql" } as unknown as Database;
    assert.throws(
      () => new Counters(database, 100),
      new WrongIdentityOption(
        "Set `database` to openSqlite(…) or openPostgres(…): the throttle cannot count in a database of the kind mysql",
      ),
    );
  });
});

describe("counters on postgres", () => {
  const url = (t: Parameters<typeof newPostgresUrl>[0]) => newPostgresUrl(t);

  async function node(t: Parameters<typeof newPostgresUrl>[0], place: string): Promise<Database> {
    const db = openPostgres(place, patientTimes);
    t.after(() => db.close());
    await migrate(db, identitySchema);
    return db;
  }

  test("nodes that start at the same time on an empty database share their counters", async (t) => {
    const place = await url(t);
    const nodes = await Promise.all(Array.from({ length: 4 }, () => node(t, place)));
    const { settings } = testSettings(nodes[0] ?? assert.fail());
    const throttles = nodes.map((db) => new Throttle({ ...settings, database: db }));
    const attempts = Array.from({ length: 40 }, (_, count) => throttles[count % 4]?.signIn(attempt()) ?? assert.fail());
    assert.equal(await countAllowed(attempts), 5);
  });

  test("while the database is away each node counts for itself, and it is never unlimited; then they share again (L-14)", async (t) => {
    const line = await openLine(t, await url(t));
    const db = await node(t, line.url);
    const { settings } = testSettings(db);
    const throttle = new Throttle(settings);
    const device = issueDevice(settings, await newAccount(db, "ann@example.test"));
    const guesses = (count: number) => Array.from({ length: count }, () => throttle.signIn(attempt()));
    assert.equal(await countAllowed(guesses(10)), 5);
    line.refuse();
    await assert.rejects(db.run(countCounters()), Unavailable);
    assert.equal(await countAllowed(guesses(30)), 5);
    const mails = Array.from({ length: 30 }, (_, count) =>
      throttle.count("forgot", { connection: from(networkNumber(count)), key: "ann@example.test" }),
    );
    assert.equal(await countAllowed(mails), 3);
    // Whether a device is the account's only the database knows: 503.
    await assert.rejects(throttle.signIn(attempt({ device })), Unavailable);
    line.heal();
    assert.equal(await countAllowed(guesses(10)), 0);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ device }))), true);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ username: "bob@example.test" }))), true);
  });

  test("a database without a pool is refused: its nodes would not count together", async (t) => {
    const db = await node(t, await url(t));
    const { settings } = testSettings(db);
    const hidden = { kind: "postgres", run: db.run.bind(db) } as unknown as Database;
    assert.throws(
      () => new Throttle({ ...settings, database: hidden }),
      new WrongIdentityOption("Set `database` to openPostgres(…): the throttle's counters need its `pool`"),
    );
    assert.ok(new Throttle(settings));
  });

  test("ended counters are removed, a few at a time; the others stay (D-23)", async (t) => {
    const db = await node(t, await url(t));
    const counters = new Counters(db, 100);
    const now = Date.now();
    await Promise.all(Array.from({ length: 30 }, (_, count) => counters.add(`short ${count}`, 60)));
    await counters.add("long", 3600);
    assert.equal(await db.run(removeCounters(now + 59_000, 20)), 0);
    const later = now + 120_000;
    assert.deepEqual(
      [await db.run(removeCounters(later, 20)), await db.run(removeCounters(later, 20)), await db.run(removeCounters(later, 20))],
      [20, 10, 0],
    );
    assert.equal((await counters.add("long", 3600)).count, 2);
    assert.equal(await db.run(countCounters()), 1);
  });
});
