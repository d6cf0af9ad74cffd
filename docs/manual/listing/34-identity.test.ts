import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./34-identity.ts";
import { outcome } from "./ask.fixture.ts";
import { signed } from "./event.fixture.ts";

test("a logout token ends the tokens of its subject, in the transaction of the application's own row", async (t) => {
  const { api, auth, database, notices } = await open();
  t.after(async () => {
    await auth.close();
    await database.close();
  });
  const tokenOf = (sub: string): Promise<string> =>
    signed("at+jwt", { aud: "https://notes.example", sub, client_id: "notes-web", scope: "notes:read" });
  const [ann, bob] = [await tokenOf("ann"), await tokenOf("bob")];
  for (const token of [ann, bob]) assert.equal(await outcome(api, "GET /notes", { token }), "200");
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const form = { logout_token: await signed("logout+jwt", { aud: "notes-web", sub: "ann", events }) };
  assert.equal(await outcome(api, "POST /auth/backchannel-logout", { form }), "200");
  assert.equal(await outcome(api, "GET /notes", { token: ann }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /notes", { token: bob }), "200");
  assert.equal(await outcome(api, "POST /auth/backchannel-logout", { form }), "400");
  const [notice, ...others] = await notices();
  assert.match(String(notice), /^logout at \d+$/);
  assert.deepEqual(others, []);
});
