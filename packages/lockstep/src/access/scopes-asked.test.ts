/** A route that changes something asks every credential for a scope, or says that any will do: at start-up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anyOf } from "../dependency/any-of.ts";
import { service, session, user } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { optional } from "../dependency/optional.ts";
import { createApi, del, get, group, patch, post, put } from "../index.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { anyScope, scopes } from "./scopes.ts";

const methods = { GET: get, POST: post, PUT: put, PATCH: patch, DELETE: del };

/** Starts an API of one route. */
function start(method: keyof typeof methods, deps: Record<string, AnyDependency>, guard?: AnyDependency): void {
  // A record without the facts of its entries: start-up is what is tested.
  const route = Reflect.apply(methods[method], undefined, ["/it", { deps }, () => "done"]);
  createApi({ title: "t", version: "1", ...(guard === undefined ? {} : { guard }), routes: [route] });
}

const unasked = (schemes: string) => ({
  code: "scopes_unasked",
  message: `POST /it: ask for a scope with scopes(user, "…"), or say anyScope(user, "reason"): this route changes something, and its credential (${schemes}) may be limited to scopes`,
});

test("what changes something asks for a scope; what reads need not", () => {
  start("GET", { user });
  for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
    assert.throws(() => start(method, { user }), {
      code: "scopes_unasked",
      message: new RegExp(`^${method} /it: ask for a scope`),
    });
    start(method, { user: scopes(user, "write") });
    start(method, { user: anyScope(user, "a test") });
  }
});

test("a credential whose scheme declares no scopes is not limited to any", () => {
  const key = apiKeyHeader({ name: "X-Plain", schemeName: "plain" });
  start("POST", { user: authenticate({ key }, () => ({ id: 1 })) });
});

test("each credential answers for itself: a scope that is asked of one is not asked of another beside it", () => {
  assert.throws(() => start("POST", { user: scopes(user, "write"), service }), unasked("service"));
  assert.throws(() => start("POST", { service, user: anyScope(user, "a test") }), unasked("service"));
  start("POST", { user: scopes(user, "write"), service: anyScope(service, "a test") });
  const both = authorize({ user, service }, ({ user }) => user);
  start("POST", { both: scopes(both, "write") });
});

test("every alternative is asked, inside or outside anyOf(), and what is optional too", () => {
  assert.throws(() => start("POST", { who: anyOf({ user: scopes(user, "write"), session }) }), unasked("session"));
  start("POST", { who: anyOf({ user: scopes(user, "write"), session: anyScope(session, "a test") }) });
  start("POST", { who: scopes(anyOf({ user, session }), "write") });
  assert.throws(() => start("POST", { user: scopes(user, "write"), more: optional(service) }), unasked("service"));
});

test("an authenticate() on top of others stands for them", () => {
  const profile = authenticate({ user }, ({ user }) => ({ id: user.name }));
  assert.throws(() => start("POST", { profile }), unasked("user"));
  start("POST", { profile: scopes(profile, "write") });
  // A scope that is asked below the upper one was not asked of what the route uses.
  const above = authenticate({ user: scopes(user, "write") }, ({ user }) => ({ id: user.name }));
  assert.throws(() => start("POST", { above }), unasked("user"));
  start("POST", { above: anyScope(above, "the one below is asked") });
});

test("a group says it once for its routes; so does the guard of the API for the credential that it uses", () => {
  const account = group({ prefix: "/account", deps: { user: anyScope(user, "about the account") } });
  const routes = [account.post("/a", {}, () => "done"), account.del("/b", {}, () => "done")];
  createApi({ title: "t", version: "1", routes });
  start("POST", { user }, anyScope(user, "a test"));
  assert.throws(() => start("POST", { user }, anyScope(service, "a test")), unasked("user"));
});
