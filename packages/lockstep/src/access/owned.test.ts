import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { begin, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { answerToRefusal } from "../problem/answer.ts";
import { deny } from "./deny.ts";
import { owned } from "./owned.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const notes = new Map([
  ["1", { id: "1", owner: "user" }],
  ["2", { id: "2", owner: "bob" }],
]);
const setting = (note: string) => ({ present: [userKey], request: { params: { id: note } } });

test("Z-01: what is the caller's is given, what is not and what is missing are hidden", async () => {
  const note = owned(
    { id, user },
    ({ id }) => notes.get(id),
    (note, { user }) => note.owner === user.name,
  );
  assert.deepEqual(await runAll({ note }, setting("1")), { values: { note: notes.get("1") } });
  assert.equal(await runAll({ note }, setting("2")), "refused hidden at note");
  assert.equal(await runAll({ note }, setting("3")), "refused hidden at note");
});

test("Z-23: not theirs and not there are one answer; the audit log knows which", () => {
  const note = owned(
    { id, user },
    ({ id }) => notes.get(id),
    (note, { user }) => note.owner === user.name,
  );
  const refusals = ["2", "3"].map((it) => {
    const failed = begin({ note }, setting(it)).advance(Infinity);
    assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
    return failed.refusal;
  });
  const answers = refusals.map(({ kind }) => JSON.stringify(answerToRefusal(kind, [])));
  assert.equal(answers[0], answers[1]);
  assert.deepEqual(
    refusals.map(({ reason }) => reason),
    ["not the caller's", "the verb gave nothing"],
  );
});

test("only a literal true lets through, whatever else looks like one", async () => {
  const almost = [
    1,
    "true",
    {},
    [],
    "yes",
    Symbol("true"),
    new Boolean(true),
    Promise.resolve(true),
    undefined,
    null,
    0,
    "",
    deny("no"),
    () => true,
  ];
  for (const answer of almost) {
    const it = untyped.owned(
      { id, user },
      () => ({}),
      () => answer,
    );
    assert.equal(await runAll({ it }, setting("1")), "refused hidden at it", typeof answer);
  }
  const it = owned(
    { id, user },
    () => ({}),
    () => true,
  );
  assert.deepEqual(await runAll({ it }, setting("1")), { values: { it: {} } });
});

test("belongs() is asked about the object that was loaded, with the values of the record", async () => {
  const asked: unknown[] = [];
  const it = owned(
    { id, user },
    async ({ id }) => ({ loaded: id }),
    (note, values) => asked.push(note, values) === 2,
  );
  await runAll({ it }, setting("7"));
  assert.deepEqual(asked, [{ loaded: "7" }, { id: "7", user: { name: "user" } }]);
});

test("belongs() is not asked about nothing", async () => {
  let asked = 0;
  const it = owned(
    { id, user },
    () => undefined,
    () => (asked += 1) > 0,
  );
  await runAll({ it }, setting("1"));
  assert.equal(asked, 0);
});

test("belongs() that throws lets nobody through", async () => {
  const it = owned(
    { id, user },
    () => ({}),
    () => {
      throw new Error("no");
    },
  );
  assert.equal(await runAll({ it }, setting("1")), "threw no");
});

test("needs to know who is asking, and a belongs()", () => {
  const error = { code: "wrong_dependency", message: /owned\(\) needs to know who is asking/ };
  for (const deps of [{ id }, { id, key: userKey }, { id, user: optional(user) }]) {
    assert.throws(
      () =>
        untyped.owned(
          deps,
          () => ({}),
          () => true,
        ),
      error,
    );
  }
  for (const belongs of [undefined, null, true, {}]) {
    assert.throws(() => untyped.owned({ id, user }, () => ({}), belongs), {
      code: "wrong_dependency",
      message: /takes a function third/,
    });
  }
});

test("it keeps what is known of the caller", () => {
  assert.deepEqual(
    factsOf(
      owned(
        { id, user },
        () => ({}),
        () => true,
      ),
    ),
    [...factsOf(user), "param:id"].toSorted(),
  );
});
