import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { absent, bound, Minutes, sum } from "./audit-flood.fixture.ts";
import { minuteMs } from "./event-tally.ts";

describeOnEach("a flood of events", (database) => {
  test("100,000 anonymous requests to one route from one network are one row for each minute (D-21)", async (t) => {
    const minutes = new Minutes(t, await database.open(t));
    for (let count = 0; count < 100_000; count += 1) {
      if (count === 50_000) minutes.now += minuteMs;
      minutes.table.sink(absent(count), { address: `192.0.2.${count % 256}` });
    }
    const rows = await minutes.rows();
    assert.deepEqual(
      rows.map(({ at, type, outcome, subject, requestId, details: { count, lastAt, route } }) => [
        [at, type, outcome, subject, requestId],
        [count, lastAt, route],
      ]),
      [0, 50_000].map((at) => [
        [at, "authentication.absent", "failure", undefined, `request-${at}`],
        [50_000, at + 49_999, "GET /me"],
      ]),
    );
    assert.doesNotMatch(JSON.stringify(rows), /192\.0/);
  });

  test("100,000 anonymous requests to many routes from many networks are at most 101 rows of a type in a minute (D-21)", async (t) => {
    const minutes = new Minutes(t, await database.open(t));
    for (let count = 0; count < 100_000; count += 1) {
      const address = `${count % 200}.${Math.floor(count / 200) % 200}.1.1`;
      minutes.table.sink(absent(count, `GET /${count % 7}`), { address });
    }
    const rows = await minutes.rows();
    assert.equal(bound(1), 101);
    assert.deepEqual([rows.length, sum(rows)], [101, 100_000]);
    const others = rows.filter(({ details }) => details["others"] === true);
    assert.deepEqual(
      others.map(({ details, requestId }) => [details, requestId]),
      [[{ others: true, count: 99_900, lastAt: 99_999 }, undefined]],
    );
  });

  test("a flood that lasts an hour adds at most 750 rows of a type, and 11 a minute from then on (D-21)", async (t) => {
    const minutes = new Minutes(t, await database.open(t));
    for (let minute = 0; minute < 60; minute += 1, minutes.now += minuteMs)
      for (let count = 0; count < 1000; count += 1)
        minutes.table.sink(absent(minute), { address: `10.${minute}.${count % 250}.1` });
    const rows = await minutes.rows();
    assert.equal(bound(60), 750);
    assert.deepEqual([rows.length, sum(rows)], [bound(60), 60_000]);
  });
});
