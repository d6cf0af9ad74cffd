/** Facts about restarting and closing. */
import assert from "node:assert/strict";
import { Unavailable } from "lockstep";
import { migrate, versionOf } from "../../store/migration.ts";
import { numberOf, textOf } from "../../store/row.ts";
import { identitySchema } from "../../store/schema.ts";
import { all, first, notify, sql } from "../../store/statement.ts";
import { behaviour, type Behaviour, behaviourOfTwo, each, race } from "../behaviour.ts";

const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY)");
const insert = sql("INSERT INTO things (id) VALUES (:id)");
const list = sql("SELECT id FROM things ORDER BY id");
const count = sql("SELECT COUNT(*) AS count FROM things");

/** Facts about opening and closing. */
export const lifetimeBehaviours: readonly Behaviour[] = [
  {
    name: "after a restart, every acknowledged change is there, and no other",
    needs: "reopen",
    check: async ({ database, reopen }) => {
      await database.run(each(make));
      await database.run(all(insert, { id: "alone" }));
      await database.transaction(() => all(insert, { id: "together" }));
      await assert.rejects(
        database.transaction(function* () {
          yield* all(insert, { id: "never" });
          throw new Error("refused");
        }),
        /refused/,
      );
      await database.close();
      const again = await reopen?.();
      const rows = (await again?.run(all(list))) ?? [];
      assert.deepEqual(
        rows.map((row) => textOf(row, "id")),
        ["alone", "together"],
      );
    },
  },
  {
    name: "a restarted process finds the schema up to date",
    needs: "reopen",
    check: async ({ database, reopen }) => {
      await migrate(database, identitySchema);
      await database.close();
      const again = await reopen?.();
      if (again === undefined) return;
      const told: unknown[] = [];
      await migrate(again, identitySchema, (step) => told.push(step));
      assert.deepEqual(told, []);
      assert.equal(await versionOf(again, identitySchema), identitySchema.migrations.length);
    },
  },
  behaviourOfTwo("a second process sees at once every change that the first has acknowledged", async (one, other) => {
    await one.run(each(make));
    for (let index = 0; index < 20; index += 1) {
      const [writer, reader] = index % 2 === 0 ? [one, other] : [other, one];
      await writer.run(all(insert, { id: `${index}` }));
      assert.equal(numberOf((await reader.run(first(count))) ?? {}, "count"), index + 1);
    }
  }),
  behaviourOfTwo("two processes that start together migrate once", async (one, other) => {
    const told: unknown[] = [];
    await Promise.all([one, other, one, other].map((each) => migrate(each, identitySchema, (step) => told.push(step))));
    assert.equal(told.length, identitySchema.migrations.length);
  }),
  behaviour("a closed database is unavailable, for every call", async (database) => {
    await database.run(each(make));
    await database.close();
    await assert.rejects(database.run(all(list)), Unavailable);
    await assert.rejects(
      database.transaction(() => all(insert, { id: "a" })),
      Unavailable,
    );
    await assert.rejects(database.run(notify("letters", "a")), Unavailable);
    await assert.rejects(database.listen("letters", { notified: () => {}, reconnected: () => {} }), Unavailable);
    await database.close();
  }),
  behaviour("closing waits for running work, and each transaction happens or is unavailable", async (database) => {
    await database.run(each(make));
    const working = race((index) =>
      database
        .transaction(() => all(insert, { id: `${index}` }))
        .then(
          () => true,
          (error: unknown) => {
            assert.ok(error instanceof Unavailable);
            return false;
          },
        ),
    );
    await database.close();
    assert.equal((await working).length, 50);
  }),
];
