import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, get, Redacted, reply, secret } from "lockstep";
import { api, isStoredKey, log } from "./07-responses-and-errors.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const token = await tokenOf("alice");

test("a result is sent with the declared status and body", async () => {
  assert.deepEqual((await ask(api, "GET /greeting")).body, { hello: "world" });
  assert.equal(await outcome(api, "DELETE /draft", { token }), "204");
  assert.equal(await outcome(api, "POST /jobs", { token }), "202");
  const made = await ask(api, "POST /notes", { token });
  assert.deepEqual([made.status, made.headers.get("location")], [201, "/notes/n1"]);
  const themed = await ask(api, "POST /theme", { token });
  assert.equal(themed.headers.get("set-cookie"), "theme=dark; Path=/; SameSite=Lax; Secure; HttpOnly");
  const csv = await ask(api, "GET /notes.csv", { token });
  assert.deepEqual([csv.body, csv.headers.get("content-type")], ["id,text\n", "text/csv; charset=utf-8"]);
  assert.equal(await outcome(api, "PUT /notes/draft", { token }), "201");
  const streamed = await ask(api, "GET /users.ndjson", { token });
  assert.equal(String(streamed.body).split("\n")[0], '{"id":"alice"}');
});

test("a response schema drops members that it does not name, and a Date is written as text", async () => {
  // #region profile
  const { body } = await ask(api, "GET /profile", { token });

  assert.deepEqual(body, { id: "alice", email: "alice@example.com", since: "1970-01-01T00:00:00.000Z" });
  // #endregion
});

test("a presented and a stored value are compared, and neither is printed", () => {
  const stored = secret("s3cret");
  assert.equal(isStoredKey(new Redacted("s3cret"), stored), true);
  assert.equal(isStoredKey(new Redacted("guess"), stored), false);
  assert.equal(`${String(stored)} ${JSON.stringify({ stored })}`, '[redacted] {"stored":"[redacted]"}');
});

test("a route does not send a success that it does not declare", async () => {
  const wrong = createApi({
    title: "t",
    version: "1",
    onError: (error) => log.push(`error: ${String(error)}`),
    routes: [
      // @ts-expect-error declare { status: 201 } or { responses: { 201: … } }: the handler replies with 201
      get("/greeting", { public: "example", status: 200 }, () => reply(201, "made")),
    ],
  });
  log.length = 0;
  assert.equal(await outcome(wrong, "GET /greeting"), "500 internal_error");
  assert.match(log.join(), /declare \{ status: 201 \}/);
  assert.deepEqual(Object.keys(api.openapi().paths["/draft"]?.delete?.responses ?? {}).slice(0, 1), ["204"]);
  assert.ok(Object.keys(api.openapi().paths["/theme"]?.post?.responses ?? {}).includes("204"));
});

test("a problem becomes the answer", async () => {
  // #region problem
  const { status, headers, body } = await ask(api, "DELETE /admins/last", { token });

  assert.equal(status, 409);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.deepEqual(body, {
    type: "about:blank",
    title: "Conflict",
    status: 409,
    detail: "The last administrator cannot be removed.",
    code: "last_admin",
  });
  // #endregion
});

test("the document lists the codes that a route declares", async () => {
  assert.equal(await outcome(api, "POST /admins", { token }), "409 too_many_admins");
  const declared = JSON.stringify(api.openapi().paths["/admins"]?.post?.responses["409"]);
  assert.match(declared, /"enum":\["already_admin","too_many_admins"\]/);
});

test("Unavailable and InvalidCredential have their own answers, and other errors reveal nothing", async () => {
  const away = await ask(api, "GET /weather", { token });
  assert.deepEqual([away.status, away.headers.get("retry-after")], [503, "30"]);
  assert.equal(await outcome(api, "GET /expired", { token }), "401 invalid_token");
  log.length = 0;
  const bug = await ask(api, "GET /bug", { token });
  assert.equal(bug.status, 500);
  assert.doesNotMatch(JSON.stringify(bug.body), /internal detail/);
  assert.deepEqual(log, ["error: TypeError: an internal detail"]);
});

test("a transaction commits before the answer, and rolls back with a refusal", async () => {
  // #region transaction
  log.length = 0;
  assert.equal(await outcome(api, "POST /orders", { token }), "201");
  assert.deepEqual(log, ["begin", "insert order", "commit"]);

  log.length = 0;
  assert.equal(await outcome(api, "POST /orders/refused", { token }), "409 out_of_stock");
  assert.deepEqual(log, ["begin", "insert order", "roll back"]);

  log.length = 0;
  assert.equal(await outcome(api, "POST /orders"), "401 unauthenticated");
  assert.deepEqual(log, []); // without a credential, the resource was not opened

  assert.equal(await outcome(api, "POST /orders/duplicate", { token }), "409 duplicate");
  // #endregion
});

test("an OAuth endpoint answers with the codes of RFC 6749 §5.2", async () => {
  const form = { grant_type: "password", username: "alice", password: "-" };
  assert.equal(await outcome(api, "POST /auth/token", { form }), "200");
  const refused = await ask(api, "POST /auth/token", { form: { ...form, username: "nobody" } });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body, { error: "invalid_grant", error_description: "The user name or the password is wrong." });
});

test("an answer to an authenticated caller is not cached, and every answer has an id", async () => {
  const { headers } = await ask(api, "GET /profile", { token });
  assert.equal(headers.get("cache-control"), "no-store");
  assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});
