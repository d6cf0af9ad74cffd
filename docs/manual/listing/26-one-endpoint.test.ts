import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./26-one-endpoint.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const alices = "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";
const json = { text: "changed" };

test("the endpoint of the comparison answers its owner and administrators, and refuses the others", async () => {
  const change = async (name: string, given: object = { json }, scope?: string) =>
    outcome(api, `PATCH /notes/${alices}`, { token: tokenOf(name, scope), ...given });
  // #region answers
  assert.equal(await change("alice"), "200"); // the owner
  assert.equal(await change("carol"), "200"); // an administrator

  assert.equal(await outcome(api, `PATCH /notes/${alices}`, { json: { wrong: true } }), "401 unauthenticated"); // not 422
  assert.equal(await change("bob"), "404 not_found"); // somebody else
  assert.equal(await change("alice", { json }, "notes:read"), "403 insufficient_scope");
  assert.equal(await change("alice", { json: { ...json, ownerId: "bob" } }), "422 invalid_input"); // an unknown field
  // #endregion
});

test("the answer has the declared members only", async () => {
  const { body } = await ask(api, `PATCH /notes/${alices}`, { token: tokenOf("alice"), json });
  assert.deepEqual(body, { id: alices, text: "changed" });
});
