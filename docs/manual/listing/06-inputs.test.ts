import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./06-inputs.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const token = await tokenOf("alice");

test("query parameters become numbers, defaults and lists", async () => {
  const { body } = await ask(api, "GET /notes?tag=a&tag=b&limit=1", { token });
  assert.deepEqual(body, { tags: ["a", "b"], texts: ["Alice's note"] });
  assert.equal(await outcome(api, "GET /notes?limit=1&limit=2", { token }), "400 repeated_parameter");
  assert.equal(await outcome(api, "GET /notes?limit=%201", { token }), "422 invalid_input");
});

test("a path parameter, a header and a cookie are each read from their own place", async () => {
  const headers = { "accept-language": "de", cookie: "theme=dark" };
  assert.deepEqual((await ask(api, "GET /reports/2025", { token, headers })).body, { year: 2025, language: "de", theme: "dark" });
  assert.deepEqual((await ask(api, "GET /reports/2025?theme=dark", { token })).body, {
    year: 2025,
    language: "en",
    theme: "light",
  });
});

test("the answer lists every error of a body with a pointer", async () => {
  // #region invalid
  const { status, body } = await ask(api, "POST /notes", { token, json: { text: "", pined: true } });

  assert.equal(status, 422);
  assert.deepEqual(body, {
    type: "about:blank",
    title: "Unprocessable Content",
    status: 422,
    detail: "The request does not fit what the endpoint takes.",
    code: "invalid_input",
    errors: [
      { in: "body", pointer: "/pined", detail: "unknown field" },
      { in: "body", pointer: "/text", detail: "Too small: expected string to have >=1 characters" },
    ],
  });
  // #endregion
  const good = await ask(api, "POST /notes", { token, json: { text: "Hello" } });
  assert.deepEqual([good.status, good.body], [201, { text: "Hello", pinned: false }]);
});

test("a body that is not JSON gets another answer than one that does not match the schema", async () => {
  // #region syntax
  const send = (raw: string, type = "application/json") =>
    outcome(api, "POST /notes", { token, raw, headers: { "content-type": type } });

  assert.equal(await send('{"text":'), "400 malformed_json");
  assert.equal(await send('{"text":"a","text":"b"}'), "400 duplicate_member");
  assert.equal(await send('{"__proto__":{}}'), "400 forbidden_key");
  assert.equal(await send("text=a", "text/plain"), "415 unsupported_media_type");
  assert.equal(await send(`{"text":"${"a".repeat(200_000)}"}`), "413 too_large");
  // #endregion
  assert.equal(await send('{"text":1e400}'), "400 malformed_json");
  assert.equal(await send("[".repeat(9) + "]".repeat(9)), "413 too_deep");
});

test("a caller without a credential learns nothing about the inputs", async () => {
  assert.equal(await outcome(api, "POST /notes", { json: { text: 1 } }), "401 unauthenticated");
});

test("form fields become numbers", async () => {
  assert.deepEqual((await ask(api, "POST /feedback", { form: { stars: "5" } })).body, 5);
  assert.equal(await outcome(api, "POST /feedback", { form: { stars: "5", admin: "1" } }), "422 invalid_input");
});

test("connection() describes how the request arrived", async () => {
  const { body, headers } = await ask(api, "GET /me/device", { token, headers: { "user-agent": "Firefox" } });
  assert.deepEqual(body, { address: "unknown", browser: "Firefox", request: headers.get("x-request-id") });
});

test("another site cannot sign its visitors in", async () => {
  // #region same-site
  const signIn = (headers: Record<string, string>) =>
    outcome(api, "POST /session", { form: { name: "alice", password: "…" }, headers });

  assert.equal(await signIn({ "sec-fetch-site": "cross-site" }), "403 cross_site");
  assert.equal(await signIn({}), "403 cross_site");
  assert.equal(await signIn({ "sec-fetch-site": "same-origin" }), "204");
  // #endregion
});

test("rawBody() accepts the declared media type, up to the limit of the route", async () => {
  const send = (raw: string, type: string) => outcome(api, "PUT /me/picture", { token, raw, headers: { "content-type": type } });
  assert.equal(await send("x".repeat(200_000), "image/png"), "200");
  assert.equal(await send("x", "image/jpeg"), "415 unsupported_media_type");
});
