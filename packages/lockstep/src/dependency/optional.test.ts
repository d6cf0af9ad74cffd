import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authorize } from "../access/authorize.ts";
import { path } from "../input/path.ts";
import { anyOf } from "./any-of.ts";
import { serviceKey, service, user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { runAll } from "./execution.fixture.ts";
import { optional } from "./optional.ts";

const values = (of: Record<string, unknown>) => ({ values: of });

test("is undefined if the credential is absent, and the value if it is valid", async () => {
  const it = optional(user);
  assert.deepEqual(await runAll({ it }), values({ it: undefined }));
  assert.deepEqual(await runAll({ it }, { present: [userKey] }), values({ it: { name: "user" } }));
});

test("an invalid credential is still refused", async () => {
  assert.equal(await runAll({ it: optional(user) }, { present: [[userKey, "bad"]] }), "refused invalid at it → value");
});

test("a refusal above the credential is still a refusal", async () => {
  const admin = authorize({ user }, () => undefined);
  assert.equal(await runAll({ it: optional(admin) }, { present: [userKey] }), "refused forbidden at it → value");
  assert.deepEqual(await runAll({ it: optional(admin) }), values({ it: undefined }));
});

test("of two credentials one is as good as none", async () => {
  const it = optional(authorize({ user, service }, () => ({ id: "both" })));
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "bad"]] }), values({ it: undefined }));
  assert.deepEqual(await runAll({ it }, { present: [userKey, serviceKey] }), values({ it: { id: "both" } }));
});

test("alternatives may be optional, and what is optional may be a branch's neighbour", async () => {
  const it = optional(anyOf({ user, service }));
  assert.deepEqual(await runAll({ it }), values({ it: undefined }));
  assert.deepEqual(await runAll({ it }, { present: [serviceKey] }), values({ it: { via: "service", value: { name: "service" } } }));
  const deps = { user, maybe: optional(service) };
  assert.equal(await runAll(deps, { present: [serviceKey] }), "challenged for user");
  assert.deepEqual(await runAll(deps, { present: [userKey] }), values({ user: { name: "user" }, maybe: undefined }));
});

test("nothing below it runs where the credential is absent", async () => {
  let ran = 0;
  const active = authorize({ user, db: depends({}, () => (ran += 1)) }, ({ user }) => user);
  await runAll({ it: optional(active) });
  assert.equal(ran, 0);
  await runAll({ it: optional(active) }, { present: [userKey] });
  assert.equal(ran, 1);
});

test("the same dependency has the same optional one", () => {
  assert.equal(optional(user), optional(user));
  assert.equal(optional(user)["~dep"], optional(user)["~dep"]);
  assert.notEqual(optional(user), optional(service));
});

test("it protects nothing and warns of everything below", () => {
  assert.deepEqual(optional(user)["~dep"].facts, new Set(["scope:read", "scope:write", "scopes-unasked"]));
  const id = depends({ id: path("id", z.string()) }, ({ id }) => id);
  assert.deepEqual(optional(id)["~dep"].facts, new Set(["param:id", "input", "object-id:path.id"]));
});

test("takes dependencies only", () => {
  // JavaScript callers can pass anything.
  const untyped = optional as unknown as (it: unknown) => unknown;
  for (const it of [undefined, null, {}, "user", () => 1]) assert.throws(() => untyped(it), { code: "wrong_dependency" });
});
