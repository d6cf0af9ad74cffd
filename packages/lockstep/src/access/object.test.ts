/** What `owned()`, `permitted()` and `unowned()` have in common. What tells them apart is in their own tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { user, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { endingOf, runAll } from "../dependency/execution.fixture.ts";
import { anyOf } from "../dependency/any-of.ts";
import { openIds } from "../dependency/fact.ts";
import { entriesOf, factsOfEntries } from "../dependency/node.ts";
import { optional } from "../dependency/optional.ts";
import { body } from "../input/body.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { authorize } from "./authorize.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const team = path("team", z.string());
const admin = authorize({ user }, ({ user }) => user, { reach: "any" });

/** Each verb over the same record and load, with its other arguments. */
const verbs: Readonly<Record<string, (deps: Record<string, AnyDependency>, load: unknown, options?: object) => AnyDependency>> = {
  owned: (deps, load, options) => untyped.owned({ user, ...deps }, load, (_note: object, _values: object) => true, options),
  permitted: (deps, load, options) => untyped.permitted({ admin, ...deps }, load, options),
  unowned: (deps, load, options) => untyped.unowned("published", { user, ...deps }, load, options),
};

const setting = { present: [userKey], request: { params: { id: "1", team: "2" } } };
const idsOf = (it: AnyDependency) => factsOf(it).filter((fact) => /^(?:object-id|checked):/.test(fact));
const made = (deps: Record<string, AnyDependency>, load: unknown, options?: object) =>
  untyped.owned({ user, ...deps }, load, (note: { readonly ownerId: string }) => note.ownerId, options);

for (const [verb, make] of Object.entries(verbs)) {
  test(`${verb}(): the found object is the value`, async () => {
    const note = { id: "1" };
    for (const load of [() => note, async () => note]) {
      assert.deepEqual(await runAll({ it: make({ id }, load) }, setting), { values: { it: note } });
    }
  });

  test(`${verb}(): nothing, false and an error that was returned are hidden: 404`, async () => {
    for (const [result, what] of [
      [undefined, "the verb returned nothing"],
      [null, "the verb returned nothing"],
      [false, "the verb returned nothing"],
      [new RangeError("archived"), "the load returned an error (RangeError)"],
    ]) {
      for (const load of [() => result, async () => result]) {
        assert.equal(await endingOf({ it: make({ id }, load) }, setting), `refused hidden at it: ${what}`, inspect(result));
      }
    }
  });

  test(`${verb}(): the one id below it is checked, the use of the parameter stays`, () => {
    assert.deepEqual(idsOf(make({ id }, () => ({}))), ["checked:path.id"]);
    assert.ok(factsOf(make({ id }, () => ({}))).includes("param:id"));
    assert.deepEqual(idsOf(make({}, () => ({}))), []);
  });

  test(`${verb}(): if several ids are below, those it checks are named`, () => {
    const error = {
      code: "unchecked_object",
      message: `${verb}(): name the ids that this load checks, for example { checks: ["path.id", "path.team"] }: several ids from the request are below`,
    };
    assert.throws(() => make({ id, team }, () => ({})), error);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: ["path.team", "path.id"] })), [
      "checked:path.id",
      "checked:path.team",
    ]);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: ["path.team"] })), ["checked:path.team", "object-id:path.id"]);
    assert.deepEqual(idsOf(make({ id, team }, () => ({}), { checks: [] })), ["object-id:path.id", "object-id:path.team"]);
    assert.deepEqual(idsOf(make({ id }, () => ({}), { checks: [] })), ["object-id:path.id"]);
  });

  test(`${verb}(): an object that is checked apart from another says why`, () => {
    const node = make({ id }, () => ({}), { apart: "a shared note belongs to no team" })["~dep"];
    assert.ok("apart" in node);
    assert.equal(node.apart, "a shared note belongs to no team");
    for (const apart of ["", " ", 1, null, true]) {
      assert.throws(() => make({ id }, () => ({}), { apart }), { code: "empty_reason" });
    }
  });

  test(`${verb}(): an id that is not below it, or already checked, cannot be named`, () => {
    // The name alone is not an id: an id has a place.
    for (const name of ["path.note", "id", "query.id"]) {
      assert.throws(() => make({ id }, () => ({}), { checks: [name] }), {
        code: "unchecked_object",
        message: `${verb}(): correct or remove "${name}" in checks: the open ids below are path.id`,
      });
    }
    const checked = make({ id }, () => ({}));
    assert.throws(() => make({ checked }, () => ({}), { checks: ["path.id"] }), {
      code: "unchecked_object",
      message: `${verb}(): correct or remove "path.id" in checks: no id below is open`,
    });
  });

  test(`${verb}(): takes a function`, () => {
    for (const load of [undefined, null, {}, "x"])
      assert.throws(() => make({ id }, load), { code: "wrong_dependency", message: /pass a function/ });
  });
}

test("an id in an alternative, or in what is optional, is still an id", () => {
  assert.deepEqual(idsOf(anyOf({ id, other: user })), ["object-id:path.id"]);
  assert.deepEqual(idsOf(optional(id)), ["object-id:path.id"]);
  assert.deepEqual(idsOf(made({ id: optional(id) }, () => ({}))), ["checked:path.id"]);
});

test("a check is shared by alternatives only if each has it, and an optional one checked nothing", () => {
  const mine = made({ id }, () => ({}));
  const other = made({ id }, () => ({}));
  assert.deepEqual(idsOf(anyOf({ mine, other })), ["checked:path.id"]);
  assert.deepEqual(openIds(anyOf({ mine, other })["~dep"].facts), []);
  // The id of the branch that checks nothing is open.
  assert.deepEqual(openIds(anyOf({ mine, raw: authorize({ user, id }, ({ user }) => user) })["~dep"].facts), ["path.id"]);
  // The check closed its own id, which nobody else hands on.
  assert.deepEqual(openIds(anyOf({ mine, user })["~dep"].facts), []);
  assert.deepEqual(idsOf(optional(mine)), []);
  assert.deepEqual(openIds(factsOfEntries(entriesOf("test", { id, maybe: optional(mine) }))), ["path.id"]);
  // Positive control: beside the check itself the raw id may be handed on.
  assert.deepEqual(openIds(factsOfEntries(entriesOf("test", { id, mine }))), []);
});

test("ids of one name in two places are two ids", () => {
  const inQuery = query("id", z.string());
  assert.deepEqual(idsOf(inQuery), ["object-id:query.id"]);
  assert.throws(() => made({ id, inQuery }, () => ({})), { code: "unchecked_object", message: /"path\.id", "query\.id"/ });
  assert.deepEqual(openIds(factsOfEntries(entriesOf("test", { it: made({ id }, () => ({})), inQuery }))), ["query.id"]);
});

test("the members of a body that are ids are checked by their paths", () => {
  const order = body(z.object({ noteId: z.string(), items: z.array(z.object({ productId: z.string() })) }));
  const it = made({ order }, () => ({}), { checks: ["body.items.productId"] });
  assert.deepEqual(idsOf(it), ["checked:body.items.productId", "object-id:body.noteId"]);
  assert.deepEqual(idsOf(made({ order, it }, () => ({}), { checks: ["body.noteId"] })), [
    "checked:body.items.productId",
    "checked:body.noteId",
    "object-id:body.items.productId",
  ]);
});
