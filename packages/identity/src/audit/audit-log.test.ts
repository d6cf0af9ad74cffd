import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { type EventQuery, listEvents } from "./audit-log.ts";
import { saveStoredEvent, type StoredEvent } from "./stored-event.ts";

/** 30 events, of which three happened at a time: of three subjects and of two types. */
const events: readonly StoredEvent[] = Array.from({ length: 30 }, (_, count) => ({
  id: `event-${String(count).padStart(2, "0")}`,
  at: 1000 + Math.floor(count / 3),
  type: count % 2 === 0 ? "account.created" : "sign_in.failed",
  outcome: count % 2 === 0 ? "success" : "failure",
  subject: count % 3 === 0 ? undefined : `account-${count % 3}`,
  requestId: undefined,
  details: { count, text: "a \u0000 \u{1F600} ' \" \\ \ud800 b" },
}));
const newestFirst = events.toReversed();

async function filled(db: Database): Promise<Database> {
  await db.transaction(function* () {
    for (const event of events) yield* saveStoredEvent(event);
  });
  return db;
}

async function list(db: Database, query: EventQuery): Promise<readonly string[]> {
  return (await db.run(listEvents(query))).map(({ id }) => id);
}

function ids(some: readonly StoredEvent[]): readonly string[] {
  return some.map(({ id }) => id);
}

describeOnEach("the log of events", (database) => {
  test("is read newest first, whole, as it was written", async (t) => {
    const db = await filled(await database.open(t));
    assert.deepEqual(await db.run(listEvents({ limit: 100 })), newestFirst);
  });

  test("is read page by page, also if several events happened at once", async (t) => {
    const db = await filled(await database.open(t));
    for (const limit of [1, 2, 7, 30]) {
      const read: StoredEvent[] = [];
      for (
        let page = await db.run(listEvents({ limit }));
        page.length > 0;
        page = await db.run(listEvents({ limit, before: page.at(-1) }))
      ) {
        assert.ok(page.length <= limit);
        read.push(...page);
      }
      assert.deepEqual(ids(read), ids(newestFirst));
    }
  });

  test("is read by time, subject and type, alone or together", async (t) => {
    const db = await filled(await database.open(t));
    const limit = 100;
    assert.deepEqual(await list(db, { limit, since: 1005 }), ids(newestFirst.filter(({ at }) => at >= 1005)));
    assert.deepEqual(
      await list(db, { limit, subject: "account-2" }),
      ids(newestFirst.filter(({ subject }) => subject === "account-2")),
    );
    assert.deepEqual(
      await list(db, { limit, type: "account.created" }),
      ids(newestFirst.filter(({ type }) => type === "account.created")),
    );
    assert.deepEqual(
      await list(db, { limit: 2, subject: "account-1", type: "sign_in.failed", since: 1003 }),
      ids(newestFirst.filter(({ at, subject, type }) => at >= 1003 && subject === "account-1" && type === "sign_in.failed")).slice(
        0,
        2,
      ),
    );
    for (const subject of ["nobody", "", "' OR 1=1 --", "account-%", "\0", "\ud800", "x".repeat(100_000)])
      assert.deepEqual(await list(db, { limit, subject }), []);
    assert.deepEqual(await list(db, { limit, type: "' OR '1'='1" }), []);
  });

  test("an event is written once, however often", async (t) => {
    const db = await filled(await filled(await database.open(t)));
    assert.equal((await list(db, { limit: 100 })).length, 30);
  });
});
