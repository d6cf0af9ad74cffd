import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { authenticate } from "./authenticate.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { anyOf } from "../dependency/any-of.ts";
import { begin, endingOf, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { authorize } from "./authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "./owned.ts";
import { roles } from "./roles.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

interface Member {
  readonly id: string;
  readonly role: unknown;
}

const hierarchy = { admin: ["editor", "auditor"], editor: ["reader"], auditor: ["reader"], reader: [] } as const;
type Role = keyof typeof hierarchy;

/** Whether a member with such a role passes a guard. */
async function passes(has: unknown, needed: Role): Promise<boolean> {
  const member: Member = { id: "m1", role: has };
  const caller = authenticate({ key: userKey }, () => member);
  // What a database or a token holds is not what the types say.
  const role = roles(hierarchy, caller, ({ role }) => role as Role);
  const ended = await runAll({ it: role.require(needed) }, { present: [userKey] });
  if (ended !== "refused forbidden at it") assert.deepEqual(ended, { values: { it: member } });
  return typeof ended === "object";
}

test("a role counts as itself and as all below it", async () => {
  const expected: Record<Role, readonly Role[]> = {
    admin: ["admin", "editor", "auditor", "reader"],
    editor: ["editor", "reader"],
    auditor: ["auditor", "reader"],
    reader: ["reader"],
  };
  for (const has of Object.keys(hierarchy) as Role[]) {
    for (const needed of Object.keys(hierarchy) as Role[]) {
      assert.equal(await passes(has, needed), expected[has].includes(needed), `${has} as ${needed}`);
    }
  }
});

test("of several roles one is enough", async () => {
  assert.ok(await passes(["auditor", "editor"], "editor"));
  assert.ok(await passes(["reader", "admin"], "auditor"));
  assert.ok(!(await passes(["auditor", "reader"], "editor")));
});

test("a value that is not a role of the hierarchy passes nothing", async () => {
  for (const has of [
    undefined,
    null,
    "",
    "root",
    "ADMIN",
    "admin ",
    "admin,editor",
    "*",
    [],
    [["admin"]],
    {},
    true,
    1,
    new Set(["admin"]),
  ]) {
    for (const needed of ["admin", "reader"] as const) assert.ok(!(await passes(has, needed)), `${inspect(has)} as ${needed}`);
  }
});

test("names of object members are not roles", async () => {
  for (const has of ["constructor", "__proto__", "toString", "hasOwnProperty"]) assert.ok(!(await passes(has, "reader")), has);
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.throws(() => untyped.roles(hierarchy, user, () => "reader").require(name), { code: "unknown_role" });
    assert.throws(() => untyped.roles({ admin: [name] }, user, () => "admin"), { code: "unknown_role" });
  }
});

test("a role that is still being looked up passes nothing", async () => {
  assert.ok(!(await passes(Promise.resolve("admin"), "admin")));
});

test("the reason for the audit log names the role that is needed", () => {
  const failed = begin({ it: roles(hierarchy, user, () => "reader").require("admin") }, { present: [userKey] }).advance(Infinity);
  assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
  assert.equal(failed.refusal.reason, "needs the role admin");
});

test("the same role has the same dependency, which runs once", async () => {
  let asked = 0;
  const role = roles(hierarchy, user, () => {
    asked += 1;
    return "admin";
  });
  assert.equal(role.require("admin"), role.require("admin"));
  assert.notEqual(role.require("admin"), role.require("editor"));
  await runAll({ a: role.require("admin"), b: role.require("admin") }, { present: [userKey] });
  assert.equal(asked, 1);
});

test("it is authorized; reach is declared for a role and inherited by none", () => {
  const role = roles(hierarchy, user, () => "admin", { reachAny: ["editor"] });
  const plain = [...factsOf(user), "authorized"].toSorted();
  assert.deepEqual(factsOf(role.require("editor")), [...plain, "reaches-any"].toSorted());
  for (const other of ["admin", "auditor", "reader"] as const) assert.deepEqual(factsOf(role.require(other)), plain);
  assert.deepEqual(factsOf(roles(hierarchy, user, () => "admin").require("admin")), plain);
});

test("reach does not rest on what the client sent: a member of one team administers that team only", () => {
  const message = /^roles\(\{ reachAny \}\): decide by the principal, or load the object with owned\(\)/;
  const team = path("teamId", z.string());
  const member = owned(
    { team, user },
    ({ team }) => ({ id: 1, team, ownerId: "user" }),
    (it) => it.ownerId,
  );
  const below = {
    member,
    asked: authorize({ user, as: query("as", z.string()) }, ({ user }) => user),
    either: anyOf({ member, user }),
    tenant: authorize({ user, at: path("tenant", z.string(), { identifies: nothing("the tenant") }) }, ({ user }) => user),
  };
  for (const [name, caller] of Object.entries(below)) {
    const error = { code: "wrong_dependency", message };
    assert.throws(() => untyped.roles(hierarchy, caller, () => "admin", { reachAny: ["admin"] }), error, name);
    // Positive control: without reach the role may rest on that.
    untyped.roles(hierarchy, caller, () => "admin").require("admin");
    untyped.roles(hierarchy, caller, () => "admin", { reachAny: [] }).require("admin");
  }
  roles(hierarchy, user, () => "admin", { reachAny: ["admin"] });
});

test("deny() in the function that reads the role refuses with its reason", async () => {
  const role = roles(hierarchy, user, () => deny("suspended"));
  assert.equal(await endingOf({ it: role.require("reader") }, { present: [userKey] }), "refused forbidden at it: suspended");
});

test("needs an authenticated dependency, and a function that reads the role", () => {
  for (const caller of [userKey, optional(user)]) {
    assert.throws(() => untyped.roles(hierarchy, caller, () => "admin"), {
      code: "wrong_dependency",
      message: /^roles\(\): pass an authenticated dependency/,
    });
  }
  for (const read of [undefined, "role", {}])
    assert.throws(() => untyped.roles(hierarchy, user, read), { code: "wrong_dependency" });
});

test("a role that there is not is named, with those that there are", () => {
  const message = 'roles(): correct "owner", or add it to the hierarchy: the roles are admin, editor, auditor, reader';
  assert.throws(() => untyped.roles(hierarchy, user, () => "admin").require("owner"), { code: "unknown_role", message });
  assert.throws(() => untyped.roles(hierarchy, user, () => "admin", { reachAny: ["owner"] }), { code: "unknown_role", message });
});
