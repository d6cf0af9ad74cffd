import assert from "node:assert/strict";
import { test } from "node:test";
import { anyOf } from "../dependency/any-of.ts";
import { service, serviceKey, session, sessionKey, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { begin, failureOf, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { identified } from "../outcome/identified.ts";
import { anyScope, scopes } from "./scopes.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const active = authorize({ user }, ({ user }) => user);
const passed = { values: { it: { name: "user" } } };
const refused = "refused scope at it";

test("passes the value on where every required scope is granted", async () => {
  const it = scopes(active, "read", "write");
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "read write"]] }), passed);
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "other write read"]] }), passed);
  for (const granted of ["read", "write", "", "other"])
    assert.equal(await runAll({ it }, { present: [[userKey, granted]] }), refused);
});

test("scopes are compared whole and exactly (Z-12)", async () => {
  const it = scopes(user, "read");
  for (const granted of ["readall", "rea", "READ", "read,write", "*", "read\twrite", "xread", "read:", ":read"]) {
    assert.equal(await runAll({ it }, { present: [[userKey, granted]] }), refused, granted);
  }
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "read"]] }), passed);
});

test("a credential that brought no scopes grants none", async () => {
  for (const grants of [{ sub: "ada" }, { sub: "ada", scope: "" }]) {
    const caller = authenticate({ key: userKey }, () => identified({ name: "user" }, grants));
    assert.equal(await runAll({ it: scopes(caller, "read") }, { present: [userKey] }), refused);
  }
  // Without identified() nothing is known of the grants; types refuse it, and so does the run.
  const unknown = authenticate({ key: userKey }, () => ({ id: "user" }));
  assert.equal(await runAll({ it: untyped.scopes(unknown, "read") }, { present: [userKey] }), refused);
  assert.equal(await runAll({ it: untyped.scopes(active, "read") }, { present: [[userKey, ""]] }), refused);
});

test("several authenticated dependencies: all must grant", async () => {
  const both = authorize({ user, service }, ({ user }) => user);
  const it = scopes(both, "write");
  const run = (a: string, b: string) =>
    runAll(
      { it },
      {
        present: [
          [userKey, a],
          [serviceKey, b],
        ],
      },
    );
  assert.deepEqual(await run("write", "write"), passed);
  assert.equal(await run("write", "read"), refused);
  assert.equal(await run("read", "write"), refused);
  assert.equal(await run("read", "read"), refused);
});

test("one whose schemes do not declare the scope is not asked for it", async () => {
  const clientKey = apiKeyHeader({ name: "X-Client", schemeName: "client" });
  const client = authenticate({ key: clientKey }, () => ({ id: "client" }));
  const it = scopes(
    authorize({ user, client }, ({ user }) => user),
    "write",
  );
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "write"], clientKey] }), passed);
  assert.equal(await runAll({ it }, { present: [[userKey, "read"], clientKey] }), refused);
  // Where it alone decides, nobody grants the scope.
  const either = anyOf({ user, client });
  assert.equal(await runAll({ it: scopes(either as unknown as typeof user, "write") }, { present: [clientKey] }), refused);
});

test("of alternatives the one that decides must grant", async () => {
  const it = scopes(anyOf({ user, session }), "write");
  assert.equal(
    await runAll(
      { it },
      {
        present: [
          [userKey, "read"],
          [sessionKey, "write"],
        ],
      },
    ),
    refused,
  );
  assert.deepEqual(await runAll({ it }, { present: [[sessionKey, "write"]] }), {
    values: { it: { via: "session", value: { name: "session" } } },
  });
});

test("an optional credential grants only where it is present", async () => {
  const it = scopes(
    authorize({ user, more: optional(service) }, ({ user }) => user),
    "write",
  );
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "write"]] }), passed);
  assert.equal(
    await runAll(
      { it },
      {
        present: [
          [userKey, "write"],
          [serviceKey, "read"],
        ],
      },
    ),
    refused,
  );
});

test("an invalid credential is 401, not 403", async () => {
  assert.equal(await runAll({ it: scopes(user, "read") }, { present: [[userKey, "bad"]] }), "refused invalid at it → value");
});

test("scopes add up", async () => {
  const it = scopes(scopes(user, "read"), "write");
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "read write"]] }), passed);
  assert.equal(await runAll({ it }, { present: [[userKey, "write"]] }), "refused scope at it → value");
  assert.equal(await runAll({ it }, { present: [[userKey, "read"]] }), refused);
});

test("grants are those of the request: two runs share nothing", async () => {
  const it = scopes(user, "write");
  const both = await Promise.all(["write", "read"].map((granted) => runAll({ it }, { present: [[userKey, granted]] })));
  assert.deepEqual(both, [passed, refused]);
});

test("the same arguments have the same dependency, in any order, also if a scope is named twice", async () => {
  const it = scopes(user, "read", "write");
  assert.equal(scopes(user, "write", "read"), it);
  assert.equal(scopes(user, "read", "write", "read"), it);
  assert.notEqual(scopes(user, "read"), it);
  assert.notEqual(scopes(active, "read", "write"), it);
  const execution = begin({ a: it, b: scopes(user, "write", "read") }, { present: [[userKey, "read write"]] });
  assert.deepEqual(
    execution.variant.steps.map(({ node }) => node.kind),
    ["authenticate", "scopes"],
  );
});

test("a scope that no scheme below declares is refused, with those that are", () => {
  assert.throws(() => untyped.scopes(user, "raed"), {
    code: "unknown_scope",
    message: 'scopes(): correct "raed", or declare it on a scheme below: the schemes below declare read, write',
  });
  assert.throws(() => untyped.scopes(user, "read", "raed"), { code: "unknown_scope" });
  assert.throws(() => untyped.scopes(user, ""), { code: "unknown_scope" });
  assert.throws(() => untyped.scopes(user), { code: "unknown_scope", message: /at least one/ });
  assert.throws(
    () =>
      untyped.scopes(
        depends({}, () => 1),
        "read",
      ),
    { code: "unknown_scope", message: /the schemes below declare no scope$/ },
  );
});

test("needs an authenticated dependency for sure", () => {
  const error = { code: "wrong_dependency", message: /^scopes\(\): return identified\(principal, grants\)/ };
  for (const dep of [userKey, optional(user), anyOf({ user, key: userKey })])
    assert.throws(() => untyped.scopes(dep, "read"), error);
  for (const dep of [undefined, null, {}, "user"]) assert.throws(() => untyped.scopes(dep, "read"), { code: "wrong_dependency" });
});

const askedOf = (facts: readonly string[]) => [...facts.filter((fact) => fact !== "scopes-unasked"), "scopes-asked"].toSorted();

test("it has the facts of its dependency, and has asked for a scope", () => {
  assert.ok(factsOf(active).includes("scopes-unasked"));
  for (const it of [scopes(active, "read"), anyScope(active, "a test")]) assert.deepEqual(factsOf(it), askedOf(factsOf(active)));
  // Asking again takes nothing back.
  assert.deepEqual(factsOf(scopes(anyScope(active, "a test"), "read")), askedOf(factsOf(active)));
});

test("anyScope() lets every valid credential pass, whatever it was granted, and hands on the value", async () => {
  const it = anyScope(user, "anyone may sign out");
  for (const granted of ["", "read", "other"]) assert.deepEqual(await runAll({ it }, { present: [[userKey, granted]] }), passed);
  assert.equal(await runAll({ it }, { present: [[userKey, "bad"]] }), "refused invalid at it → value");
  assert.equal(await runAll({ it }), "challenged for user");
  const node = it["~dep"];
  assert.ok(node.kind === "scopes");
  assert.deepEqual([node.reason, node.scopes], ["anyone may sign out", []]);
});

test("anyScope() over scopes() takes nothing off it, nor the other way round", async () => {
  const over = anyScope(scopes(user, "write"), "a test");
  const below = scopes(anyScope(user, "a test"), "write");
  for (const it of [over, below]) {
    assert.deepEqual(await runAll({ it }, { present: [[userKey, "write"]] }), passed);
    assert.match(await failureOf({ it }, { present: [[userKey, "read"]] }), /^refused scope at it/);
  }
});

test("anyScope() needs an authenticated dependency for sure, and a reason", () => {
  for (const dep of [userKey, optional(user), anyOf({ user, key: userKey })]) {
    assert.throws(() => untyped.anyScope(dep, "a test"), {
      code: "wrong_dependency",
      message: /^anyScope\(\): pass an authenticated dependency/,
    });
  }
  for (const dep of [undefined, null, {}, "user"])
    assert.throws(() => untyped.anyScope(dep, "a test"), { code: "wrong_dependency" });
  for (const reason of ["", " \n", undefined, null, 1, {}]) {
    assert.throws(() => untyped.anyScope(user, reason), { code: "empty_reason", message: /^anyScope\(\): say why/ });
  }
});

test("the same reason has the same dependency, and never that of a scope of the same name", async () => {
  assert.equal(anyScope(user, "a test"), anyScope(user, "a test"));
  assert.notEqual(anyScope(user, "another"), anyScope(user, "a test"));
  const reader = scopes(user, "read");
  for (const reason of ["read", '"read"']) assert.notEqual(untyped.anyScope(user, reason), reader);
  assert.equal(scopes(user, "read"), reader);
  assert.equal(await runAll({ it: reader }, { present: [[userKey, "write"]] }), refused);
});
