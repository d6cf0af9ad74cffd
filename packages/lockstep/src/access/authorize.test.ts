import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { begin, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { Redacted } from "../secret/redacted.ts";
import { authorize } from "./authorize.ts";
import { deny } from "./deny.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

/** What becomes of a result, given at once and given later. */
async function outcomes(result: unknown): Promise<unknown[]> {
  const both = [() => result, async () => result];
  return Promise.all(both.map((give) => runAll({ it: untyped.authorize({ user }, give) }, { present: [userKey] })));
}

test("an object lets through, and is the value", async () => {
  for (const result of [{ name: "ada" }, [], new Date(0)]) {
    for (const ended of await outcomes(result)) assert.deepEqual(ended, { values: { it: result } });
  }
});

test("nothing, false and deny() refuse: 403", async () => {
  for (const result of [undefined, null, false, deny("inactive")]) {
    for (const ended of await outcomes(result)) assert.equal(ended, "refused forbidden at it", inspect(result));
  }
});

test("Z-15: anything else is wrong_result and lets nobody through", async () => {
  const isAdmin = () => false;
  for (const result of [true, 0, 1, Number.NaN, "", "false", 1n, Symbol("yes"), isAdmin, Date, new Redacted("key")]) {
    for (const ended of await outcomes(result)) assert.match(String(ended), /^threw authorize\(\) must return/, inspect(result));
  }
});

test("Z-15: a policy that throws or rejects lets nobody through", async () => {
  const fail = () => {
    throw new Error("policy away");
  };
  for (const give of [fail, async () => fail()]) {
    assert.equal(await runAll({ it: untyped.authorize({ user }, give) }, { present: [userKey] }), "threw policy away");
  }
});

test("the reason of deny() is kept for the audit log, with the path of names", () => {
  const active = authorize({ user }, () => deny("inactive"));
  const failed = begin({ page: authorize({ active }, ({ active }) => active) }, { present: [userKey] }).advance(Infinity);
  assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
  assert.deepEqual([failed.refusal.reason, failed.step.path], ["inactive", "page → active"]);
});

test("Z-16: one that allows and one that denies deny", async () => {
  const allows = authorize({ user }, () => ({}));
  const denies = authorize({ user }, () => undefined);
  assert.equal(await runAll({ allows, denies }, { present: [userKey] }), "refused forbidden at denies");
  assert.equal(await runAll({ denies, allows }, { present: [userKey] }), "refused forbidden at denies");
});

test("needs an authenticated dependency for sure: neither a scheme nor an optional one is", () => {
  const error = { code: "wrong_dependency", message: /authorize\(\) needs an authenticated dependency/ };
  for (const deps of [
    {},
    { key: userKey },
    { user: optional(user) },
    { user: anyOf({ user, key: userKey }) },
    { id: path("id", z.string()) },
  ]) {
    assert.throws(() => untyped.authorize(deps, () => ({})), error);
  }
  authorize({ user }, () => ({}));
  authorize({ either: anyOf({ user, other: user }) }, () => ({}));
});

test("takes a function", () => {
  for (const run of [undefined, null, {}, "x"]) assert.throws(() => untyped.authorize({ user }, run), { code: "wrong_dependency" });
});

test("it is authorized, and reaches any object only if it says so", () => {
  const below = factsOf(user);
  assert.deepEqual(factsOf(authorize({ user }, () => ({}))), [...below, "authorized"].toSorted());
  assert.deepEqual(factsOf(authorize({ user }, () => ({}), { reach: "any" })), [...below, "authorized", "reaches-any"].toSorted());
  for (const options of [{}, { reach: undefined }, { reach: "ANY" }, { reach: true }]) {
    assert.ok(!factsOf(untyped.authorize({ user }, () => ({}), options)).includes("reaches-any"));
  }
});

test("it does not clear an unchecked id", () => {
  const it = authorize({ user, id: path("id", z.string()) }, () => ({}));
  assert.ok(factsOf(it).includes("object-id:id"));
});
