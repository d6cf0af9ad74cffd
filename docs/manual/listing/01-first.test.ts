import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./01-first.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const alices = "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";

test("a request without a token gets 401 and a challenge", async () => {
  // #region anonymous
  const { status, headers, body } = await ask(api, "GET /me");

  assert.equal(status, 401);
  assert.equal(headers.get("www-authenticate"), 'Bearer realm="Notes"');
  assert.deepEqual(body, {
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
    detail: "Authentication is required.",
    code: "unauthenticated",
  });
  // #endregion
});

test("a protected route accepts a valid token only", async () => {
  // #region tokens
  const { body } = await ask(api, "GET /me", { token: tokenOf("alice") });

  assert.deepEqual(body, { id: "alice", email: "alice@example.com" });

  assert.equal(await outcome(api, "GET /me", { token: "made-up" }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: tokenOf("nobody") }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: tokenOf("dave") }), "403 forbidden"); // Dave is not active
  // #endregion
});

test("only the owner can read a note, and a hidden note looks like a missing one", async () => {
  // #region notes
  const note = "/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c"; // Alice's
  const missing = "/notes/00000000-0000-4000-8000-000000000000";

  assert.equal(await outcome(api, `GET ${note}`, { token: tokenOf("alice") }), "200");
  assert.equal(await outcome(api, `GET ${note}`, { token: tokenOf("bob") }), "404 not_found");
  assert.equal(await outcome(api, `GET ${missing}`, { token: tokenOf("alice") }), "404 not_found");
  // #endregion
  const hidden = await ask(api, `GET ${note}`, { token: tokenOf("bob") });
  const absent = await ask(api, `GET ${missing}`, { token: tokenOf("bob") });
  assert.deepEqual(hidden.body, absent.body);
});

test("a response contains only the members that its schema names", async () => {
  const { body } = await ask(api, `GET /notes/${alices}`, { token: tokenOf("alice") });
  assert.deepEqual(body, { id: alices, text: "Alice's note" });
});

test("a caller without a token does not learn that an id is malformed", async () => {
  assert.equal(await outcome(api, "GET /notes/1"), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /notes/1", { token: tokenOf("alice") }), "422 invalid_input");
  assert.equal(await outcome(api, `GET /notes/${alices}`), "401 unauthenticated");
});

test("the public route needs no credential", async () => {
  assert.deepEqual((await ask(api, "GET /health")).body, "Ok");
});

test("the documentation shows a lock on the protected routes only", () => {
  const { paths } = api.openapi();
  assert.deepEqual(paths["/me"]?.get?.security, [{ OAuth2PasswordBearer: [] }]);
  assert.deepEqual(paths["/health"]?.get?.security, []);
});
