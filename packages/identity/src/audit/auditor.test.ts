import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { pino } from "pino";
import { pinoAudit, Unavailable } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { all, sql } from "../store/statement.ts";
import { listEvents } from "./audit-log.ts";
import { Auditor } from "./auditor.ts";
import type { IdentityAuditSink, IdentityEvent } from "./event.ts";

const makeThings = sql("CREATE TABLE things (name TEXT PRIMARY KEY)");
const insertThing = sql("INSERT INTO things (name) VALUES (:name)");
const things = sql("SELECT name FROM things ORDER BY name");
const dropEvents = sql("DROP TABLE identity_audit_events");
const collide = sql("DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''40001''; END'");

const created = { type: "account.created", subject: "account-1", by: "administrator-1" } as const;
const at = Date.UTC(2026, 0, 1);

interface Audited {
  readonly db: Database;
  readonly auditor: Auditor;
  readonly told: IdentityEvent[];
}

async function audited(db: Database): Promise<Audited> {
  await db.run(all(makeThings));
  const told: IdentityEvent[] = [];
  return {
    db,
    told,
    auditor: new Auditor(
      (event) => told.push(event),
      () => at,
    ),
  };
}

/** The change, and the types of the events in the table. */
async function written(db: Database): Promise<readonly [readonly unknown[], readonly string[]]> {
  const rows = await db.run(all(things));
  const events = await db.run(listEvents({ limit: 100 }));
  return [rows.map(({ name }) => name), events.map(({ type }) => type)];
}

/** The lines on standard error during a test. */
function onStandardError(t: TestContext): () => readonly string[] {
  const error = t.mock.method(console, "error", () => {});
  return () => error.mock.calls.map(({ arguments: [line] }) => String(line));
}

describeOnEach("recorded()", (database) => {
  test("writes the event with the change, and tells the sink after both (I-08)", async (t) => {
    const { db, auditor, told } = await audited(await database.open(t));
    const result = await auditor.recorded(db, { requestId: "request-1" }, function* (record) {
      yield* all(insertThing, { name: "a" });
      yield* record(created);
      assert.deepEqual(told, []);
      return "result";
    });
    assert.equal(result, "result");
    assert.deepEqual(await written(db), [["a"], ["account.created"]]);
    const [stored] = await db.run(listEvents({ limit: 1 }));
    const id = stored?.id ?? "";
    assert.deepEqual(told, [{ id, at, outcome: "success", requestId: "request-1", ...created }]);
    assert.deepEqual(stored, {
      id,
      at,
      type: "account.created",
      outcome: "success",
      subject: "account-1",
      requestId: "request-1",
      details: { subject: "account-1", by: "administrator-1" },
    });
  });

  test("a change whose event cannot be written does not happen, and is not reported (I-08)", async (t) => {
    const { db, auditor, told } = await audited(await database.open(t));
    await db.run(all(dropEvents));
    const change = auditor.recorded(db, {}, function* (record) {
      yield* all(insertThing, { name: "a" });
      yield* record(created);
    });
    await assert.rejects(change);
    assert.deepEqual([await db.run(all(things)), told], [[], []]);
  });

  test("a change that fails after its event leaves neither", async (t) => {
    const { db, auditor, told } = await audited(await database.open(t));
    const change = auditor.recorded(db, {}, function* (record) {
      yield* record(created);
      yield* all(insertThing, { name: "a" });
      throw new RangeError("no");
    });
    await assert.rejects(change, RangeError);
    assert.deepEqual([await written(db), told], [[[], []], []]);
  });

  test("a sink that throws changes nothing, and only the event's type is reported (I-08)", async (t) => {
    const lines = onStandardError(t);
    const { db } = await audited(await database.open(t));
    const auditor = new Auditor(
      () => {
        throw new RangeError("canary");
      },
      () => at,
    );
    await auditor.recorded(db, {}, function* (record) {
      yield* all(insertThing, { name: "a" });
      yield* record(created);
      yield* record({ type: "password.set", subject: "account-1" });
    });
    auditor.report({ type: "revocation.everything", sessions: 0, apiKeys: 0, links: 0 });
    assert.deepEqual(await written(db).then(([names, types]) => [names, types.toSorted()]), [
      ["a"],
      ["account.created", "password.set"],
    ]);
    assert.deepEqual(
      lines(),
      ["account.created", "password.set", "revocation.everything"].map((type) => `The audit sink failed on ${type}: RangeError`),
    );
  });

  test("a transaction that is tried again reports once", async (t) => {
    const { db, auditor, told } = await audited(await database.open(t));
    let tries = 0;
    await auditor.recorded(db, {}, function* (record) {
      tries += 1;
      yield* all(insertThing, { name: "a" });
      yield* record(created);
      if (database.kind === "postgres" && tries < 3) yield* all(collide);
    });
    assert.equal(tries, database.kind === "postgres" ? 3 : 1);
    assert.deepEqual(await written(db), [["a"], ["account.created"]]);
    assert.equal(told.length, 1);
  });

  test("while the database is away nothing happens and nothing is reported", async (t) => {
    const { db, auditor, told } = await audited(await database.open(t));
    await db.close();
    await assert.rejects(
      auditor.recorded(db, {}, function* (record) {
        yield* record(created);
      }),
      Unavailable,
    );
    assert.deepEqual(told, []);
  });
});

test("report() calls the sink only; every event has an id of its own", async () => {
  const { db, auditor, told } = await audited(openSqlite(":memory:"));
  auditor.report(
    { type: "sign_in.failed", method: "password", reason: "wrong_password", subject: "account-1" },
    { requestId: "request-1" },
  );
  auditor.report({ type: "sign_in.failed", method: "password", reason: "unknown_account" });
  assert.deepEqual(
    told.map(({ id: _id, ...event }) => event),
    [
      {
        at,
        outcome: "failure",
        requestId: "request-1",
        type: "sign_in.failed",
        method: "password",
        reason: "wrong_password",
        subject: "account-1",
      },
      { at, outcome: "failure", type: "sign_in.failed", method: "password", reason: "unknown_account" },
    ],
  );
  assert.notEqual(told[0]?.id, told[1]?.id);
  await db.close();
});

test("pinoAudit takes the events as they are: successes as info, failures as warnings", () => {
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const sink: IdentityAuditSink = pinoAudit(logger);
  const auditor = new Auditor(sink, () => at);
  auditor.report(created, { requestId: "request-1" });
  auditor.report({ type: "refresh.reuse", subject: "account-1", session: "session-1" });
  const logged = lines.map((line) => JSON.parse(line) as { level: number; msg: string; audit: IdentityEvent });
  assert.deepEqual(
    logged.map(({ level, msg }) => [level, msg]),
    [
      [30, "account.created"],
      [40, "refresh.reuse"],
    ],
  );
  assert.deepEqual(
    logged.map(({ audit }) => [audit.at, audit.outcome, audit.requestId]),
    [
      [at, "success", "request-1"],
      [at, "failure", undefined],
    ],
  );
});
