import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { type AuditEvent, authenticate, createApi, get, httpBearer, Redacted, Unavailable, unchecked } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { generateIdentityKey, identityKey } from "../secret/identity-key.ts";
import { openLine } from "../revocation/cut.fixture.ts";
import { describeOnEach, newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { listEvents } from "./audit-log.ts";
import { Auditor } from "./auditor.ts";
import type { IdentityEvent } from "./event.ts";
import { networkName } from "./network-name.ts";
import { type TableAudit, tableAudit, type TableAuditOptions } from "./table-audit.ts";

const never = 2_000_000_000;
const oneForEachSubject = sql("CREATE UNIQUE INDEX one_for_each_subject ON identity_audit_events (subject)");

/** An event about an account, which gets a row of its own. */
function failed(number: number, subject = `account-${number}`): IdentityEvent {
  const about = { id: `event-${number}`, at: number, outcome: "failure", requestId: "request-1" } as const;
  return { ...about, type: "sign_in.failed", method: "password", reason: "wrong_password", subject };
}

const reused: IdentityEvent = {
  id: "reused",
  at: 3,
  outcome: "failure",
  type: "refresh.reuse",
  subject: "account-1",
  session: "session-1",
};

const denied: AuditEvent = {
  type: "authentication.failed",
  at: 5,
  requestId: "request-2",
  route: "GET /me",
  subjects: ["account-9"],
  schemes: ["bearer"],
  reason: "expired",
  dependency: "currentUser",
};

/** A table that writes when it is told to. */
function open(t: TestContext, db: Database, options: TableAuditOptions = {}): TableAudit {
  const table = tableAudit(db, { intervalMs: never, rowsPerMinute: 100_000, ...options });
  t.after(() => table.close());
  return table;
}

async function stored(db: Database): Promise<readonly string[]> {
  return (await db.run(listEvents({ limit: 100_000 }))).map(({ id }) => id).toReversed();
}

function ids(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `event-${from + index}`);
}

function onStandardError(t: TestContext): () => readonly string[] {
  const error = t.mock.method(console, "error", () => {});
  return () => error.mock.calls.map(({ arguments: [line] }) => String(line));
}

describeOnEach("tableAudit()", (database) => {
  test("writes the events of identity and of an API", async (t) => {
    const db = await database.open(t);
    const table = open(t, db);
    table.sink(failed(1, "account-1"));
    table.sink(denied);
    assert.deepEqual(await stored(db), []);
    await table.flush();
    const [ofApi, ofIdentity] = await db.run(listEvents({ limit: 10 }));
    assert.deepEqual(ofIdentity, {
      id: "event-1",
      at: 1,
      type: "sign_in.failed",
      outcome: "failure",
      subject: "account-1",
      requestId: "request-1",
      details: { method: "password", reason: "wrong_password", subject: "account-1" },
    });
    assert.match(ofApi?.id ?? "", /^[\da-f-]{36}$/);
    assert.deepEqual(ofApi, {
      id: ofApi?.id,
      at: 5,
      type: "authentication.failed",
      outcome: "failure",
      subject: "account-9",
      requestId: "request-2",
      details: { route: "GET /me", subjects: ["account-9"], schemes: ["bearer"], reason: "expired", dependency: "currentUser" },
    });
  });

  test("writes the events of an API, with the name of the client's network", async (t) => {
    const db = await database.open(t);
    const key = generateIdentityKey();
    const table = open(t, db, { key });
    const nobody = authenticate({ token: httpBearer() }, () => undefined);
    const api = createApi({
      title: "A",
      version: "1",
      routes: [get("/me", { deps: { nobody }, response: unchecked("a test") }, () => ({}))],
      audit: table.sink,
    });
    const serve = serveFetch(api, { address: () => "192.0.2.1" });
    const answer = await serve(new Request("https://api.test/me", { headers: { authorization: "Bearer canary" } }));
    await table.flush();
    const events = await db.run(listEvents({ limit: 10 }));
    const network = networkName(identityKey(key).derive("audit-network"), "192.0.2.200");
    assert.equal(events[0]?.details["network"], network);
    assert.deepEqual(
      [answer.status, events.map(({ type, requestId }) => [type, requestId])],
      [401, [["authentication.failed", answer.headers.get("x-request-id")]]],
    );
    assert.doesNotMatch(JSON.stringify(events), /canary|192\.0/);
  });

  test("an event that was written with its change is not written twice", async (t) => {
    const db = await database.open(t);
    const table = open(t, db);
    const auditor = new Auditor(table.sink, () => 1);
    await auditor.recorded(db, {}, (record) => record({ type: "account.created", subject: "account-1" }));
    assert.equal((await stored(db)).length, 1);
    await table.flush();
    assert.deepEqual([(await stored(db)).length, table.dropped], [1, {}]);
  });

  test("writes many, in their order, while others flush", async (t) => {
    const db = await database.open(t);
    const table = open(t, db);
    for (let count = 0; count < 150; count += 1) table.sink(failed(count));
    const first = table.flush();
    for (let count = 150; count < 260; count += 1) table.sink(failed(count));
    await Promise.all([first, table.flush(), table.flush()]);
    assert.deepEqual(await stored(db), ids(0, 260));
  });

  test("writes by itself", async (t) => {
    const db = await database.open(t);
    const table = open(t, db, { intervalMs: 1 });
    table.sink(failed(1));
    while ((await stored(db)).length === 0) await later();
    assert.deepEqual(await stored(db), ["event-1"]);
  });

  test("close() writes the events that wait; later events are dropped and reported", async (t) => {
    const lines = onStandardError(t);
    const db = await database.open(t);
    const table = open(t, db);
    table.sink(failed(1));
    await table.close();
    assert.deepEqual([await stored(db), table.dropped], [["event-1"], {}]);
    table.sink(failed(2));
    table.sink(failed(3));
    assert.deepEqual(
      [table.dropped, lines()],
      [{ "sign_in.failed": 2 }, ["Audit events are being dropped: of the type sign_in.failed, at first"]],
    );
  });

  test("an event that the table refuses does not keep the others from being written", async (t) => {
    const lines = onStandardError(t);
    const db = await database.open(t);
    await db.run(all(oneForEachSubject));
    const table = open(t, db);
    const subjects = ["a", "b", "a", "c"];
    for (const [count, subject] of subjects.entries()) table.sink(failed(count, subject));
    await table.flush();
    assert.deepEqual(await stored(db), ["event-0", "event-1", "event-3"]);
    assert.deepEqual(table.dropped, { "sign_in.failed": 1 });
    assert.equal(lines().length, 1);
    assert.match(lines()[0] ?? "", /^An audit event of the type sign_in\.failed could not be written: \w+$/);
  });

  test("writes any subject that a foreign issuer names", async (t) => {
    const db = await database.open(t);
    const table = open(t, db);
    for (const subject of ["a\0b", "\ud800", "'; DROP TABLE identity_audit_events; --", "x".repeat(100_000)]) {
      table.sink({ ...denied, subjects: [subject] });
    }
    table.sink({ ...denied, subjects: [] });
    await table.flush();
    const events = await db.run(listEvents({ limit: 10 }));
    assert.deepEqual([events.length, table.dropped], [5, {}]);
    assert.ok(events.some(({ subject }) => subject === "a\uFFFDb"));
  });

  test("keeps at most maxWaiting events of a type, counts those that it drops, and reports it once (I-08)", async (t) => {
    const lines = onStandardError(t);
    const db = await database.open(t);
    const table = open(t, db, { maxWaiting: 10 });
    for (let count = 0; count < 1000; count += 1) table.sink(failed(count));
    assert.deepEqual(table.dropped, { "sign_in.failed": 990 });
    assert.deepEqual(lines(), ["Audit events are being dropped: of the type sign_in.failed, at first"]);
    // The control: another type has room of its own.
    for (let count = 0; count < 10; count += 1) table.sink({ ...reused, id: `reused-${count}` });
    assert.deepEqual(table.dropped, { "sign_in.failed": 990 });
    await table.flush();
    assert.deepEqual(
      (await stored(db)).filter((id) => id.startsWith("event")),
      ids(0, 10),
    );
    assert.equal((await stored(db)).length, 20);
    assert.deepEqual(lines().slice(1), ["Audit events are written again; dropped so far: 990 sign_in.failed"]);
    table.sink(failed(1000));
    await table.flush();
    assert.deepEqual([(await stored(db)).length, table.dropped, lines().length], [21, { "sign_in.failed": 990 }, 2]);
  });
});

test("tableAudit() refuses numbers that would set no limit, and a key that is not random", () => {
  const db = openSqlite(":memory:");
  for (const options of [{ rowsPerMinute: Number.NaN }, { maxWaiting: 0.5 }, { rowsPerMinute: 0 }, { key: new Redacted("a") }])
    assert.throws(() => tableAudit(db, options), WrongIdentityOption);
  // The control.
  tableAudit(db, { rowsPerMinute: 1, maxWaiting: 1, key: generateIdentityKey() });
});

/** A database, and how to take it away and give it back. */
interface Outage {
  readonly db: Database;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Another process holds the file. */
async function sqliteOutage(t: TestContext): Promise<Outage> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-audit-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "audit.db");
  const db = openSqlite(path, { busyTimeoutMs: 1 });
  const other = openSqlite(path);
  t.after(() => Promise.all([db.close(), other.close()]));
  await migrate(db, identitySchema);
  return {
    db,
    begin: async () => void (await other.run(all(sql("BEGIN IMMEDIATE")))),
    end: async () => void (await other.run(all(sql("ROLLBACK")))),
  };
}

/** The network is cut. */
async function postgresOutage(t: TestContext): Promise<Outage> {
  const line = await openLine(t, await newPostgresUrl(t));
  const db = openPostgres(line.url, patientTimes);
  t.after(() => db.close());
  await migrate(db, identitySchema);
  return { db, begin: async () => line.refuse(), end: async () => line.heal() };
}

describe("tableAudit() while the database is away", () => {
  for (const [kind, outage] of [
    ["sqlite", sqliteOutage],
    ["postgres", postgresOutage],
  ] as const) {
    test(`keeps new events, requests do not wait, and they are written when the database is back (${kind}) (I-08)`, async (t) => {
      const { db, begin, end } = await outage(t);
      const table = open(t, db);
      table.sink(failed(0));
      await table.flush();
      await begin();
      for (let count = 1; count < 250; count += 1) table.sink(failed(count));
      await assert.rejects(table.flush(), Unavailable);
      await assert.rejects(table.flush(), Unavailable);
      await end();
      await table.flush();
      assert.deepEqual(await stored(db), ids(0, 250));
      assert.deepEqual(table.dropped, {});
    });

    test(`close() says how many events could not be written (${kind})`, async (t) => {
      const lines = onStandardError(t);
      const { db, begin, end } = await outage(t);
      const table = tableAudit(db, { intervalMs: never });
      await begin();
      for (let count = 0; count < 3; count += 1) table.sink(failed(count));
      await table.close();
      await end();
      assert.deepEqual(lines(), ["3 audit events could not be written"]);
    });
  }
});
