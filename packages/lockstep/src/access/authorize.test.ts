import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { service, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { begin, endingOf, runAll } from "../dependency/execution.fixture.ts";
import { firstOf } from "../dependency/first-of.ts";
import { optional } from "../dependency/optional.ts";
import { body } from "../input/body.ts";
import { connection } from "../input/connection.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { allow } from "../outcome/allow.ts";
import { authorize } from "./authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "./owned.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

/** What becomes of a result, given at once and given later. */
async function outcomes(result: unknown): Promise<unknown[]> {
  const both = [() => result, async () => result];
  return Promise.all(both.map((give) => runAll({ it: untyped.authorize({ user }, give) }, { present: [userKey] })));
}

test("an object with an id lets through, and is the value", async () => {
  const principal = { id: 1, name: "ada" };
  for (const ended of await outcomes(principal)) assert.deepEqual(ended, { values: { it: principal } });
});

test("allow() lets a value through that is not a principal, and the value is handed on (Z-15)", async () => {
  for (const value of [{ plan: "paid" }, ["read"], [], "paid", "", 0, 1n, new Date(0), new Map()]) {
    for (const ended of await outcomes(allow(value))) assert.deepEqual(ended, { values: { it: value } }, inspect(value));
    // Positive control: the value alone refuses.
    for (const ended of await outcomes(value)) assert.equal(ended, "refused forbidden at it", inspect(value));
  }
});

test("allow() of anything but a value is 403, and the audit log says what it was", async () => {
  const none = {
    undefined,
    null: null,
    "a boolean": true,
    "a promise": Promise.resolve(true),
    "an error (Error)": new Error("no"),
    "a function": () => true,
    "a symbol": Symbol("yes"),
  };
  for (const [what, value] of Object.entries(none)) {
    const it = untyped.authorize({ user }, () => Reflect.apply(allow, undefined, [value]));
    assert.equal(
      await endingOf({ it }, { present: [userKey] }),
      `refused forbidden at it: allow() was given ${what}, which it does not accept`,
    );
  }
});

test("the value of a guard below lets through, by identity; that of a plain value or an input does not", async () => {
  const session = { startedAt: 1 };
  const plan = authorize({ user }, () => allow(session));
  const copy = depends({ user }, () => ({ ...session }));
  const filter = query("filter", z.string());
  const deps = { plan, copy, filter };
  const setting = { present: [userKey], request: { query: "filter=all" } };
  const ended = (run: (values: { readonly plan: object; readonly copy: object; readonly filter: string }) => unknown) =>
    endingOf({ it: untyped.authorize(deps, run) }, setting);
  const refused = "refused forbidden at it: the verb returned an object without an id; allow(value) says yes to it";
  assert.deepEqual(await ended(({ plan }) => plan), { values: { it: session } });
  assert.deepEqual(await ended(async ({ plan }) => plan), { values: { it: session } });
  assert.equal(await ended(({ plan }) => ({ ...plan })), refused);
  assert.equal(await ended(({ copy }) => copy), refused);
  assert.equal(await ended(({ filter }) => filter), refused.replace("an object without an id", "a string"));
  // What a plain value hands on is the guard's all the same.
  type Same = { readonly same: object };
  const same = depends({ plan }, ({ plan }) => plan);
  assert.deepEqual(await endingOf({ it: untyped.authorize({ same, plan }, ({ same }: Same) => same) }, setting), {
    values: { it: session },
  });
  assert.equal(await endingOf({ it: untyped.authorize({ same }, ({ same }: Same) => same) }, setting), refused);
});

test("the value of anyOf() and of firstOf() over guards lets through; an absent optional() refuses", async () => {
  const either = anyOf({ user, service });
  const first = firstOf({ a: authorize({ user }, () => deny("no")), b: authorize({ user }, () => allow({ plan: 1 })) });
  const maybe = optional(service);
  const setting = { present: [userKey] };
  assert.ok(typeof (await endingOf({ it: authorize({ either }, ({ either }) => either) }, setting)) === "object");
  assert.deepEqual(await endingOf({ it: authorize({ first }, ({ first }) => first) }, setting), { values: { it: { plan: 1 } } });
  assert.equal(
    await endingOf({ it: untyped.authorize({ user, maybe }, ({ maybe }: { readonly maybe: unknown }) => maybe) }, setting),
    "refused forbidden at it: the verb returned nothing",
  );
});

test("a policy that throws or rejects lets nobody through (Z-15)", async () => {
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

test("one that allows and one that denies deny (Z-16)", async () => {
  const allows = authorize({ user }, () => allow("yes"));
  const denies = authorize({ user }, () => undefined);
  assert.equal(await runAll({ allows, denies }, { present: [userKey] }), "refused forbidden at denies");
  assert.equal(await runAll({ denies, allows }, { present: [userKey] }), "refused forbidden at denies");
});

test("needs an authenticated dependency for sure: neither a scheme nor an optional one is", () => {
  const error = { code: "wrong_dependency", message: /^authorize\(\): add an authenticated dependency/ };
  for (const deps of [
    {},
    { key: userKey },
    { user: optional(user) },
    { user: anyOf({ user, key: userKey }) },
    { id: path("id", z.string()) },
  ]) {
    assert.throws(() => untyped.authorize(deps, () => ({})), error);
  }
  authorize({ user }, ({ user }) => user);
  authorize({ either: anyOf({ user, other: user }) }, ({ either }) => either);
});

test("takes a function", () => {
  for (const run of [undefined, null, {}, "x"]) assert.throws(() => untyped.authorize({ user }, run), { code: "wrong_dependency" });
});

test("it is authorized, and reaches any object only if it says so", () => {
  const below = factsOf(user);
  assert.deepEqual(factsOf(authorize({ user }, ({ user }) => user)), [...below, "authorized"].toSorted());
  assert.deepEqual(
    factsOf(authorize({ user }, ({ user }) => user, { reach: "any" })),
    [...below, "authorized", "reaches-any"].toSorted(),
  );
  for (const options of [{}, { reach: undefined }, { reach: "ANY" }, { reach: true }]) {
    assert.ok(!factsOf(untyped.authorize({ user }, () => ({}), options)).includes("reaches-any"));
  }
});

test("it does not clear an open id", () => {
  const it = authorize({ user, id: path("id", z.string()) }, ({ user }) => user);
  assert.ok(factsOf(it).includes("object-id:path.id"));
});

test("reaching any object does not rest on what the client sent, however deep", () => {
  const error = { code: "wrong_dependency", message: /^authorize\(\): decide by the principal, or load the object with owned\(\)/ };
  const team = path("teamId", z.string());
  const membership = owned(
    { team, user },
    ({ team }) => ({ team, ownerId: "user" }),
    (it) => it.ownerId,
  );
  const below = {
    membership,
    team,
    filter: query("filter", z.string()),
    tenant: path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") }),
    sent: body(z.object({ text: z.string() })),
    deep: depends({ membership }, ({ membership }) => membership),
    maybe: optional(membership),
  };
  for (const [name, it] of Object.entries(below)) {
    assert.throws(() => untyped.authorize({ user, it }, () => ({ id: 1 }), { reach: "any" }), error, name);
    // Positive control: without the reach it may rest on that.
    untyped.authorize({ user, it }, () => ({ id: 1 }));
  }
  authorize({ user, at: connection(), settings: depends({}, () => 1) }, ({ user }) => user, { reach: "any" });
});
