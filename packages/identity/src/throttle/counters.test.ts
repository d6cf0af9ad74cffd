import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Unavailable } from "lockstep";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { openLine } from "../revocation/cut.fixture.ts";
import { TestClock, testSettings } from "../settings.fixture.ts";
import { describeOnEach, newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { all, sql } from "../store/statement.ts";
import { Counters, countCounters, removeCounters } from "./counters.ts";
import { issueDevice } from "./device-cookie.ts";
import {
  attempt,
  countEvaluated,
  crowd,
  ended,
  from,
  isEvaluated,
  networkNumber,
  newAccount,
  right,
  signIn,
  useUp,
  wrong,
} from "./throttle.fixture.ts";
import { Throttle } from "./throttle.ts";

const everything = sql("SELECT * FROM identity_throttle");

describeOnEach("counters", (database) => {
  test("no address, network, name or password is stored, and a name has 64 characters at most", async (t) => {
    const { settings } = testSettings(await database.open(t), { clientAddress: "known" });
    const throttle = new Throttle(settings);
    const password = "canary password 1234567";
    for (let count = 0; count < 8; count += 1) {
      await signIn(throttle, attempt({ username: "canary@example.test", password, connection: from("203.0.113.9") }));
    }
    await throttle.count("forgot", { connection: from("2001:db8:77::1"), key: "canary@example.test" });
    const rows = await settings.database.run(all(everything));
    assert.equal(rows.length, database.kind === "postgres" ? 7 : 0);
    assert.doesNotMatch(JSON.stringify(rows), /canary|203\.0\.113|2001:|db8:|example/);
    for (const row of rows) assert.match(String(row["key"]), /^[a-z_.]{1,40}:[\w-]{4,22}$/);
  });
});

describe("counters on another kind of database", () => {
  test("are refused, not kept in the memory of each process", () => {
    const database = { kind: "mysql" } as unknown as Database;
    assert.throws(
      () => new Counters(database, 100, Date.now),
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
    const guesses = crowd(40, (work, index) => signIn(throttles[index % 4] ?? assert.fail(), attempt(), work));
    assert.equal((await guesses.open()).filter((how) => how === "evaluated").length, 20);
  });

  test("one attempt to sign in is two statements, and one that is refused too; a failure of another credential is one", async (t) => {
    const db = await node(t, await url(t));
    const { settings } = testSettings(db, { clientAddress: "known" });
    let statements = 0;
    const counting: Database = {
      kind: "postgres",
      run: (work) => {
        statements += 1;
        return db.run(work);
      },
      transaction: () => assert.fail("a transaction has three round trips at least"),
      listen: db.listen.bind(db),
      close: () => db.close(),
    };
    const throttle = new Throttle({ ...settings, database: counting });
    const since = (): number => {
      const counted = statements;
      statements = 0;
      return counted;
    };
    assert.equal(await signIn(throttle), "evaluated");
    assert.equal(since(), 2);
    assert.equal(await signIn(throttle, attempt(), right), "evaluated");
    assert.equal(since(), 2);
    await useUp(throttle, "ann@example.test");
    since();
    assert.notEqual(await signIn(throttle), "evaluated");
    assert.equal(since(), 2);
    await throttle.failed("client", from("192.0.2.1"));
    await throttle.count("forgot", { connection: from("192.0.2.1"), key: "ann@example.test" });
    await throttle.passwordReplaced("ann@example.test");
    assert.equal(since(), 3);
  });

  test("while the database is away each node counts for itself, and it is never unlimited; then they share again (L-14)", async (t) => {
    const line = await openLine(t, await url(t));
    const db = await node(t, line.url);
    const { settings } = testSettings(db, { clientAddress: "known" });
    const throttle = new Throttle(settings);
    const device = issueDevice(settings, await newAccount(db, "ann@example.test"));
    const guess = async (count: number): Promise<number> => {
      let evaluated = 0;
      for (let made = 0; made < count; made += 1) if (await isEvaluated(throttle)) evaluated += 1;
      return evaluated;
    };
    assert.equal(await guess(10), 5);
    line.refuse();
    await assert.rejects(db.run(countCounters()), Unavailable);
    assert.equal(await guess(30), 5);
    const mails = Array.from({ length: 30 }, (_, count) =>
      ended(throttle.count("forgot", { connection: from(networkNumber(count)), key: "ann@example.test" })),
    );
    assert.equal(await countEvaluated(mails), 3);
    // Whether a device is the account's only the database knows: 503.
    await assert.rejects(throttle.signIn(attempt({ device }), right), Unavailable);
    line.heal();
    assert.equal(await guess(10), 0);
    assert.equal(await isEvaluated(throttle, attempt({ device })), true);
    assert.equal(await isEvaluated(throttle, attempt({ username: "bob@example.test" })), true);
  });

  test("a guess that is evaluated while the database goes away is counted in memory (L-14)", async (t) => {
    const line = await openLine(t, await url(t));
    const { settings } = testSettings(await node(t, line.url), { clientAddress: "known" });
    const throttle = new Throttle(settings, { signIn: { account: { attempts: 1 } } });
    const breaking = async (): Promise<void> => {
      line.refuse();
      await wrong({ isKnownDevice: false });
    };
    assert.equal(await ended(throttle.signIn(attempt(), breaking)), "evaluated");
    assert.equal(await isEvaluated(throttle), false);
  });

  test("ended counters are removed, a few at a time; the others stay (D-23)", async (t) => {
    const db = await node(t, await url(t));
    const clock = new TestClock();
    const counters = new Counters(db, 100, clock.read);
    const { now } = clock;
    const spend = (key: string, seconds: number) => counters.spend([{ name: key, key, limit: { attempts: 2, seconds } }]);
    await Promise.all(Array.from({ length: 30 }, (_, count) => spend(`short ${count}`, 300)));
    await spend("long", 3600);
    assert.equal(await db.run(removeCounters(now + 299_000, 20)), 0);
    const later = now + 400_000;
    assert.deepEqual(
      [await db.run(removeCounters(later, 20)), await db.run(removeCounters(later, 20)), await db.run(removeCounters(later, 20))],
      [20, 10, 0],
    );
    assert.deepEqual(await spend("long", 3600), []);
    assert.equal((await spend("long", 3600)).length, 1);
    assert.equal(await db.run(countCounters()), 1);
  });
});
