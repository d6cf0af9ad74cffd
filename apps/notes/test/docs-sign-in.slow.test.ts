/** The rest of the README's "Try it": a wrong password, the API key and a browser session. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { logoutOf } from "../../../packages/lockstep/src/docs-ui/docs-page.fixture.ts";
import { answers, openDemo, signInAs } from "./docs-demo.fixture.ts";

test("the dialog reports a wrong password, and no route opens", async (t) => {
  const { docs, password } = await openDemo(t);
  const wrong = await docs.press("OAuth2PasswordBearer", signInAs("alice@example.com", `${password}x`));
  assert.match(await wrong.locator(".errors").innerText(), /The user name or the password is wrong/);
  assert.equal(await logoutOf(wrong).count(), 0);
  await docs.closeDialog();
  assert.equal((await docs.execute("GET /notes")).status, "401");
});

test("the API key of a program opens GET /v1/data, and no user's notes", async (t) => {
  const { docs, apiKey } = await openDemo(t);
  assert.equal((await docs.execute("GET /v1/data")).status, "401", "the control: no key was given");
  await docs.authorize("ApiKey", { fields: { api_key_value: apiKey } });
  await answers(docs.execute("GET /v1/data"), "200", /"data": "demo client"/);
  await answers(docs.execute("GET /notes"), "403", /"code": "forbidden"/);
});

test("POST /auth/session signs the browser in with a cookie, without Authorize", async (t) => {
  const { docs, password } = await openDemo(t);
  assert.equal((await docs.execute("GET /notes")).status, "401", "no session exists before signing in");
  await answers(docs.execute("POST /auth/session", { username: "alice@example.com", password }), "200", /"expiresAt"/);
  await answers(docs.execute("POST /notes", '{ "text": "by cookie" }'), "201", /"text": "by cookie"/);
  await answers(docs.execute("GET /notes"), "200", /"text": "by cookie"/);
  await docs.page.reload();
  await docs.ready();
  await answers(docs.execute("GET /notes"), "200", /"text": "by cookie"/);
});
