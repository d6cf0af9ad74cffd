import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { path } from "../input/path.ts";
import { authorize } from "./authorize.ts";
import { permitted } from "./permitted.ts";
import { roles } from "./roles.ts";
import { scopes } from "./scopes.ts";
import { untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const role = roles({ admin: ["support"], support: [] }, user, ({ name }) => (name === "user" ? "admin" : []), {
  reachAny: ["admin"],
});

test("a role that reaches any object, or an authorize() that says so, opens objects of others", async () => {
  for (const admin of [role.require("admin"), authorize({ user }, ({ user }) => user, { reach: "any" })]) {
    const it = permitted({ id, admin }, ({ id }) => ({ id, owner: "bob" }));
    assert.deepEqual(await runAll({ it }, { present: [userKey], request: { params: { id: "1" } } }), {
      values: { it: { id: "1", owner: "bob" } },
    });
  }
});

test("nothing else does: neither being active, nor a scope, nor a role below", () => {
  const reaching = role.require("admin");
  const error = { code: "wrong_dependency", message: /^permitted\(\): add a role from roles/ };
  const none = [
    user,
    authorize({ user }, ({ user }) => user),
    scopes(user, "read"),
    role.require("support"),
    // Where one of several ways in does not reach, the whole does not.
    anyOf({ reaching, user }),
    optional(reaching),
  ];
  for (const caller of none) assert.throws(() => untyped.permitted({ id, caller }, () => ({})), error);
  permitted({ id, caller: scopes(reaching, "read") }, () => ({}));
  permitted({ id, caller: anyOf({ reaching, other: reaching }) }, () => ({}));
});
