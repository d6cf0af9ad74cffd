import assert from "node:assert/strict";
import { test } from "node:test";
import { service, serviceKey, session, sessionKey, user, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { endingOf, type Setting } from "../dependency/execution.fixture.ts";
import {
  anyOf,
  apiKeyHeader,
  authenticate,
  authorize,
  createApi,
  depends,
  firstOf,
  get,
  grantedScopes,
  httpBearer,
  identified,
  optional,
  post,
  run,
  scopes,
} from "../index.ts";
import { unchecked } from "../route/unchecked.ts";

/** A dependency whose credential grants something. */
type Scoped = Dependency<unknown, "authenticated" | "scoped" | "scope:read" | "scope:write">;

async function grantedOf(dep: AnyDependency, setting: Setting): Promise<unknown> {
  const granted = grantedScopes(dep as Scoped);
  const ended = await endingOf({ granted }, setting);
  return typeof ended === "string" ? ended : ended.values["granted"];
}

const plain = authenticate({ key: serviceKey }, () => ({ name: "service", id: "s1" }));
const renamed = authenticate({ user }, ({ user }) => ({ id: user.name }));
const narrowed = authenticate({ user }, ({ user }) => identified({ id: user.name }, { sub: user.name, scope: "read" }));
const active = authorize({ user }, ({ user }) => user);
const either = anyOf({ user, service });
const both = authorize({ user, service }, ({ user }) => user);

test("the value lists what the credential grants, once each and frozen", async () => {
  const granted = await grantedOf(user, { present: [[userKey, "write read  write other"]] });
  assert.deepEqual(granted, ["write", "read", "other"]);
  assert.ok(Object.isFrozen(granted));
});

test("a credential with grants and without scopes grants nothing, and one without grants is not limited", async () => {
  assert.deepEqual(await grantedOf(user, { present: [[userKey, ""]] }), []);
  assert.equal(await grantedOf(plain, { present: [[serviceKey, "ignored"]] }), undefined);
  const unscoped = authenticate({ key: userKey }, () => identified({ id: "u1" }, { sub: "u1" }));
  assert.deepEqual(await grantedOf(unscoped, { present: [userKey] }), []);
});

test("every call for one dependency returns the same dependency, with the facts of the other", () => {
  assert.equal(grantedScopes(user), grantedScopes(user));
  assert.notEqual(grantedScopes(user), grantedScopes(active));
  assert.deepEqual(grantedScopes(user)["~dep"].facts, user["~dep"].facts);
});

const cases: Readonly<Record<string, readonly [AnyDependency, Setting, readonly string[]]>> = {
  "a caller": [user, { present: [[userKey, "read"]] }, ["read"]],
  "a caller that was authorized": [active, { present: [[userKey, "read"]] }, ["read"]],
  "the branch of anyOf() that came": [either, { present: [[serviceKey, "write"]] }, ["write"]],
  "the explicit branch of two": [
    anyOf({ session, user }),
    {
      present: [
        [sessionKey, "write"],
        [userKey, "read"],
      ],
    },
    ["read"],
  ],
  "a rule of firstOf()": [firstOf({ active, user }), { present: [[userKey, "write"]] }, ["write"]],
  "authenticate() over authenticate(), which uses the grants below": [
    renamed,
    { present: [[userKey, "read write"]] },
    ["read", "write"],
  ],
  "authenticate() over authenticate() with grants of its own": [narrowed, { present: [[userKey, "read write"]] }, ["read"]],
  "two credentials, which must both grant what both declare": [
    both,
    {
      present: [
        [userKey, "read write"],
        [serviceKey, "write"],
      ],
    },
    ["write"],
  ],
  "what was asked for a scope": [scopes(user, "read"), { present: [[userKey, "read write"]] }, ["read", "write"]],
};
for (const [what, [dep, setting, expected]] of Object.entries(cases)) {
  test(`${what}: it lists exactly the scopes for which scopes() lets the same caller pass`, async () => {
    assert.deepEqual(await grantedOf(dep, setting), expected);
    for (const name of ["read", "write"] as const) {
      const ended = await endingOf({ asked: scopes(dep as Scoped, name) }, setting);
      assert.equal(typeof ended !== "string", expected.includes(name), `${name}: ${JSON.stringify(ended)}`);
    }
  });
}

test("a refused credential has no list, and an absent one is challenged", async () => {
  assert.match(String(await grantedOf(user, { present: [[userKey, "bad"]] })), /^refused invalid/);
  assert.match(String(await grantedOf(user, {})), /^challenged for user/);
});

test("optional() around it: without the credential there is neither a caller nor a list", async () => {
  const deps = { user: optional(user), granted: optional(grantedScopes(user)) };
  const valuesOf = async (setting: Setting) => endingOf(deps, setting);
  assert.deepEqual(await valuesOf({}), { values: { user: undefined, granted: undefined } });
  assert.deepEqual(await valuesOf({ present: [[userKey, "read"]] }), { values: { user: { name: "user" }, granted: ["read"] } });
});

test("it asks for nothing: no scope is documented, and a route that changes something must still ask", () => {
  const about = { title: "t", version: "1", audit: () => {} };
  const spec = { deps: { granted: grantedScopes(user) }, response: unchecked("a test") };
  const api = createApi({ ...about, routes: [get("/", spec, ({ granted }) => granted)] });
  const operation = api.openapi().paths["/"]?.get;
  assert.deepEqual(operation?.security, [{ user: [] }]);
  assert.deepEqual(Object.keys(operation?.responses ?? {}), ["400", "401", "2XX"]);
  // What JavaScript may write.
  const changing = Reflect.apply(post, undefined, ["/", spec, () => "done"]);
  assert.throws(() => createApi({ ...about, routes: [changing] }), { code: "scopes_unasked" });
  const asked = { ...spec, deps: { ...spec.deps, user: scopes(user, "write") } };
  createApi({ ...about, routes: [post("/", asked, () => "done")] });
});

test("in tests and outside HTTP, the grants of a replacement count", async () => {
  const mine = depends({ user, granted: grantedScopes(user) }, ({ user, granted }) => `${user.name}: ${granted?.join() ?? "all"}`);
  const alice = { name: "alice" };
  const limited = identified(alice, { sub: "alice", scope: "read" });
  assert.equal(await run(mine, { with: [[user, limited]] }), "alice: read");
  assert.equal(await run(mine, { with: [[user, alice]] }), "alice: all");
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [get("/", { deps: { mine } }, ({ mine }) => mine)] });
  const ask = async (it: typeof api) => (await it.fetch(new Request("http://x/"))).json();
  assert.equal(await ask(api.with([[user, limited]])), "alice: read");
  assert.equal(await ask(api.with([[user, alice]])), "alice: all");
  // The list itself may be replaced.
  assert.equal(
    await ask(
      api.with([
        [user, alice],
        [grantedScopes(user), ["write"]],
      ]),
    ),
    "alice: write",
  );
});

test("it is refused for anything that is not authenticated", () => {
  const token = httpBearer();
  const key = apiKeyHeader({ name: "X-Key" });
  for (const wrong of [token, key, depends({}, () => 1), optional(user), undefined, {}]) {
    // What JavaScript may pass.
    assert.throws(() => grantedScopes(wrong as typeof user), { code: "wrong_dependency" });
  }
});
