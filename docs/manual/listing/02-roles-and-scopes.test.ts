import assert from "node:assert/strict";
import { test } from "node:test";
import { BuildError, createApi, post, roles, type Authenticated } from "lockstep";
import { api, currentUser, writer } from "./02-roles-and-scopes.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

/** A module that accepts any authenticated dependency. Whether its routes require a scope is checked at start-up. */
const routeFor = (user: Authenticated<{ readonly id: string }>) => post("/notes", { deps: { user } }, () => undefined);
const unasked = routeFor(currentUser);

test("a token without the scope gets 403, and the answer names the scopes", async () => {
  // #region insufficient
  const { status, headers, body } = await ask(api, "POST /notes/archive", { token: tokenOf("alice", "notes:read") });

  assert.equal(status, 403);
  assert.equal(headers.get("www-authenticate"), 'Bearer realm="Notes", error="insufficient_scope", scope="notes:read notes:write"');
  assert.deepEqual(body, {
    type: "about:blank",
    title: "Forbidden",
    status: 403,
    detail: "The credential does not grant what is needed.",
    code: "insufficient_scope",
    scope: "notes:read notes:write",
  });
  // #endregion
  assert.equal(await outcome(api, "POST /notes/archive", { token: tokenOf("alice") }), "204");
});

test("a sign-in that is not good enough gets 401, and the answer says which one is", async () => {
  const now = Math.floor(Date.now() / 1000);
  const recent = await tokenOf("alice", "notes:write", { auth_time: now - 60, acr: "urn:example:mfa" });
  assert.equal(await outcome(api, "DELETE /me", { token: recent }), "204");

  // #region step-up
  const old = await tokenOf("alice", "notes:write", { auth_time: now - 3600, acr: "urn:example:mfa" });
  const { status, headers } = await ask(api, "DELETE /me", { token: old });

  assert.equal(status, 401);
  assert.match(
    headers.get("www-authenticate") ?? "",
    /error="insufficient_user_authentication", .*acr_values="urn:example:mfa", max_age="300"/,
  );
  // #endregion
});

test("a role includes the roles that it lists", async () => {
  // #region roles
  assert.equal(await outcome(api, "GET /drafts", { token: tokenOf("alice") }), "403 forbidden"); // a user
  assert.equal(await outcome(api, "GET /drafts", { token: tokenOf("bob") }), "200"); // an editor
  assert.equal(await outcome(api, "GET /drafts", { token: tokenOf("carol") }), "200"); // an admin
  // #endregion
});

test("a route that requires a role and a scope needs both", async () => {
  assert.equal(await outcome(api, "GET /users", { token: tokenOf("carol", "notes:write") }), "403 insufficient_scope");
  assert.equal(await outcome(api, "GET /users", { token: tokenOf("bob") }), "403 forbidden");
  assert.deepEqual((await ask(api, "GET /users", { token: tokenOf("carol") })).body, ["alice", "bob", "carol", "dave"]);
});

test("a write requires a scope or declares anyScope()", async () => {
  assert.equal(await outcome(api, "DELETE /me/sessions", { token: tokenOf("alice", "notes:read") }), "204");
  const operation = api.openapi().paths["/me/sessions"]?.delete;
  assert.deepEqual(operation?.["x-lockstep-any-scope"], ["anyone may sign out"]);
  assert.equal(createApi({ title: "t", version: "1", routes: [routeFor(writer)] }).routes.length, 1);
  assert.throws(
    () => createApi({ title: "t", version: "1", routes: [unasked] }),
    (error: unknown) => error instanceof BuildError && error.code === "scopes_unasked",
  );
});

test("a list contains only the caller's notes", async () => {
  const { body } = await ask(api, "GET /notes", { token: tokenOf("bob") });
  assert.ok(Array.isArray(body));
  assert.equal(body.length, 1);
});

test("the document names the scopes with the scheme", () => {
  const { paths } = api.openapi();
  assert.deepEqual(paths["/notes/archive"]?.post?.security, [{ OAuth2PasswordBearer: ["notes:read", "notes:write"] }]);
});

test("roles that include each other in a circle are refused", () => {
  assert.throws(
    () => roles({ a: ["b"], b: ["a"] }, currentUser, () => "a"),
    (error: unknown) => error instanceof BuildError && error.code === "role_cycle",
  );
});
