/** What `owned()`, `permitted()` and `unowned()` have in common. What tells them apart is in their own tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { user, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { anyOf } from "../dependency/any-of.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { authorize } from "./authorize.ts";
import { deny } from "./deny.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const team = path("team", z.string());
const admin = authorize({ user }, ({ user }) => user, { reach: "any" });

/** Each verb over the same record and load; what is needed besides is added. */
const verbs: Readonly<Record<string, (deps: Record<string, AnyDependency>, load: unknown, options?: object) => AnyDependency>> = {
  owned: (deps, load, options) => untyped.owned({ user, ...deps }, load, () => true, options),
  permitted: (deps, load, options) => untyped.permitted({ admin, ...deps }, load, options),
  unowned: (deps, load, options) => untyped.unowned("published", { user, ...deps }, load, options),
};

const setting = { present: [userKey], request: { params: { id: "1", team: "2" } } };
const idsOf = (it: AnyDependency) => factsOf(it).filter((fact) => fact.startsWith("object-id:"));

for (const [verb, make] of Object.entries(verbs)) {
  test(`${verb}(): what is found is the value`, async () => {
    const note = { id: "1" };
    for (const load of [() => note, async () => note]) {
      assert.deepEqual(await runAll({ it: make({ id }, load) }, setting), { values: { it: note } });
    }
  });

  test(`${verb}(): nothing, false and deny() are hidden: 404`, async () => {
    for (const result of [undefined, null, false, deny("archived")]) {
      for (const load of [() => result, async () => result]) {
        assert.equal(await runAll({ it: make({ id }, load) }, setting), "refused hidden at it", inspect(result));
      }
    }
  });

  test(`${verb}(): the one id below it is cleared, the use of the parameter stays`, () => {
    assert.deepEqual(idsOf(make({ id }, () => ({}))), []);
    assert.ok(factsOf(make({ id }, () => ({}))).includes("param:id"));
    assert.deepEqual(idsOf(make({}, () => ({}))), []);
  });

  test(`${verb}(): where several ids are below, those it checks are named`, () => {
    const error = {
      code: "unchecked_object",
      message: new RegExp(`${verb}\\(\\): several ids are below \\(id, team\\): name those it checks`),
    };
    assert.throws(() => make({ id, team }, () => ({})), error);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: ["team", "id"] })), []);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: ["team"] })), ["object-id:id"]);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: [] })), ["object-id:id", "object-id:team"]);
    assert.deepEqual(idsOf(make({ id }, () => ({}), { checks: [] })), ["object-id:id"]);
  });

  test(`${verb}(): an id that is not below it, or already checked, cannot be named`, () => {
    assert.throws(() => make({ id }, () => ({}), { checks: ["note"] }), {
      code: "unchecked_object",
      message: /no unchecked id "note" below it/,
    });
    const checked = make({ id }, () => ({}));
    assert.throws(() => make({ checked }, () => ({}), { checks: ["id"] }), { code: "unchecked_object" });
  });

  test(`${verb}(): takes a function`, () => {
    for (const load of [undefined, null, {}, "x"])
      assert.throws(() => make({ id }, load), { code: "wrong_dependency", message: /takes a function/ });
  });
}

test("an id in an alternative, or in what is optional, is still an id", () => {
  assert.deepEqual(idsOf(anyOf({ id, other: user })), ["object-id:id"]);
  assert.deepEqual(idsOf(optional(id)), ["object-id:id"]);
  assert.deepEqual(
    idsOf(
      untyped.owned(
        { user, id: optional(id) },
        () => ({}),
        () => true,
      ),
    ),
    [],
  );
});

test("an id of the query that names an object is one; a segment that names none is not", () => {
  assert.deepEqual(idsOf(query("noteId", z.string(), { identifies: "object" })), ["object-id:noteId"]);
  assert.deepEqual(idsOf(path("year", z.string(), { identifies: "nothing" })), []);
});
