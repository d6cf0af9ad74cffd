import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../../packages/lockstep/src/testing/eventually.ts";
import { api, startPolling } from "./34-provider-events.ts";
import { outcome } from "./ask.fixture.ts";
import { signed, stream } from "./event.fixture.ts";

const bearer = "5d0f3c1be2a94786b1c8e07f6a2d9354";
const logoutEvent = { "http://schemas.openid.net/event/backchannel-logout": {} };
const disabled = { "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {} };

const accessToken = (sub: string): Promise<string> => signed("at+jwt", { aud: "https://notes.example", sub });
const subject = async (sub: string) => ({
  format: "iss_sub",
  // The issuer is that of the token.
  iss: (JSON.parse(atob((await accessToken(sub)).split(".")[1] ?? "")) as { iss: string }).iss,
  sub,
});

async function push(token: string, authorization = `Bearer ${bearer}`): Promise<number> {
  const headers = { "content-type": "application/secevent+jwt", authorization };
  return (await api.fetch(new Request("https://notes.example/auth/security-events", { method: "POST", headers, body: token })))
    .status;
}

test("a logout token ends the access tokens of its subject, and counts once", async () => {
  const [ann, bob] = [await accessToken("ann"), await accessToken("bob")];
  // #region answers
  const logoutToken = await signed("logout+jwt", { aud: "notes-web", sub: "ann", sid: "s1", events: logoutEvent });
  assert.equal(await outcome(api, "GET /me", { token: ann }), "200");
  assert.equal(await outcome(api, "POST /auth/backchannel-logout", { form: { logout_token: logoutToken } }), "200");
  assert.equal(await outcome(api, "GET /me", { token: ann }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: bob }), "200");

  const again = { form: { logout_token: logoutToken } };
  assert.equal(await outcome(api, "POST /auth/backchannel-logout", again), "400"); // a replay
  // #endregion
  const another = await signed("logout+jwt", { aud: "another-client", sub: "bob", events: logoutEvent });
  assert.equal(await outcome(api, "POST /auth/backchannel-logout", { form: { logout_token: another } }), "400");
  assert.equal(await outcome(api, "GET /me", { token: bob }), "200");
});

test("a pushed event ends the access tokens of its subject, and one that comes again is acknowledged", async () => {
  const [carol, dave] = [await accessToken("carol"), await accessToken("dave")];
  const set = await signed("secevent+jwt", {
    aud: "https://notes.example/events",
    sub_id: await subject("carol"),
    events: disabled,
  });
  assert.equal(await push(set, "Bearer wrong"), 401);
  assert.equal(await outcome(api, "GET /me", { token: carol }), "200");
  for (let time = 1; time <= 2; time += 1) assert.equal(await push(set), 202);
  assert.equal(await outcome(api, "GET /me", { token: carol }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /me", { token: dave }), "200");
  assert.equal(await push(await signed("at+jwt", { aud: "https://notes.example/events", sub: "dave" })), 400);
});

test("a polled event ends the access tokens of its subject, and is acknowledged", async (t) => {
  const erin = await accessToken("erin");
  assert.equal(await outcome(api, "GET /me", { token: erin }), "200");
  const claims = { aud: "https://notes.example/events", sub_id: await subject("erin"), events: disabled };
  stream.set("e1", await signed("secevent+jwt", { ...claims, jti: "e1" }));
  const polling = startPolling();
  t.after(() => polling.close());
  await eventually(async () => (await outcome(api, "GET /me", { token: erin })) !== "200", 30_000, "the event");
  await eventually(() => stream.size === 0, 30_000, "the acknowledgement");
});
