/** Facts about failures: which changes are undone, and which error arrives. */
import assert from "node:assert/strict";
import { Unavailable } from "lockstep";
import { all, first, sql, type Work } from "../../store/statement.ts";
import { behaviour, type Behaviour, each } from "../behaviour.ts";

const make = sql("CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY)");
const insert = sql("INSERT INTO things (id) VALUES (:id)");
const find = sql("SELECT id FROM things WHERE id = :id");
const none = sql("SELECT * FROM nothing_of_this_name");

/** Facts about failures. */
export const failureBehaviours: readonly Behaviour[] = [
  behaviour("a failed statement ends the work and runs its finally blocks, the inner one first", async (database) => {
    for (const way of ["run", "transaction"] as const) {
      const left: string[] = [];
      const inner = function* (): Work<void> {
        try {
          yield* all(none);
        } finally {
          left.push("inner");
        }
      };
      const outer = function* (): Work<void> {
        try {
          yield* inner();
        } finally {
          left.push("outer");
        }
      };
      await assert.rejects(way === "run" ? database.run(outer()) : database.transaction(outer), /nothing_of_this_name/);
      assert.deepEqual(left, ["inner", "outer"], way);
    }
  }),
  behaviour("work cannot catch a failed statement and go on in the lost transaction", async (database) => {
    await database.run(each(make));
    let wentOn = false;
    const stubborn = function* (): Work<string> {
      yield* all(insert, { id: "a" });
      try {
        yield* all(none);
      } catch {
        wentOn = true;
      }
      yield* all(insert, { id: "b" });
      return "done";
    };
    await assert.rejects(database.transaction(stubborn), /nothing_of_this_name/);
    assert.equal(wentOn, false);
    assert.equal(await database.run(first(find, { id: "a" })), undefined);
  }),
  behaviour("a statement in a finally block is no longer executed", async (database) => {
    await database.run(each(make));
    const late = function* (): Work<void> {
      try {
        yield* all(none);
      } finally {
        yield* all(insert, { id: "late" });
      }
    };
    await assert.rejects(database.run(late()), /nothing_of_this_name/);
    await assert.rejects(database.transaction(late), /nothing_of_this_name/);
    assert.equal(await database.run(first(find, { id: "late" })), undefined);
  }),
  behaviour("an error that work throws arrives unchanged, whatever its message", async (database) => {
    const errors = [
      new Error("timeout"),
      new Error("Connection terminated"),
      Object.assign(new Error("x"), { code: "ECONNRESET" }),
    ];
    for (const error of errors) {
      const work = function* (): Work<void> {
        yield* each(sql("SELECT 1 AS one"));
        throw error;
      };
      await assert.rejects(database.run(work()), error);
      await assert.rejects(database.transaction(work), error);
    }
  }),
  behaviour("a mistake in a statement is an error, and not Unavailable", async (database) => {
    await database.run(each(make));
    await database.run(all(insert, { id: "a" }));
    for (const work of [all(none), all(sql("SELEKT 1")), all(insert, { id: "a" }), all(insert, { id: null })]) {
      await assert.rejects(database.run(work), (error) => error instanceof Error && !(error instanceof Unavailable));
    }
  }),
];
