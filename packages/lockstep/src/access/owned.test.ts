import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { begin, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { answerToRefusal } from "../outcome/answer.ts";
import { owned } from "./owned.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const notes = new Map([
  ["1", { id: "1", ownerId: "user" }],
  ["2", { id: "2", ownerId: "bob" }],
]);
const setting = (note: string) => ({ present: [userKey], request: { params: { id: note } } });

test("the caller's object is returned; another's and a missing one are hidden (Z-01)", async () => {
  const note = owned(
    { id, user },
    ({ id }) => notes.get(id),
    (note) => note.ownerId,
  );
  assert.deepEqual(await runAll({ note }, setting("1")), { values: { note: notes.get("1") } });
  assert.equal(await runAll({ note }, setting("2")), "refused hidden at note");
  assert.equal(await runAll({ note }, setting("3")), "refused hidden at note");
});

test("not theirs and not there are one answer; the audit log knows which (Z-23)", () => {
  const note = owned(
    { id, user },
    ({ id }) => notes.get(id),
    (note) => note.ownerId,
  );
  const refusals = ["2", "3"].map((it) => {
    const failed = begin({ note }, setting(it)).advance(Infinity);
    assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
    return failed.refusal;
  });
  const answers = refusals.map(({ kind }) => JSON.stringify(answerToRefusal(kind)));
  assert.equal(answers[0], answers[1]);
  assert.deepEqual(
    refusals.map(({ reason }) => reason),
    ["not the caller's", "the verb returned nothing"],
  );
});

test("the third function is asked about the object that was loaded, with the values of the record", async () => {
  const asked: unknown[] = [];
  const it = owned(
    { id, user },
    async ({ id }) => ({ loaded: id }),
    (note, values) => asked.push(note, values) === 2,
  );
  await runAll({ it }, setting("7"));
  assert.deepEqual(asked, [{ loaded: "7" }, { id: "7", user: { name: "user" } }]);
});

test("it is not asked about nothing, nor about an empty list", async () => {
  let asked = 0;
  for (const loaded of [undefined, null, false, new Error("gone"), []]) {
    const it = untyped.owned(
      { id, user },
      () => loaded,
      (_note: unknown) => (asked += 1),
    );
    assert.equal(await runAll({ it }, setting("1")), "refused hidden at it");
  }
  assert.equal(asked, 0);
});

test("one that throws or rejects lets nobody through", async () => {
  const fail = (_note: object): never => {
    throw new Error("no");
  };
  for (const ownerOf of [fail, async (note: object) => fail(note)]) {
    const it = owned({ id, user }, () => ({}), ownerOf);
    assert.equal(await runAll({ it }, setting("1")), "threw no");
  }
});

test("needs to know who is asking, and a function third", () => {
  const error = { code: "wrong_dependency", message: /^owned\(\): add an authenticated dependency/ };
  for (const deps of [{ id }, { id, key: userKey }, { id, user: optional(user) }]) {
    assert.throws(
      () =>
        untyped.owned(
          deps,
          () => ({}),
          (note: { ownerId: string }) => note.ownerId,
        ),
      error,
    );
  }
  for (const ownerOf of [undefined, null, true, {}, "ownerId"]) {
    assert.throws(() => untyped.owned({ id, user }, () => ({}), ownerOf), {
      code: "wrong_dependency",
      message: /^owned\(\): pass a third function that returns the id of the object's owner/,
    });
  }
});

test("it keeps the facts about the caller", () => {
  assert.deepEqual(
    factsOf(
      owned(
        { id, user },
        () => ({ ownerId: "user" }),
        (note) => note.ownerId,
      ),
    ),
    [...factsOf(user), "checked:path.id", "input", "param:id"].toSorted(),
  );
});
