/** Facts about single use: of many callers at the same time one succeeds, however slow the database is. */
import assert from "node:assert/strict";
import type { Database } from "../../store/database.ts";
import { numberOf } from "../../store/row.ts";
import { all, first, type Parameters, sql, type Statement } from "../../store/statement.ts";
import { behaviour, type Behaviour, behaviourOfTwo, each, race, slow } from "../behaviour.ts";

const make = sql("CREATE TABLE tickets (id TEXT PRIMARY KEY, spent_by TEXT, expires_at BIGINT NOT NULL)");
const insert = sql("INSERT INTO tickets (id, spent_by, expires_at) VALUES (:id, NULL, 1000)");
const spendByUpdate = sql(
  "UPDATE tickets SET spent_by = :by WHERE id = :id AND spent_by IS NULL AND expires_at > :now RETURNING id",
);
const spendByDelete = sql("DELETE FROM tickets WHERE id = :id AND expires_at > :now RETURNING id");
const spendByInsert = sql(
  "INSERT INTO tickets (id, spent_by, expires_at) VALUES (:id, :by, :now) ON CONFLICT DO NOTHING RETURNING id",
);
const find = sql("SELECT id, spent_by FROM tickets WHERE id = :id");
const overwrite = sql("UPDATE tickets SET spent_by = :by WHERE id = :id");
const count = sql("SELECT COUNT(*) AS count FROM tickets");
const swap = sql("UPDATE tickets SET spent_by = :next WHERE id = 't' AND spent_by = :by RETURNING id");

/** Facts about spending something once. */
export const spendBehaviours: readonly Behaviour[] = [
  behaviour("one of fifty who spend by UPDATE wins, in a transaction and without one", async (database) => {
    await expectOneWinner(database, spendByUpdate, (index) => ({ by: `b${index}` }));
  }),
  behaviour("one of fifty who spend by DELETE wins", async (database) => {
    await expectOneWinner(database, spendByDelete, () => ({}));
  }),
  behaviour("one of fifty who spend by INSERT wins", async (database) => {
    await database.run(each(make));
    const slowDatabase = slow(database);
    for (const id of ["a", "b"]) {
      const won = await race((index) => {
        const parameters = { id, by: `b${index}`, now: 0 };
        return id === "a"
          ? slowDatabase.transaction(() => first(spendByInsert, parameters))
          : slowDatabase.run(first(spendByInsert, parameters));
      });
      assert.equal(winners(won), 1);
    }
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 2);
  }),
  behaviour("the control: if the work reads before it writes, several win under the same delays", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "t" }));
    const slowDatabase = slow(database);
    const won = await race(async (index) => {
      const row = await slowDatabase.run(first(find, { id: "t" }));
      if (row?.["spent_by"] !== null) return undefined;
      await slowDatabase.run(all(overwrite, { id: "t", by: `b${index}` }));
      return row;
    });
    assert.ok(winners(won) > 1, `${winners(won)} won`);
  }),
  behaviour("the winner's other changes happen once, and the spending lasts only if all of them happen", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "t" }));
    const slowDatabase = slow(database);
    const attempts = await race((index) =>
      slowDatabase
        .transaction(function* () {
          const row = yield* first(spendByUpdate, { id: "t", by: `b${index}`, now: 0 });
          if (row === undefined) return "late";
          yield* all(insert, { id: `made by ${index}` });
          if (index % 2 === 0) throw new Error("refused");
          return "won";
        })
        .catch(() => "failed"),
    );
    assert.equal(attempts.filter((each) => each === "won").length, 1, attempts.join(" "));
    assert.equal(numberOf((await database.run(first(count))) ?? {}, "count"), 2);
  }),
  behaviour("an expired item cannot be spent, and one that is about to expire can", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "t" }));
    assert.equal(await database.run(first(spendByUpdate, { id: "t", by: "late", now: 1001 })), undefined);
    assert.equal(await database.run(first(spendByUpdate, { id: "t", by: "late", now: 1000 })), undefined);
    assert.equal(await database.run(first(spendByDelete, { id: "t", now: 1000 })), undefined);
    assert.notEqual(await database.run(first(spendByUpdate, { id: "t", by: "in time", now: 999 })), undefined);
  }),
  behaviour("compare and swap: one of fifty who read the same state changes it", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "t" }));
    await database.run(all(overwrite, { id: "t", by: "s0" }));
    const slowDatabase = slow(database);
    for (const state of [0, 1, 2]) {
      const won = await race(() => slowDatabase.transaction(() => first(swap, { by: `s${state}`, next: `s${state + 1}` })));
      assert.equal(winners(won), 1);
    }
  }),
  behaviour("one of fifty gets a value of a unique column, and the others learn only that they came late", async (database) => {
    await database.run(each(sql("CREATE TABLE names (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE)")));
    const take = sql("INSERT INTO names (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING RETURNING id");
    const slowDatabase = slow(database);
    const won = await race((index) => slowDatabase.transaction(() => first(take, { id: `i${index}`, name: "one" })));
    assert.equal(winners(won), 1);
    assert.notEqual(await database.run(first(take, { id: "other", name: "One" })), undefined);
  }),
  behaviourOfTwo("one of fifty in two processes wins", async (one, other) => {
    await one.run(each(make));
    for (const spend of [spendByUpdate, spendByDelete]) {
      const id = spend.id;
      await one.run(all(insert, { id }));
      const won = await race((index) => {
        const database = slow(index % 2 === 0 ? one : other);
        const parameters = { id, now: 0, ...(spend === spendByUpdate ? { by: `b${index}` } : {}) };
        return database.transaction(() => first(spend, parameters));
      });
      assert.equal(winners(won), 1);
    }
  }),
];

async function expectOneWinner(database: Database, spend: Statement, more: (index: number) => Parameters): Promise<void> {
  await database.run(each(make));
  const slowDatabase = slow(database);
  for (const way of ["run", "transaction"] as const) {
    await database.run(all(insert, { id: way }));
    const won = await race((index) => {
      const parameters = { id: way, now: 0, ...more(index) };
      return way === "run" ? slowDatabase.run(first(spend, parameters)) : slowDatabase.transaction(() => first(spend, parameters));
    });
    assert.equal(winners(won), 1, way);
  }
}

function winners(won: readonly unknown[]): number {
  return won.filter((each) => each !== undefined).length;
}
