import assert from "node:assert/strict";
import { test } from "node:test";
import { anyScope, scopes } from "../access/scopes.ts";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { identified } from "../outcome/identified.ts";
import { anyOf } from "../dependency/any-of.ts";
import { optional } from "../dependency/optional.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { entriesOf } from "../dependency/node.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { createApi } from "../api/api.ts";
import { compileRoute } from "./compiled-route.ts";
import { group } from "./group.ts";
import { get, type HttpMethod, type Route } from "./route.ts";

const token = httpBearer({ scopes: { write: "Change notes" } });
const user = authenticate({ token }, () => identified({ id: "1" }, { sub: "1", scope: "write" }));
const plain = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "2" }));
const limited = authenticate({ key: apiKeyHeader({ name: "X-Other", scopes: { jobs: "Run jobs" } }) }, () =>
  identified({ id: "3" }, { sub: "3", scope: "jobs" }),
);
const { definition } = get("/", { public: "a template for the routes below" }, () => "x");

/** A route that the compiler has not seen. */
function routeOf(method: HttpMethod, deps: Readonly<Record<string, AnyDependency>>): Route {
  return { method, template: "/", definition: { ...definition, public: undefined, entries: entriesOf("a test", deps) } };
}
const starts = (method: HttpMethod, deps: Readonly<Record<string, AnyDependency>>) => compileRoute(routeOf(method, deps), []);

const unasked = { code: "scopes_unasked" };
const writes = ["POST", "PUT", "PATCH", "DELETE"] as const;

test("each method that changes something asks for a scope, or says that any will do", () => {
  for (const method of writes) {
    assert.throws(() => starts(method, { user }), unasked, method);
    starts(method, { user: scopes(user, "write") });
    starts(method, { user: anyScope(user, "anyone may sign out") });
  }
  starts("GET", { user });
});

test("the message says what to write, and which credential it is about", () => {
  assert.throws(() => starts("POST", { user }), {
    ...unasked,
    message:
      'POST /: require a scope with scopes(user, "…") or use anyScope(user, "reason"): this route changes something, and its credential (HTTPBearer) may be limited to scopes',
  });
});

test("a credential whose scheme declares no scopes is asked for none", () => {
  for (const method of writes) starts(method, { plain });
});

test("nothing between the credential and the route hides it", () => {
  const active = authorize({ user }, ({ user: who }) => who);
  assert.throws(() => starts("POST", { active }), unasked);
  starts("POST", { active: scopes(active, "write") });
  starts("POST", { active: authorize({ user: scopes(user, "write") }, ({ user: who }) => who) });
  assert.throws(() => starts("POST", { caller: anyOf({ user, plain }) }), unasked);
  starts("POST", { caller: anyOf({ user: scopes(user, "write"), plain }) });
  assert.throws(() => starts("POST", { plain, user: optional(user) }), unasked);
  starts("POST", { plain, user: optional(scopes(user, "write")) });
});

test("each credential answers for itself: a scope that is asked of one does not excuse another", () => {
  assert.throws(() => starts("POST", { user: scopes(user, "write"), limited }), { ...unasked, message: /\(APIKeyHeader\)/ });
  starts("POST", { user: scopes(user, "write"), limited: scopes(limited, "jobs") });
  assert.throws(() => starts("POST", { caller: anyOf({ user: scopes(user, "write"), limited }) }), unasked);
});

test("one authenticate() built on others represents them", () => {
  const account = authenticate({ user, plain }, ({ user: who }) => who);
  assert.throws(() => starts("POST", { account }), unasked);
  starts("POST", { account: scopes(account, "write") });
  starts("POST", { account: anyScope(account, "a test") });
});

test("scopes asked of a group hold for its routes; the guard of an API is asked, too", () => {
  const notes = group({ prefix: "/notes", deps: { user: scopes(user, "write") } });
  const quiet = { title: "t", version: "1", audit: () => {} };
  createApi({ ...quiet, routes: [notes.post("/", {}, () => undefined)] });
  const own = routeOf("POST", { user: scopes(user, "write") });
  assert.throws(() => createApi({ ...quiet, guard: limited, routes: [own] }), unasked);
  createApi({ ...quiet, guard: scopes(limited, "jobs"), routes: [own] });
  createApi({ ...quiet, guard: anyScope(limited, "a test"), routes: [own] });
});
