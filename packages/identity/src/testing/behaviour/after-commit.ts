/** Facts about the work that follows a transaction: it sees the transaction, and is over before the transaction resolves. */
import assert from "node:assert/strict";
import type { Database } from "../../store/database.ts";
import { numberOf } from "../../store/row.ts";
import { afterCommit, all, first, sql, type Work } from "../../store/statement.ts";
import { behaviour, type Behaviour, contenders, each, race, slow } from "../behaviour.ts";

const make = sql("CREATE TABLE parcels (id TEXT PRIMARY KEY, batch BIGINT)");
const makeBatches = sql("CREATE TABLE batches (number BIGINT PRIMARY KEY)");
const insert = sql("INSERT INTO parcels (id) VALUES (:id)");
const startBatch = sql("INSERT INTO batches (number) SELECT COUNT(*) + 1 FROM batches RETURNING number");
const pack = sql("UPDATE parcels SET batch = :batch WHERE batch IS NULL");
const counts = sql(`
  SELECT COUNT(*) AS parcels, COUNT(batch) AS packed, COUNT(DISTINCT batch) AS used, (SELECT COUNT(*) FROM batches) AS batches
  FROM parcels`);
const batchOf = sql("SELECT batch FROM parcels WHERE id = :id AND batch IS NOT NULL");
const none = sql("SELECT * FROM nothing_of_this_name");

function* packAll(): Work<void> {
  const row = yield* first(startBatch);
  yield* all(pack, { batch: numberOf(row ?? {}, "number") });
}

function* fails(): Work<void> {
  yield* all(none);
}

function* put(id: string, ...later: readonly (() => Work<unknown>)[]): Work<void> {
  yield* all(insert, { id });
  for (const work of later) yield* afterCommit(work);
}

function countsOf(database: Database): Promise<Readonly<Record<string, number>>> {
  return database.run(first(counts)).then((row) => {
    const names = ["parcels", "packed", "used", "batches"];
    return Object.fromEntries(names.map((name) => [name, numberOf(row ?? {}, name)]));
  });
}

/** Facts about the work that follows a transaction. */
export const afterCommitBehaviours: readonly Behaviour[] = [
  behaviour("work that follows a transaction is over when the transaction resolves, and happens once", async (database) => {
    await database.run(each(make, makeBatches));
    await database.transaction(() => put("a", packAll, packAll));
    assert.deepEqual(await countsOf(database), { parcels: 1, packed: 1, used: 1, batches: 1 });
    await database.run(put("b", packAll));
    assert.deepEqual(await countsOf(database), { parcels: 2, packed: 2, used: 2, batches: 2 });
  }),
  behaviour("each of fifty transactions finds its own work done when it resolves", async (database) => {
    await database.run(each(make, makeBatches));
    const slowDatabase = slow(database);
    await race(async (index) => {
      await slowDatabase.transaction(() => put(`${index}`, packAll));
      assert.ok((await database.run(first(batchOf, { id: `${index}` }))) !== undefined);
    });
    const { parcels, packed } = await countsOf(database);
    assert.deepEqual([parcels, packed], [contenders, contenders]);
  }),
  behaviour("nothing follows a transaction that failed", async (database) => {
    await database.run(each(make, makeBatches));
    const failing = database.transaction(function* () {
      yield* put("a", packAll);
      throw new Error("refused");
    });
    await assert.rejects(failing, { message: "refused" });
    assert.deepEqual(await countsOf(database), { parcels: 0, packed: 0, used: 0, batches: 0 });
  }),
  behaviour(
    "if the work that follows fails, there is never half of it, and later transactions are not affected",
    async (database) => {
      await database.run(each(make, makeBatches));
      const outcome = await Promise.allSettled([
        database.transaction(() =>
          put("a", function* () {
            yield* packAll();
            yield* fails();
          }),
        ),
      ]);
      // Where it is a transaction of its own, the first one is committed. Otherwise it is undone with it.
      const parcels = outcome[0].status === "fulfilled" ? 1 : 0;
      assert.deepEqual(await countsOf(database), { parcels, packed: 0, used: 0, batches: 0 });
      await database.transaction(() => put("b", packAll));
      assert.deepEqual(await countsOf(database), { parcels: parcels + 1, packed: parcels + 1, used: 1, batches: 1 });
    },
  ),
];
