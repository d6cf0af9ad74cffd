import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { service, serviceKey, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { begin, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { InvalidCredential, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { authenticate } from "./authenticate.ts";
import { deny } from "./deny.ts";
import { identified } from "./identified.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const grants = { sub: "ada", scope: "read" };

/** What becomes of a result, given at once and given later. */
async function outcomes(result: unknown): Promise<unknown[]> {
  const both = [() => result, async () => result];
  return Promise.all(both.map((give) => runAll({ it: untyped.authenticate({ key: userKey }, give) }, { present: [userKey] })));
}

test("the principal is the value", async () => {
  const principal = { name: "ada" };
  for (const ended of await outcomes(principal)) assert.deepEqual(ended, { values: { it: principal } });
});

test("identified() gives the principal on and remembers what the credential brought", async () => {
  const principal = { name: "ada" };
  const execution = begin({ it: authenticate({ key: userKey }, () => identified(principal, grants)) }, { present: [userKey] });
  assert.equal(execution.advance(Infinity), undefined);
  assert.equal(execution.values()["it"], principal);
  assert.deepEqual(execution.grants(), [grants]);
});

test("a principal without grants brings none", () => {
  const execution = begin({ it: authenticate({ key: userKey }, () => ({})) }, { present: [userKey] });
  assert.equal(execution.advance(Infinity), undefined);
  assert.deepEqual(execution.grants(), []);
});

test("nothing, false and deny() refuse: 401", async () => {
  for (const result of [undefined, null, false, deny("no such user")]) {
    for (const ended of await outcomes(result)) assert.equal(ended, "refused invalid at it", inspect(result));
  }
});

test("the reason of deny() is kept for the audit log", () => {
  const execution = begin({ it: authenticate({ key: userKey }, () => deny("locked")) }, { present: [userKey] });
  const failed = execution.advance(Infinity);
  assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
  assert.equal(failed.refusal.reason, "locked");
});

test("a result that is no object is wrong_result and lets nobody in", async () => {
  const wrong = [true, 0, 1, Number.NaN, "", "ada", 1n, Symbol("ada"), () => ({}), Date, new Redacted("key")];
  for (const result of wrong) {
    for (const ended of await outcomes(result))
      assert.match(String(ended), /^threw authenticate\(\) must return a principal/, inspect(result));
    // The same inside identified().
    for (const ended of await outcomes(identified(result as object, grants))) {
      assert.match(String(ended), /^threw authenticate\(\) must return a principal/, inspect(result));
    }
  }
});

test("nobody inside identified() is wrong_result and lets nobody in", async () => {
  for (const nobody of [undefined, null, false, deny("no"), Promise.resolve({ name: "not awaited" })]) {
    // JavaScript callers can give anything.
    for (const ended of await outcomes(identified(nobody as object, grants))) {
      assert.match(String(ended), /^threw authenticate\(\) must return a principal/, inspect(nobody));
    }
  }
});

test("what a verifier throws fails the run as it is: InvalidCredential, Unavailable", async () => {
  for (const error of [new InvalidCredential("expired"), new Unavailable("store away")]) {
    for (const give of [
      () => {
        throw error;
      },
      async () => {
        throw error;
      },
    ]) {
      const failed = await begin({ it: untyped.authenticate({ key: userKey }, give) }, { present: [userKey] }).advance(Infinity);
      assert.ok(failed?.kind === "threw");
      assert.equal(failed.error, error);
      assert.deepEqual(
        failed.step?.schemes.map(({ scheme }) => scheme.name),
        ["user"],
      );
    }
  }
});

test("is given the credential redacted, and the other values", async () => {
  const it = authenticate({ key: userKey, db: depends({}, () => "db") }, ({ key, db }) => {
    assert.ok(key instanceof Redacted);
    return { read: `${String(key)} ${key.reveal()} ${db}` };
  });
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "secret"]] }), { values: { it: { read: "[redacted] secret db" } } });
});

test("needs a scheme below it for sure: an optional one is none", () => {
  const error = { code: "wrong_dependency", message: /authenticate\(\) needs a security scheme among its dependencies/ };
  assert.throws(() => untyped.authenticate({}, () => ({})), error);
  assert.throws(() => untyped.authenticate({ id: path("id", z.string()) }, () => ({})), error);
  assert.throws(() => untyped.authenticate({ key: optional(userKey) }, () => ({})), error);
  authenticate({ key: userKey }, () => ({}));
  authenticate({ key: depends({ userKey }, ({ userKey }) => userKey) }, () => ({}));
});

test("takes a function", () => {
  for (const run of [undefined, null, {}, "x"]) {
    assert.throws(() => untyped.authenticate({ key: userKey }, run), { code: "wrong_dependency", message: /takes a function/ });
  }
});

test("it is authenticated and scoped, and knows what is below", () => {
  assert.deepEqual(factsOf(user), ["authenticated", "credential", "scope:read", "scope:write", "scoped"]);
  const it = authenticate({ key: userKey, tenant: path("tenant", z.string()) }, () => ({}));
  assert.deepEqual(
    factsOf(it).filter((fact) => fact.includes("tenant")),
    ["object-id:tenant", "param:tenant"],
  );
});

test("two credentials in one record: both are needed", async () => {
  const both = authenticate({ a: userKey, b: serviceKey }, () => ({ name: "both" }));
  assert.equal(await runAll({ both }, { present: [userKey] }), "challenged for user, service");
  assert.deepEqual(await runAll({ both }, { present: [userKey, serviceKey] }), { values: { both: { name: "both" } } });
  assert.equal(await runAll({ user, service }, { present: [userKey, [serviceKey, "bad"]] }), "refused invalid at service");
});
