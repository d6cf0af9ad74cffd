/** The log: its events about refusals, and data that it never contains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startNotes } from "./notes.fixture.ts";

test("the log contains routes, reasons and ids, and no address, token or key", async (t) => {
  const notes = await startNotes(t);
  const { ask, token, log, alice, bob, apiKey } = notes;
  const note = await notes.store.notes.add(bob.id, "bob's diary");
  const sent = await token(alice);
  await ask("GET", `/notes/${note.id}`, { token: sent });
  await ask("GET", "/admin/users", { token: sent });
  await ask("GET", "/v1/data", { key: `${apiKey.slice(0, -1)}!` });
  await ask("POST", "/auth/token", { form: { grant_type: "password", username: alice.email, password: "a wrong password" } });
  const types = log.map((line) => /"msg":"([^"]+)"/.exec(line)?.[1]);
  assert.deepEqual(types, [
    "object.hidden",
    "authorization.denied",
    "api_key.refused",
    "authentication.failed",
    "sign_in.failed",
    "token.refused",
  ]);
  for (const text of ["@example.com", sent, apiKey.slice(0, -1), "diary", "wrong password"]) {
    assert.ok(!log.join("").includes(text), text);
  }
});
