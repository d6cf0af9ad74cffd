/** API keys that the API accepts and refuses. Identity tests their format and the rest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addApiKey, startNotes } from "./notes.fixture.ts";

test("a mistyped key and a wrong one have the same answer", async (t) => {
  const notes = await startNotes(t);
  const [prefix, env, id, secret = "", check] = notes.apiKey.split("_");
  assert.deepEqual([prefix, env], ["notes", "demo"]);
  const wrong = [
    [prefix, env, id, secret.replace(/^./, (first) => (first === "a" ? "b" : "a")), check].join("_"),
    notes.apiKey.toLowerCase(),
    notes.apiKey.slice(0, -1),
    `${notes.apiKey}0`,
    "changeme",
    "x".repeat(5000),
  ];
  for (const key of wrong) {
    const { status, text } = await notes.ask("GET", "/v1/data", { key });
    assert.deepEqual([status, JSON.parse(text).code], [401, "invalid_token"], key.slice(0, 80));
  }
  assert.equal((await notes.ask("GET", "/v1/data", { key: notes.apiKey })).status, 200);
});

test("keys are distinguished by their whole id, and a revoked key is refused at once", async (t) => {
  const { ask, auth, apiKey } = await startNotes(t);
  const other = await addApiKey(auth, "reports");
  assert.equal((await ask("GET", "/v1/data", { key: other })).body["data"], "reports");
  assert.equal((await ask("GET", "/v1/data", { key: apiKey })).body["data"], "billing");
  await auth.apiKeys.revoke(apiKey.split("_")[2] ?? "");
  assert.equal((await ask("GET", "/v1/data", { key: apiKey })).status, 401);
  assert.equal((await ask("GET", "/v1/data", { key: other })).status, 200);
});
