/** Facts about transactions: all of one happens or nothing, and others see nothing in between. */
import assert from "node:assert/strict";
import { numberOf } from "../../store/row.ts";
import { all, first, lock, sql, type Work } from "../../store/statement.ts";
import { behaviour, type Behaviour, behaviourOfTwo, contenders, each, race, slow } from "../behaviour.ts";

const make = sql("CREATE TABLE purses (id TEXT PRIMARY KEY, amount BIGINT NOT NULL CHECK (amount >= 0))");
const insert = sql("INSERT INTO purses (id, amount) VALUES (:id, :amount)");
const add = sql("UPDATE purses SET amount = amount + :more WHERE id = :id RETURNING amount");
const total = sql("SELECT COALESCE(SUM(amount), 0) AS total FROM purses");
const amountOf = sql("SELECT amount FROM purses WHERE id = :id");
const set = sql("UPDATE purses SET amount = :amount WHERE id = :id");
const none = sql("SELECT * FROM nothing_of_this_name");

function* move(from: string, to: string, amount: number): Work<void> {
  yield* all(add, { id: from, more: -amount });
  yield* all(add, { id: to, more: amount });
}

function* totalOf(): Work<number> {
  return numberOf((yield* first(total)) ?? {}, "total");
}

function* fill(): Work<void> {
  yield* each(make);
  for (const id of ["a", "b"]) yield* all(insert, { id, amount: 100 });
}

/** Adds by reading and then writing, which is correct only under a lock. */
function* addByReading(id: string): Work<void> {
  const amount = numberOf((yield* first(amountOf, { id })) ?? {}, "amount");
  yield* all(set, { id, amount: amount + 1 });
}

/** Facts about transactions. */
export const transactionBehaviours: readonly Behaviour[] = [
  behaviour("a transaction returns the result of its work, and all its changes have happened", async (database) => {
    const result = await database.transaction(function* () {
      yield* fill();
      yield* move("a", "b", 30);
      return yield* first(amountOf, { id: "b" });
    });
    assert.equal(numberOf(result ?? {}, "amount"), 130);
    assert.equal(await database.run(totalOf()), 200);
  }),
  behaviour("if the work throws, at any step, nothing has happened", async (database) => {
    await database.transaction(fill);
    const refusal = new Error("refused");
    const works: (() => Work<void>)[] = [
      function* () {
        yield* all(add, { id: "a", more: 1 });
        throw refusal;
      },
      function* () {
        yield* move("a", "b", 1);
        yield* all(insert, { id: "c", amount: 5 });
        throw refusal;
      },
      () => {
        throw refusal;
      },
    ];
    for (const work of works) await assert.rejects(database.transaction(work), refusal);
    assert.equal(await database.run(totalOf()), 200);
  }),
  behaviour("if a statement fails, nothing has happened, and the next transaction is a new one", async (database) => {
    await database.transaction(fill);
    await assert.rejects(database.transaction(() => move("b", "c", 101)));
    await assert.rejects(
      database.transaction(function* () {
        yield* all(insert, { id: "c", amount: 1 });
        yield* all(insert, { id: "a", amount: 1 });
      }),
    );
    await assert.rejects(
      database.transaction(function* () {
        yield* move("a", "b", 1);
        yield* all(none);
      }),
    );
    assert.equal(await database.run(totalOf()), 200);
    await database.transaction(() => move("a", "b", 100));
    assert.equal(numberOf((await database.run(first(amountOf, { id: "b" }))) ?? {}, "amount"), 200);
  }),
  behaviour("outside a transaction each statement happens by itself", async (database) => {
    await database.run(fill());
    await assert.rejects(
      database.run(
        (function* () {
          yield* all(add, { id: "a", more: 1 });
          yield* all(none);
        })(),
      ),
    );
    assert.equal(await database.run(totalOf()), 201);
  }),
  behaviour("fifty transactions at once lose no changes", async (database) => {
    await database.transaction(fill);
    const slowDatabase = slow(database);
    await race((index) => slowDatabase.transaction(() => move("a", "b", index)).catch(() => {}));
    assert.equal(await database.run(totalOf()), 200);
    await race(() => slowDatabase.transaction(() => move("b", "a", 1)));
    assert.equal(await database.run(totalOf()), 200);
  }),
  behaviour("nobody sees the middle of another transaction", async (database) => {
    await database.transaction(fill);
    const totals = await race((index) =>
      index % 2 === 0
        ? slow(database)
            .transaction(() => move("a", "b", 1))
            .then(() => 200)
        : slow(database).run(totalOf()),
    );
    assert.deepEqual(new Set(totals), new Set([200]));
  }),
  behaviour("one transaction at a time has a lock; without it the same work loses changes", async (database) => {
    await database.transaction(fill);
    const slowDatabase = slow(database);
    await race(() =>
      slowDatabase.transaction(function* () {
        yield* lock("purse a");
        yield* addByReading("a");
      }),
    );
    assert.equal(numberOf((await database.run(first(amountOf, { id: "a" }))) ?? {}, "amount"), 100 + contenders);
    // The control: the same steps without a transaction.
    await race(async () => {
      const row = await slowDatabase.run(first(amountOf, { id: "b" }));
      await slowDatabase.run(all(set, { id: "b", amount: numberOf(row ?? {}, "amount") + 1 }));
    });
    assert.notEqual(numberOf((await database.run(first(amountOf, { id: "b" }))) ?? {}, "amount"), 100 + contenders);
  }),
  behaviour("a lock is free again after its transaction, however the transaction ended", async (database) => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await assert.rejects(
        database.transaction(function* () {
          yield* lock("taken");
          throw new Error("refused");
        }),
        /refused/,
      );
    }
    await database.transaction(() => lock("taken"));
    await database.transaction(() => lock("taken"));
  }),
  behaviour("a lock outside a transaction is refused, because it would lock nothing", async (database) => {
    await assert.rejects(database.run(lock("nothing")), TypeError);
  }),
  behaviourOfTwo("two processes lose none of each other's changes", async (one, other) => {
    await one.transaction(fill);
    await race((index) =>
      (index % 2 === 0 ? one : other).transaction(function* () {
        yield* lock("purse a");
        yield* addByReading("a");
      }),
    );
    assert.equal(numberOf((await other.run(first(amountOf, { id: "a" }))) ?? {}, "amount"), 100 + contenders);
  }),
];
