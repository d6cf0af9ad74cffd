/** Routes with `errors: "oauth"`: the same guards, with the errors of RFC 6749 §5.2 instead of problem details. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson } from "../host-under-test.ts";
import type { Received } from "../http-client.ts";
import { badToken, tokenOf } from "../world.ts";

const form = [["content-type", "application/x-www-form-urlencoded"]] as const;

/** Facts about OAuth errors. */
export const oauthBehaviours: readonly Behaviour[] = [
  behaviour("an error of the endpoint has the members of RFC 6749 §5.2, and must not be stored", async (host) => {
    expectJson(await host.ask("POST", "/oauth/token", { headers: form, body: "grant_type=password" }), { access_token: "given" });
    const answer = await host.ask("POST", "/oauth/token", { headers: form, body: "grant_type=magic" });
    expectOAuth(answer, 400, { error: "unsupported_grant_type", error_description: "There is no such grant." });
  }),
  behaviour("errors of the core become invalid_request", async (host) => {
    const unread = await host.ask("POST", "/oauth/token", { headers: [["content-type", "application/json"]], body: "{}" });
    assert.deepEqual([unread.status, JSON.parse(unread.text).error], [415, "invalid_request"]);
    const repeated = await host.ask("POST", "/oauth/token", { headers: form, body: "grant_type=a&grant_type=b" });
    assert.deepEqual([repeated.status, JSON.parse(repeated.text).error], [400, "invalid_request"]);
  }),
  behaviour("a refusal keeps its status and challenge", async (host) => {
    const absent = await host.ask("POST", "/oauth/guarded");
    expectOAuth(absent, 401, { error: "invalid_client", error_description: "Authentication is required." });
    assert.deepEqual(absent.headers["www-authenticate"], ['Bearer realm="Suite", scope="notes:write"']);
    const invalid = await host.askAs(badToken("expired"), "POST", "/oauth/guarded");
    expectOAuth(invalid, 401, { error: "invalid_client", error_description: "The credential is not valid." });
    const scope = await host.askAs(tokenOf("alice", "notes:read"), "POST", "/oauth/guarded");
    assert.deepEqual([scope.status, JSON.parse(scope.text).error], [403, "invalid_scope"]);
    expectJson(await host.askAs(tokenOf("alice"), "POST", "/oauth/guarded"), { ok: true });
  }),
];

function expectOAuth(answer: Received, status: number, body: object): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(JSON.parse(answer.text), body);
  assert.deepEqual(answer.headers["content-type"], ["application/json"]);
  assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
}
