import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, tokens } from "./main.ts";

async function note(text: string): Promise<string> {
  const { headers } = await ask(api, "POST /notes", { token: tokens.ann, json: { text } });
  return headers.get("location") ?? "";
}

test("the owner can write, read, change and remove a note", async () => {
  const at = await note("Buy milk");
  const token = tokens.ann;
  assert.deepEqual((await ask(api, `GET ${at}`, { token })).body, { id: at.slice("/notes/".length), text: "Buy milk" });
  assert.equal(await outcome(api, `PATCH ${at}`, { token, json: { text: "Buy bread" } }), "200");
  assert.equal(await outcome(api, `DELETE ${at}`, { token }), "204");
  assert.equal(await outcome(api, `GET ${at}`, { token }), "404 not_found");
});

test("another user's note has the same answer as a missing one, for every method", async () => {
  const at = await note("Private");
  const missing = `/notes/${crypto.randomUUID()}`;
  for (const [method, json] of [["GET"], ["PATCH", { text: "Mine" }], ["DELETE"]] as const) {
    const theirs = await ask(api, `${method} ${at}`, { token: tokens.bob, json });
    const none = await ask(api, `${method} ${missing}`, { token: tokens.bob, json });
    assert.deepEqual([theirs.status, theirs.body], [404, none.body]);
  }
  assert.equal(await outcome(api, `GET ${at}`, { token: tokens.ann }), "200");
});

test("the body cannot name another owner", async () => {
  const json = { text: "x", ownerId: "bob" };
  assert.equal(await outcome(api, "POST /notes", { token: tokens.ann, json }), "422 invalid_input");
});

test("only an administrator can remove any note", async () => {
  const at = await note("Rude");
  assert.equal(await outcome(api, `DELETE /admin${at}`, { token: tokens.bob }), "403 forbidden");
  assert.equal(await outcome(api, `DELETE /admin${at}`, { token: tokens.root }), "204");
  assert.equal(await outcome(api, `GET ${at}`, { token: tokens.ann }), "404 not_found");
});

test("a list contains only the caller's notes", async () => {
  await note("Mine");
  assert.deepEqual((await ask(api, "GET /notes", { token: tokens.bob })).body, []);
});
