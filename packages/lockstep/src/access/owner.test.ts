/** Whose object it is: the owner's id, compared with the principal's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { endingOf } from "../dependency/execution.fixture.ts";
import { readOverrides } from "../dependency/override.ts";
import { path } from "../input/path.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "./owned.ts";
import type { Id } from "../outcome/principal.ts";
import { untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const setting = { present: [userKey], request: { params: { id: "1" } } };
const hidden = "refused hidden at it: not the caller's";
const note = { text: "" };
const theirs = { values: { it: note } };

/** How it ends if the owner of the note is what is given, at once and later; the principal has an id. */
async function endings(owner: unknown, principal: Id): Promise<unknown[]> {
  const caller = authenticate({ key: userKey }, () => ({ id: principal }));
  const both = [(_note: object) => owner, async (_note: object) => owner];
  return Promise.all(both.map((ownerOf) => endingOf({ it: untyped.owned({ id, caller }, () => note, ownerOf) }, setting)));
}

test("the owner's id is the principal's: text, a number or a bigint", async () => {
  for (const [same, other] of [
    ["ada", "bob"],
    ["1", "01"],
    ["ada", "Ada"],
    ["ada", "ada "],
    [1, 2],
    [0, 1],
    [0.5, 0.25],
    [1n, 2n],
  ] as const) {
    for (const ended of await endings(same, same)) assert.deepEqual(ended, theirs, inspect(same));
    for (const ended of await endings(other, same)) assert.equal(ended, hidden, inspect(other));
  }
});

test("nobody's object is nobody's", async () => {
  for (const owner of [undefined, null, "", []]) {
    for (const ended of await endings(owner, "ada")) assert.equal(ended, hidden, inspect(owner));
  }
});

test("of several objects every owner must be the principal", async () => {
  for (const owners of [["ada"], ["ada", "ada"]]) {
    for (const ended of await endings(owners, "ada")) assert.deepEqual(ended, theirs);
  }
  // A list with a hole has an owner that nobody knows.
  const hole: string[] = ["ada"];
  hole[2] = "ada";
  for (const owners of [["bob"], ["ada", "bob"], ["bob", "ada"], ["ada", undefined], ["ada", null], ["ada", ""], hole]) {
    for (const ended of await endings(owners, "ada")) assert.equal(ended, hidden, inspect(owners));
  }
});

test("several notes: (notes) => notes.map((note) => note.ownerId)", async () => {
  const load = (ownerIds: readonly string[]) =>
    owned(
      { id, user },
      () => ownerIds.map((ownerId) => ({ ownerId })),
      (notes) => notes.map(({ ownerId }) => ownerId),
    );
  assert.ok(typeof (await endingOf({ it: load(["user", "user"]) }, setting)) === "object");
  assert.equal(await endingOf({ it: load(["user", "bob"]) }, setting), hidden);
  assert.equal(await endingOf({ it: load([]) }, setting), "refused hidden at it: the load returned an empty list");
});

test("ids of different types are an error that names both, never a silent 404", async () => {
  for (const [owner, principal] of [
    [1, "1"],
    ["1", 1],
    [1n, 1],
    [1, 1n],
    [1n, "1"],
    [["1", 1], "1"],
  ] as const) {
    const last = [owner].flat().at(-1);
    for (const ended of await endings(owner, principal)) {
      assert.equal(
        ended,
        `threw owned(): compare ids of one type, for example String(note.ownerId): the owner's id is a ${typeof last}, the principal's a ${typeof principal}`,
      );
    }
  }
});

test("a result that is neither an id nor a decision is an error, and lets nobody through", async () => {
  const wrong = [
    {},
    { id: "ada" },
    Symbol("ada"),
    () => true,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    [["ada"]],
    [true],
    new Boolean(true),
  ];
  for (const owner of wrong) {
    for (const ended of await endings(owner, "ada"))
      assert.match(String(ended), /^threw owned\(\): return the owner's id, .*: the function returned a /, inspect(owner));
  }
});

test("a boolean from a function of one parameter compared nothing: an error, also asynchronously, and true as well as false", async () => {
  for (const answer of [true, false]) {
    for (const ended of await endings(answer, "ada")) assert.match(String(ended), /^threw owned\(\): return the owner's id/);
  }
});

test("a function without parameters cannot know the object: it does not build", () => {
  const error = { code: "wrong_dependency", message: /^owned\(\): return the owner's id, \(note\) => note\.ownerId/ };
  for (const ownerOf of [() => "ada", () => true, (...all: unknown[]) => all.length === 2]) {
    assert.throws(() => untyped.owned({ id, user }, () => note, ownerOf), error);
  }
});

test("a predicate takes the object and the values, and decides with true or false, at once or later", async () => {
  const ended = async (answer: unknown, later: boolean): Promise<unknown> => {
    const decide = later ? async (_note: object, _values: object) => answer : (_note: object, _values: object) => answer;
    return endingOf({ it: untyped.owned({ id, user }, () => note, decide) }, setting);
  };
  for (const later of [false, true]) {
    assert.deepEqual(await ended(true, later), theirs);
    for (const no of [false, undefined, null, ""]) assert.equal(await ended(no, later), hidden);
    // It may return the owner's id as well.
    assert.deepEqual(await ended("user", later), theirs);
    assert.equal(await ended("bob", later), hidden);
    for (const wrong of [{}, new Boolean(true), () => true]) {
      assert.match(String(await ended(wrong, later)), /^threw owned\(\): return the owner's id, .*: the function returned a /);
    }
    // A value that only looks like a yes is not an id of the principal's type.
    assert.match(String(await ended(1, later)), /^threw owned\(\): compare ids of one type/);
    assert.equal(await ended("true", later), hidden);
  }
});

test("the principal is the one of the credential, whatever an authorize() above it handed on", async () => {
  const acting = authorize({ user }, () => ({ id: "bob" }));
  const ofBob = owned(
    { id, acting },
    () => ({ ownerId: "bob" }),
    (it) => it.ownerId,
  );
  const ofUser = owned(
    { id, acting },
    () => ({ ownerId: "user" }),
    (it) => it.ownerId,
  );
  assert.equal(await endingOf({ it: ofBob }, setting), hidden);
  assert.ok(typeof (await endingOf({ it: ofUser }, setting)) === "object");
});

test("an authenticate() built on another represents it", async () => {
  const profile = authenticate({ user }, ({ user }) => ({ id: `profile of ${user.name}` }));
  const of = (ownerId: string) =>
    owned(
      { id, profile },
      () => ({ ownerId }),
      (it) => it.ownerId,
    );
  assert.ok(typeof (await endingOf({ it: of("profile of user") }, setting)) === "object");
  assert.equal(await endingOf({ it: of("user") }, setting), hidden);
  // Beside the lower one it still is the one principal.
  const both = owned(
    { id, user, profile },
    () => ({ ownerId: "profile of user" }),
    (it) => it.ownerId,
  );
  assert.ok(typeof (await endingOf({ it: both }, setting)) === "object");
});

test("a principal inside identified() without an id owns by the subject of its grants, under what stands in for it too", async () => {
  const caller = authenticate({ key: userKey }, () => identified({ name: "ada" }, { sub: "s1" }));
  const active = authorize({ caller }, ({ caller }) => caller);
  const of = (ownerId: string) =>
    owned(
      { id, active },
      () => ({ ownerId }),
      (it) => it.ownerId,
    );
  assert.ok(typeof (await endingOf({ it: of("s1") }, setting)) === "object");
  assert.equal(await endingOf({ it: of("ada") }, setting), hidden);
  const fake = { ...setting, present: [], overrides: readOverrides([[caller, identified({ name: "eve" }, { sub: "s2" })]]) };
  assert.ok(typeof (await endingOf({ it: of("s2") }, fake)) === "object");
  assert.equal(await endingOf({ it: of("s1") }, fake), hidden);
  const above = { ...setting, present: [], overrides: readOverrides([[active, { id: "s3", name: "eve" }]]) };
  assert.ok(typeof (await endingOf({ it: of("s3") }, above)) === "object");
  // Someone without an id owns nothing, and the message says so.
  const nobody = { ...setting, present: [], overrides: readOverrides([[caller, { name: "eve" }]]) };
  assert.equal(
    await endingOf({ it: of("s1") }, nobody),
    "threw owned(): return a principal with an id from authenticate(): the principal below has none to compare with the owner's",
  );
});
