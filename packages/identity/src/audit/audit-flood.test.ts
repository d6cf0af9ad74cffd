import assert from "node:assert/strict";
import { test } from "node:test";
import { generateIdentityKey } from "../secret/identity-key.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { absent, bound, countOf, denied, Minutes, sum } from "./audit-flood.fixture.ts";
import { listEvents } from "./audit-log.ts";
import { Auditor } from "./auditor.ts";
import type { IdentityEvent } from "./event.ts";
import { minuteMs, mostOfSubject } from "./event-tally.ts";
import { tableAudit } from "./table-audit.ts";

describeOnEach("a flood of events", (database) => {
  test("every type has limits of its own, so a flood of one hides no other (D-21)", async (t) => {
    t.mock.method(console, "error", () => {});
    const minutes = new Minutes(t, await database.open(t), { maxWaiting: 200 });
    const about = { id: "rare", at: 5, outcome: "failure", requestId: "request-2" } as const;
    const rare: readonly (readonly [IdentityEvent, string])[] = [
      [{ ...about, type: "refresh.reuse", subject: "account-1", session: "session-1" }, "refresh.reuse"],
      [{ ...about, id: "rare-2", type: "client.refused", reason: "wrong secret" }, "client.refused"],
    ];
    for (let count = 0; count < 2_000; count += 1) {
      minutes.table.sink(absent(count, `GET /${count}`), { address: `10.0.${count % 250}.1` });
      minutes.table.sink(denied(count, `account-${count}`), { address: undefined });
    }
    for (const [event] of rare) minutes.table.sink(event, { address: "192.0.2.1" });
    const rows = await minutes.rows();
    for (const [{ id }, type] of rare) assert.equal(rows.find((row) => row.id === id)?.type, type);
    assert.deepEqual(Object.keys(minutes.table.dropped), ["authorization.denied"]);
    assert.equal(sum(rows) + (minutes.table.dropped["authorization.denied"] ?? 0), 4_002);
  });
});

describeOnEach("events about a subject", (database) => {
  test("each get a row up to 60 a minute about one subject, and further ones are counted", async (t) => {
    const minutes = new Minutes(t, await database.open(t));
    for (let count = 0; count < 1000; count += 1) minutes.table.sink(denied(count, "account-1"), { address: "192.0.2.1" });
    // The control: another subject is not affected.
    minutes.table.sink(denied(1000, "account-2"), { address: "192.0.2.1" });
    const rows = await minutes.rows();
    const counted = rows.filter(({ details }) => details["count"] !== undefined);
    assert.deepEqual([rows.length, sum(rows)], [mostOfSubject + 2, 1001]);
    assert.deepEqual(
      counted.map(({ subject, details }) => [subject, details["count"], details["network"]]),
      [["account-1", 940, undefined]],
    );
    minutes.now += minuteMs;
    minutes.table.sink(denied(1001, "account-1"), { address: "192.0.2.1" });
    assert.equal((await minutes.rows()).length, mostOfSubject + 3);
  });

  test("each get a row up to rowsPerMinute of one type, for all subjects together", async (t) => {
    const minutes = new Minutes(t, await database.open(t), { rowsPerMinute: 50 });
    for (let count = 0; count < 1000; count += 1) minutes.table.sink(denied(count, `account-${count}`));
    const rows = await minutes.rows();
    assert.deepEqual([rows.length, sum(rows)], [50 + bound(1), 1000]);
  });

  test("always get a row if they were recorded with their change, at any rate", async (t) => {
    const db = await database.open(t);
    const elsewhere = new Minutes(t, db, { rowsPerMinute: 1 });
    // The change is in a database of its own, so these rows come from the sink.
    const own = await database.open(t);
    const auditor = new Auditor(elsewhere.table.sink, () => 1);
    await auditor.recorded(own, {}, function* (record) {
      for (let count = 0; count < 500; count += 1) yield* record({ type: "password.set", subject: "account-1" });
    });
    // The control: the same event without a change is counted.
    for (let count = 0; count < 500; count += 1) auditor.report({ type: "password.set", subject: "account-1" });
    const rows = await elsewhere.rows();
    assert.deepEqual([rows.length, sum(rows)], [502, 1000]);
  });
});

describeOnEach("counted events", (database) => {
  test("are told apart by network and route, under one name in every process with the same key", async (t) => {
    const db = await database.open(t);
    const key = generateIdentityKey();
    const [one, other] = [new Minutes(t, db, { key }), new Minutes(t, db, { key })];
    one.table.sink(absent(1), { address: "192.0.2.1" });
    one.table.sink(absent(2), { address: "192.0.2.2" });
    one.table.sink(absent(3), { address: "198.51.100.1" });
    one.table.sink(absent(4, "GET /notes"), { address: "192.0.2.1" });
    other.table.sink(absent(5), { address: "192.0.2.3" });
    one.table.sink(absent(6));
    await other.table.flush();
    const rows = await one.rows();
    const [first, second, third, fourth, fifth] = rows.map(({ details }) => details["network"]);
    assert.deepEqual(
      rows.map((row) => [row.at, countOf(row)]),
      [
        [1, 2],
        [3, 1],
        [4, 1],
        [5, 1],
        [6, 1],
      ],
    );
    assert.deepEqual([third, fourth, fifth], [first, first, "unknown"]);
    assert.notEqual(first, second);
  });

  test("are written when the minute is over, without another event", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const db = await database.open(t);
    const table = tableAudit(db, { intervalMs: 1 });
    table.sink(absent(1), { address: "192.0.2.1" });
    t.mock.timers.tick(minuteMs - 1);
    assert.deepEqual(await db.run(listEvents({ limit: 10 })), []);
    t.mock.timers.tick(1);
    t.mock.timers.tick(1);
    // Joins the flush that the timer began.
    await table.close();
    assert.equal((await db.run(listEvents({ limit: 10 }))).length, 1);
  });
});
