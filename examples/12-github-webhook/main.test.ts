import assert from "node:assert/strict";
import { test } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, heads, secret } from "./main.ts";

const stored = new Map<string, string>();
const testing = api.with([[heads, stored]]);

/** Sends an event as GitHub does: signed by GitHub's own library. */
async function send(name: string, payload: object, key = secret): Promise<string> {
  const raw = JSON.stringify(payload);
  const headers = {
    "content-type": "application/json",
    "x-github-event": name,
    "x-github-delivery": crypto.randomUUID(),
    "x-hub-signature-256": await sign(key, raw),
  };
  return outcome(testing, "POST /hooks/github", { raw, headers });
}

const push = (after: string) => ({ ref: "refs/heads/main", after, repository: { full_name: "a/b", private: true }, forced: false });

test("stores the head of a push that GitHub signed, once", async () => {
  assert.deepEqual([await send("push", push("c1")), await send("push", push("c1"))], ["204", "200"]);
  assert.equal(stored.get("a/b refs/heads/main"), "c1");
  assert.equal(await send("ping", { zen: "Keep it." }), "204");
});

test("refuses a push with the signature of somebody else", async () => {
  assert.equal(await send("push", push("c2"), `${secret}x`), "401 invalid_token");
  assert.equal(stored.get("a/b refs/heads/main"), "c1");
});

test("a recorded request under the name of another event does nothing", async () => {
  assert.equal(await send("push", { zen: "Speak like a human." }), "204");
  assert.equal(await send("deployment", push("c3")), "422 invalid_input");
  assert.equal(stored.get("a/b refs/heads/main"), "c1");
});
