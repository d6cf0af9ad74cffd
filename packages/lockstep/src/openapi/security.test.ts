import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { identified } from "../outcome/identified.ts";
import { anyScope, scopes } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import type { Deps } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { firstOf } from "../dependency/first-of.ts";
import { Graph } from "../dependency/graph.ts";
import { entriesOf } from "../dependency/node.ts";
import { optional } from "../dependency/optional.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { alternativesOf, requirementsOf } from "./security.ts";

const token = oauth2PasswordBearer({
  tokenUrl: "/token",
  schemeName: "OAuth",
  scopes: { read: "Read", write: "Write", admin: "All" },
});
const key = apiKeyHeader({ name: "X-Key", schemeName: "Key", scopes: { read: "Read" } });
const cookie = apiKeyCookie({ name: "sid", schemeName: "Cookie" });
const user = authenticate({ token }, () => identified({ id: "user" }, { sub: "1" }));
const service = authenticate({ key }, () => identified({ id: "service" }, { sub: "2" }));
const session = authenticate({ cookie }, () => ({ id: "session" }));

const security = (deps: Deps) => requirementsOf(alternativesOf(new Graph(entriesOf("test", deps))));

test("nothing is needed if no scheme is below", () => {
  assert.deepEqual(security({}), []);
  assert.deepEqual(security({ page: depends({}, () => 1) }), []);
});

test("AND is one object: entries, and one verb over two schemes", () => {
  assert.deepEqual(security({ user, service }), [{ OAuth: [], Key: [] }]);
  assert.deepEqual(security({ both: authenticate({ token, key }, () => ({ id: "1" })) }), [{ OAuth: [], Key: [] }]);
});

test("OR is several objects", () => {
  assert.deepEqual(security({ caller: anyOf({ user, service }) }), [{ OAuth: [] }, { Key: [] }]);
});

test("(A ∧ B) ∨ C, and A ∧ (B ∨ C)", () => {
  const both = authenticate({ token, key }, () => ({ id: "1" }));
  assert.deepEqual(security({ caller: anyOf({ both, session }) }), [{ OAuth: [], Key: [] }, { Cookie: [] }]);
  assert.deepEqual(security({ user, other: anyOf({ service, session }) }), [
    { OAuth: [], Key: [] },
    { OAuth: [], Cookie: [] },
  ]);
});

test("an optional scheme is an alternative, and `{}` comes last", () => {
  assert.deepEqual(security({ user: optional(user) }), [{ OAuth: [] }, {}]);
  assert.deepEqual(security({ caller: anyOf({ maybe: optional(user), service }) }), [{ OAuth: [] }, {}]);
  assert.deepEqual(security({ user: optional(user), service: optional(service) }), [
    { OAuth: [], Key: [] },
    { OAuth: [] },
    { Key: [] },
    {},
  ]);
  assert.deepEqual(security({ user, service: optional(service) }), [{ OAuth: [], Key: [] }, { OAuth: [] }]);
});

test("explicit credentials come before ambient ones, as they are tried", () => {
  const basic = authenticate({ login: httpBasic() }, () => ({ id: "1" }));
  assert.deepEqual(security({ caller: anyOf({ session, basic, user }) }), [{ OAuth: [] }, { Cookie: [] }, { HTTPBasic: [] }]);
});

test("an anyOf that several paths reach is one choice: no alternative asks for both branches", () => {
  const caller = anyOf({ user, service });
  const active = authorize({ caller }, ({ caller }) => caller);
  assert.deepEqual(security({ caller, active, again: depends({ active }, () => 1) }), [{ OAuth: [] }, { Key: [] }]);
});

test("a scheme that is optional and needed elsewhere is needed", () => {
  assert.deepEqual(security({ maybe: optional(user), user }), [{ OAuth: [] }]);
});

test("a branch that is never tried is not offered", () => {
  const anyone = depends({}, () => 1);
  assert.deepEqual(security({ caller: anyOf({ anyone, user }) }), []);
});

test("scopes are the union over every path to the scheme", () => {
  assert.deepEqual(security({ user: scopes(user, "write"), other: scopes(scopes(user, "read"), "admin") }), [
    { OAuth: ["admin", "read", "write"] },
  ]);
});

test("a scope is listed with the schemes below its scopes() that declare it, and nowhere else", () => {
  assert.deepEqual(security({ user: scopes(user, "read"), service }), [{ OAuth: ["read"], Key: [] }]);
  const reader = scopes(anyOf({ user, service }), "read");
  assert.deepEqual(security({ reader }), [{ OAuth: ["read"] }, { Key: ["read"] }]);
  const both = authenticate({ token, plain: httpBearer() }, () => identified({}, { sub: "1" }));
  assert.deepEqual(security({ both: scopes(both, "read") }), [{ OAuth: ["read"], HTTPBearer: [] }]);
});

test("a scope that only one alternative requires is listed with that one", () => {
  assert.deepEqual(security({ caller: anyOf({ writer: scopes(user, "write"), service }) }), [{ OAuth: ["write"] }, { Key: [] }]);
  assert.deepEqual(security({ user: scopes(user, "read"), more: optional(scopes(service, "read")) }), [
    { OAuth: ["read"], Key: ["read"] },
    { OAuth: ["read"] },
  ]);
});

test("the rules of a firstOf() that demand different scopes are alternatives, in the order of the rules", () => {
  const author = authorize({ user: scopes(user, "write") }, ({ user: who }) => who);
  const admin = authorize({ user: scopes(user, "admin") }, ({ user: who }) => who);
  assert.deepEqual(security({ note: firstOf({ author, admin }) }), [{ OAuth: ["write"] }, { OAuth: ["admin"] }]);
  assert.deepEqual(security({ note: firstOf({ user, admin }) }), [{ OAuth: [] }, { OAuth: ["admin"] }]);
  // The control: side by side they are demanded together.
  assert.deepEqual(security({ author, admin }), [{ OAuth: ["admin", "write"] }]);
});

test("rules that demand the same are one alternative; anyScope() demands nothing", () => {
  const reader = scopes(user, "read");
  const one = authorize({ reader }, ({ reader: who }) => who);
  const other = authorize({ reader }, ({ reader: who }) => who);
  assert.deepEqual(security({ note: firstOf({ one, other }) }), [{ OAuth: ["read"] }]);
  assert.deepEqual(security({ note: firstOf({ user, any: anyScope(user, "a test") }) }), [{ OAuth: [] }]);
});

test("a scope demanded beside or above a firstOf() is listed with each of its alternatives", () => {
  const rules = firstOf({ author: scopes(user, "write"), admin: scopes(user, "admin") });
  const both = [{ OAuth: ["read", "write"] }, { OAuth: ["admin", "read"] }];
  assert.deepEqual(security({ rules, reader: scopes(user, "read") }), both);
  assert.deepEqual(security({ rules: scopes(rules, "read") }), both);
});

test("a firstOf() that several paths reach is one choice; one inside another adds its rules", () => {
  const rules = firstOf({ author: scopes(user, "write"), admin: scopes(user, "admin") });
  const active = authorize({ rules }, ({ rules: who }) => who);
  const either = [{ OAuth: ["write"] }, { OAuth: ["admin"] }];
  assert.deepEqual(security({ rules, active, again: depends({ active }, () => 1) }), either);
  assert.deepEqual(security({ nested: firstOf({ reader: scopes(user, "read"), rules }) }), [{ OAuth: ["read"] }, ...either]);
});

test("a firstOf() in a branch of an anyOf() multiplies that branch only", () => {
  const rules = firstOf({ author: scopes(user, "write"), admin: scopes(user, "admin") });
  assert.deepEqual(security({ caller: anyOf({ rules, service }) }), [{ OAuth: ["write"] }, { OAuth: ["admin"] }, { Key: [] }]);
});

test("what an authenticate() of a rule rests on is demanded whichever rule allows: who is asking is decided before them", () => {
  const member = authenticate({ reader: scopes(user, "read") }, () => ({ id: "1" }));
  assert.deepEqual(security({ note: firstOf({ user, member }) }), [{ OAuth: ["read"] }]);
});

test("two schemes that are defined alike are one credential", () => {
  const one = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
  const other = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
  assert.deepEqual(security({ one, other }), [{ HTTPBearer: [] }]);
  assert.deepEqual(security({ caller: anyOf({ one, other }) }), [{ HTTPBearer: [] }]);
});
