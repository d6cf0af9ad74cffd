/** A route that changes something asks for a scope in every way that leads to it: at start-up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anyOf } from "../dependency/any-of.ts";
import { service, session, user } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { firstOf } from "../dependency/first-of.ts";
import { optional } from "../dependency/optional.ts";
import { createApi, group, post } from "../index.ts";
import { authorize } from "./authorize.ts";
import { anyScope, scopes } from "./scopes.ts";

/** Starts an API of one route. */
function start(deps: Record<string, AnyDependency>, guard?: AnyDependency): void {
  // A record without the facts of its entries: start-up is what is tested.
  const route = Reflect.apply(post, undefined, ["/it", { deps }, () => "done"]);
  createApi({ title: "t", version: "1", ...(guard === undefined ? {} : { guard }), routes: [route] });
}

const unasked = (schemes: string) => ({
  code: "scopes_unasked",
  message: `POST /it: require a scope with scopes(user, "…") or use anyScope(user, "reason"): this route changes something, and its credential (${schemes}) may be limited to scopes`,
});

test("every alternative is asked, inside or outside anyOf(), and what is optional too", () => {
  assert.throws(() => start({ who: anyOf({ user: scopes(user, "write"), session }) }), unasked("session"));
  start({ who: anyOf({ user: scopes(user, "write"), session: anyScope(session, "a test") }) });
  start({ who: scopes(anyOf({ user, session }), "write") });
  assert.throws(() => start({ user: scopes(user, "write"), more: optional(service) }), unasked("service"));
});

test("of several alternatives over one credential each asks: what one asked is not asked of a caller of another", () => {
  const active = authorize({ user }, ({ user }) => user);
  const asked = scopes(user, "write");
  const both = anyOf({ both: authorize({ user, service: anyScope(service, "a test") }, ({ user }) => user), asked });
  assert.throws(() => start({ both }), unasked("user"));
  start({ both: anyScope(both, "a test") });
  assert.throws(() => start({ it: firstOf({ asked, active }) }), unasked("user"));
  start({ it: firstOf({ asked, active: scopes(active, "read") }) });
  start({ it: scopes(firstOf({ asked, active }), "read") });
  // Beside what was asked, the same credential may be used plainly: both must pass.
  start({ asked, active });
});

test("a group says it once for its routes; so does the guard of the API for the credential that it uses", () => {
  const account = group({ prefix: "/account", deps: { user: anyScope(user, "about the account") } });
  const routes = [account.post("/a", { status: 200 }, () => "done"), account.del("/b", { status: 200 }, () => "done")];
  createApi({ title: "t", version: "1", routes });
  start({ user }, anyScope(user, "a test"));
  assert.throws(() => start({ user }, anyScope(service, "a test")), unasked("user"));
});
