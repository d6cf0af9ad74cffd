import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { authenticate } from "./authenticate.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { begin, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { roles } from "./roles.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

interface Member {
  readonly role: unknown;
}

const hierarchy = { admin: ["editor", "auditor"], editor: ["reader"], auditor: ["reader"], reader: [] } as const;
type Role = keyof typeof hierarchy;

/** Whether a member with such a role passes a guard. */
async function passes(has: unknown, needed: Role): Promise<boolean> {
  const member: Member = { role: has };
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

test("what is no role of the hierarchy passes nothing", async () => {
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

test("names of object members are no roles", async () => {
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

test("the same role gives the same dependency, so that it runs once", async () => {
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

test("needs an authenticated dependency, and a function that reads the role", () => {
  for (const caller of [userKey, optional(user)]) {
    assert.throws(() => untyped.roles(hierarchy, caller, () => "admin"), {
      code: "wrong_dependency",
      message: /needs an authenticated dependency/,
    });
  }
  for (const read of [undefined, "role", {}])
    assert.throws(() => untyped.roles(hierarchy, user, read), { code: "wrong_dependency" });
});

test("a role that there is not is named, with those that there are", () => {
  const message = 'roles(): there is no role "owner"; there are admin, editor, auditor, reader';
  assert.throws(() => untyped.roles(hierarchy, user, () => "admin").require("owner"), { code: "unknown_role", message });
  assert.throws(() => untyped.roles(hierarchy, user, () => "admin", { reachAny: ["owner"] }), { code: "unknown_role", message });
});
