import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "lockstep";
import { api, branded, demo, sending, sessions } from "./09-documentation.ts";
import { ask, outcome } from "./ask.fixture.ts";

test("everyone can read open documentation", async () => {
  const page = await ask(demo, "GET /docs");
  assert.equal(page.status, 200);
  assert.match(String(page.body), /swagger-ui/);
  assert.deepEqual((await ask(demo, "GET /openapi.json")).body, JSON.parse(JSON.stringify(demo.openapi())));
});

test("guarded documentation needs the credential and the rights of its rule", async () => {
  sessions.set("s1", "carol");
  assert.equal(await outcome(api, "GET /docs"), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /docs", { headers: { cookie: "__Host-session=s1" } }), "200");
  assert.equal(await outcome(api, "GET /openapi.json"), "401 unauthenticated");
});

test("the page has the theme, the logo and the client of its options", async () => {
  const { body } = await ask(branded, "GET /docs", { headers: { cookie: "__Host-session=s1" } });
  const html = String(body);
  for (const part of [
    'data-theme="auto"',
    '<img src="/logo.svg" alt="Notes">',
    'data-client-id="docs-page"',
    'data-try-it-out="false"',
  ])
    assert.ok(html.includes(part), part);
});

test("an API without a rule for its documentation has none", async () => {
  const none = createApi({ title: "t", version: "1", routes: [] });
  assert.equal(await outcome(none, "GET /docs"), "404 not_found");
});

test("the document describes the access that is enforced", () => {
  // #region openapi
  const operation = demo.openapi().paths["/notes/{id}"]?.get;

  assert.equal(operation?.operationId, "readNote");
  assert.equal(operation.summary, "Read a note");
  assert.deepEqual(operation.security, [{ OAuth2PasswordBearer: [] }]);
  assert.deepEqual(Object.keys(operation.responses), ["200", "400", "401", "404", "422"]);
  assert.deepEqual(operation.responses["200"]?.content?.["application/json"]?.schema, { $ref: "#/components/schemas/Note" });
  // #endregion
});

test("the document shows the requests that the API sends", () => {
  const { webhooks, paths } = sending.openapi();
  assert.equal(webhooks?.["noteCreated"]?.post.summary, "A note was created");
  const callback = paths["/reports"]?.post?.callbacks?.["reportReady"]?.["{$request.body#/callbackUrl}"];
  assert.deepEqual(
    callback?.post.parameters?.map(({ name }) => name),
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
  );
});

test("the documentation's own routes are not in the document", () => {
  assert.deepEqual(Object.keys(demo.openapi().paths), ["/notes/{id}", "/me"]);
});
