/** Facts about notifications: they are sent after the commit, in order, and only then. */
import assert from "node:assert/strict";
import type { Database } from "../../store/database.ts";
import { numberOf } from "../../store/row.ts";
import { all, first, lock, notify, sql, type Work } from "../../store/statement.ts";
import { behaviour, type Behaviour, contenders, each, race, slow, until } from "../behaviour.ts";

const make = sql("CREATE TABLE counters (id TEXT PRIMARY KEY, number BIGINT NOT NULL)");
const insert = sql("INSERT INTO counters (id, number) VALUES ('c', 0)");
const next = sql("UPDATE counters SET number = number + 1 WHERE id = 'c' RETURNING number");
const current = sql("SELECT number FROM counters WHERE id = 'c'");

function* count(channel: string): Work<number> {
  const number = numberOf((yield* first(next)) ?? {}, "number");
  yield* notify(channel, `${number}`);
  return number;
}

/** Facts about notifications. */
export const notificationBehaviours: readonly Behaviour[] = [
  behaviour("a listener hears the notifications of its channel in order, and none of other channels", async (database) => {
    const heard = await hear(database, "letters");
    for (const payload of ["a", "", "b'; --", "é👩‍👧", "x".repeat(7999)])
      await database.transaction(() => notify("letters", payload));
    await database.run(notify("others", "z"));
    await database.run(notify("letters", "end"));
    await until(() => heard.includes("end"));
    assert.deepEqual(heard, ["a", "", "b'; --", "é👩‍👧", "x".repeat(7999), "end"]);
  }),
  behaviour("a notification is sent after the commit, so its listener sees the change", async (database) => {
    await database.run(each(make, insert));
    const seen: Promise<boolean>[] = [];
    await database.listen("counted", {
      notified: (payload) => {
        seen.push(database.run(first(current)).then((row) => numberOf(row ?? {}, "number") >= Number(payload)));
      },
      reconnected: () => {},
    });
    const slowDatabase = slow(database);
    await race(() => slowDatabase.transaction(() => count("counted")));
    await until(() => seen.length === contenders);
    assert.ok((await Promise.all(seen)).every(Boolean));
  }),
  behaviour("notifications of transactions that wait for each other are heard in the order of their commits", async (database) => {
    await database.run(each(make, insert));
    const heard = await hear(database, "counted");
    const slowDatabase = slow(database);
    await race(() =>
      slowDatabase.transaction(function* () {
        yield* lock("counters");
        return yield* count("counted");
      }),
    );
    await until(() => heard.length === contenders);
    assert.deepEqual(
      heard,
      Array.from({ length: contenders }, (_, index) => `${index + 1}`),
    );
  }),
  behaviour("a transaction that fails sends no notification", async (database) => {
    const heard = await hear(database, "letters");
    const failing = function* (): Work<void> {
      yield* notify("letters", "never");
      throw new Error("refused");
    };
    await assert.rejects(database.transaction(failing), /refused/);
    await assert.rejects(
      database.transaction(function* () {
        yield* notify("letters", "never");
        yield* all(sql("SELECT * FROM nothing_of_this_name"));
      }),
    );
    await database.run(notify("letters", "end"));
    await until(() => heard.includes("end"));
    assert.deepEqual(heard, ["end"]);
  }),
  behaviour("the same notification twice in a transaction is heard once, and again for the next transaction", async (database) => {
    const heard = await hear(database, "letters");
    const twice = function* (): Work<void> {
      for (const payload of ["a", "b", "a"]) yield* notify("letters", payload);
    };
    await database.transaction(twice);
    await database.transaction(twice);
    await until(() => heard.length >= 4);
    assert.deepEqual(heard, ["a", "b", "a", "b"]);
  }),
  behaviour("two listeners hear the same, and a closed one hears nothing more", async (database) => {
    const [one, other] = [await hear(database, "letters"), [] as string[]];
    const listening = await database.listen("letters", { notified: (payload) => other.push(payload), reconnected: () => {} });
    await database.run(notify("letters", "a"));
    await until(() => one.length === 1 && other.length === 1);
    await listening.close();
    await database.run(notify("letters", "b"));
    // Notifications come in order: after "c", nothing of "b" is on its way.
    await database.run(notify("letters", "c"));
    await until(() => one.length === 3);
    assert.deepEqual(other, ["a"]);
    await listening.close();
  }),
  behaviour("a channel with a malformed name, and a payload that is too long or malformed, are refused", async (database) => {
    for (const channel of ["", "A", "1", "a-b", "a b", 'a"; LISTEN b', "a".repeat(64)]) {
      await assert.rejects(database.run(notify(channel, "")), TypeError, channel);
    }
    for (const payload of ["x".repeat(8000), "é".repeat(4000), "\0", "\ud800"]) {
      await assert.rejects(
        database.transaction(() => notify("letters", payload)),
        TypeError,
      );
    }
  }),
];

async function hear(database: Database, channel: string): Promise<string[]> {
  const heard: string[] = [];
  await database.listen(channel, { notified: (payload) => heard.push(payload), reconnected: () => {} });
  return heard;
}
