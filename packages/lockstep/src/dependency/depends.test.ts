import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authorize } from "../access/authorize.ts";
import { path } from "../input/path.ts";
import { user } from "./caller.fixture.ts";
import type { AnyDependency } from "./dependency.ts";
import { depends } from "./depends.ts";
import { runAll } from "./execution.fixture.ts";
import { isDependency } from "./node.ts";
import { resource } from "./resource.ts";

// JavaScript callers can pass anything.
const untyped = depends as unknown as (deps: unknown, run?: unknown) => AnyDependency;

test("a value is made of other values, by the names of the record", async () => {
  const a = depends({}, () => 1);
  const b = depends({}, async () => 2);
  const sum = depends({ a, b }, ({ a, b }) => a + b);
  assert.deepEqual(await runAll({ sum }), { values: { sum: 3 } });
});

test("it has the facts of everything that it is made of", () => {
  const active = authorize({ user }, ({ user }) => user, { reach: "any" });
  const it = depends({ active, id: path("id", z.string()) }, () => 1);
  assert.deepEqual([...it["~dep"].facts].toSorted(), [
    "authenticated",
    "authorized",
    "credential",
    "input",
    "object-id:path.id",
    "param:id",
    "reaches-any",
    "scope:read",
    "scope:write",
    "scoped",
    "scopes-unasked",
  ]);
  assert.deepEqual(
    resource({ it }, function* () {
      yield 1;
    })["~dep"].facts,
    it["~dep"].facts,
  );
  assert.deepEqual(depends({}, () => 1)["~dep"].facts, new Set());
});

test("the error names a value that is not a dependency, and suspects modules that import each other", () => {
  const error = (message: RegExp) => ({ code: "wrong_dependency", message });
  assert.throws(
    () => untyped({ user, db: undefined }, () => 1),
    error(/^depends\(\): build "db" with .*: it is undefined \(two modules that import each other\?\), not a dependency$/),
  );
  assert.throws(
    () => untyped({ db: "db" }, () => 1),
    error(/build "db" with depends\(\), a verb, a scheme or an input: it is a string, not a dependency$/),
  );
  assert.throws(() => untyped({ db: () => 1 }, () => 1), error(/build "db" with .*: it is a function/));
  assert.throws(
    () => untyped({ db: Object.create(user) }, () => 1),
    error(/build "db" with .*: it is made by another copy of lockstep/),
  );
  for (const deps of [undefined, null, "db", 1])
    assert.throws(() => untyped(deps, () => 1), error(/pass a record of dependencies first/));
  assert.throws(() => untyped({}), error(/pass a function after the dependencies/));
});

test("a dependency is a frozen value that says that it is one", () => {
  const it = depends({}, () => 1);
  assert.ok(isDependency(it) && Object.isFrozen(it));
  for (const other of [undefined, null, {}, () => 1, "x", Object.create(it)]) assert.ok(!isDependency(other));
});

test("what a function throws fails the run, synchronous or not", async () => {
  const fail = () => {
    throw new Error("no");
  };
  assert.equal(await runAll({ it: depends({}, fail) }), "threw no");
  assert.equal(await runAll({ it: depends({}, async () => fail()) }), "threw no");
  assert.deepEqual(await runAll({ it: depends({}, async () => 1) }), { values: { it: 1 } });
});
