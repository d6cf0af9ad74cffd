import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, firstOf, get, httpBearer, identified, scopes } from "../index.ts";

const token = httpBearer({ scopes: { read: "Read", write: "Write", team: "Use the team" } });
const user = authenticate({ token }, ({ token }) => identified({ id: "1" }, { sub: "1", scope: token.reveal() }));

/** The status, and the scopes that the challenge names, for a caller who was granted one scope. */
async function refusal(path: string, granted: string): Promise<readonly unknown[]> {
  const either = firstOf({ reader: scopes(user, "read"), writer: scopes(user, "write") });
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    routes: [
      get("/both", { deps: { reader: scopes(user, "read"), writer: scopes(user, "write") } }, () => "done"),
      get("/either", { deps: { either } }, () => "done"),
      get("/within", { deps: { either: scopes(either, "team") } }, () => "done"),
    ],
  });
  const response = await api.fetch(new Request(`http://x${path}`, { headers: { authorization: `Bearer ${granted}` } }));
  const challenge = response.headers.get("www-authenticate") ?? "";
  return [response.status, /scope="([^"]*)"/.exec(challenge)?.[1]];
}

test("a challenge names every scope that is required, whichever was missed first (RFC 6750 §3)", async () => {
  assert.deepEqual(await refusal("/both", "write"), [403, "read write"]);
});

test("where one rule of several is enough, a challenge names the scope of the rule that refused, not those of every rule", async () => {
  assert.deepEqual(await refusal("/either", "team"), [403, "read"]);
  assert.deepEqual(await refusal("/within", "team"), [403, "read team"]);
  assert.deepEqual(await refusal("/within", "write"), [403, "team"]);
});
