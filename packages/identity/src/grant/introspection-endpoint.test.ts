import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { type Answer, basic, type Desk, openDesk, refused, textIn, tokensOf } from "./token-desk.fixture.ts";

const grants = ["password", "refresh_token"] as const;
type Headers = Readonly<Record<string, string>>;

function ask(desk: Desk, token: string, headers: Headers = {}, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return desk.post("/auth/introspect", { token, ...fields }, headers);
}

function inactive(answer: Answer): void {
  assert.deepEqual([answer.status, answer.text], [200, '{"active":false}']);
  assert.equal(answer.headers.get("cache-control"), "no-store");
}

async function ownToken(desk: Desk, headers: Headers): Promise<string> {
  return textIn(await desk.token({ grant_type: "client_credentials" }, headers), "access_token");
}

describeOnEach("The introspection endpoint", (database) => {
  test("returns the claims of an access token to a client that introspects", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const rs = await desk.client({ introspects: true });
    const { access } = await desk.signIn({ scope: "notes:read" });
    const { sid, jti } = await desk.tokens.verifyFresh(new Redacted(access));
    const answer = await ask(desk, access, rs.basic);
    const iat = desk.clock.now / 1000;
    assert.deepEqual(answer.body, {
      active: true,
      iss: "https://as.test",
      sub: desk.alice.id,
      sub_type: "user",
      aud: "https://api.test",
      exp: iat + 600,
      iat,
      jti,
      sid,
      scope: "notes:read",
      client_id: "first_party",
      token_type: "Bearer",
    });
    assert.equal(answer.headers.get("cache-control"), "no-store");
  });

  test("without a client, or with a wrong secret, it is 401 with both challenges (A-34)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { client } = await desk.client({ introspects: true });
    await desk.client({ id: "spa", authentication: "none" });
    const { access } = await desk.signIn();
    const answer = await ask(desk, access);
    refused(answer, "invalid_client", 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /Basic realm=.*Bearer/);
    refused(await ask(desk, access, basic(client.id, "wrong")), "invalid_client", 401);
    refused(await ask(desk, access, {}, { client_id: "spa" }), "invalid_client", 401);
    refused(await ask(desk, access, basic("spa", "")), "invalid_client", 401);
    refused(await ask(desk, access, { authorization: "Bearer x" }), "invalid_client", 401);
  });

  test("refuses a user's token, and accepts a client's own while the client is enabled (A-34)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const rs = await desk.client({ introspects: true, grants: ["client_credentials"] });
    const [{ access }, own] = [await desk.signIn(), await ownToken(desk, rs.basic)];
    refused(await ask(desk, access, { authorization: `Bearer ${access}` }), "invalid_client", 401);
    const headers = { authorization: `Bearer ${own}` };
    assert.equal((await ask(desk, access, headers)).body["active"], true);
    await desk.clients.disable(rs.client.id);
    refused(await ask(desk, access, headers), "invalid_client", 401);
    refused(await ask(desk, access, rs.basic), "invalid_client", 401);
  });

  test("a client that does not introspect can ask only about its own tokens (A-34)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const [web, other] = [await desk.client({ grants }), await desk.client({ grants: ["client_credentials"] })];
    const [ofWeb, ofNone] = [await desk.signIn({}, web.basic), await desk.signIn()];
    inactive(await ask(desk, ofWeb.access, other.basic));
    inactive(await ask(desk, ofNone.access, other.basic));
    inactive(await ask(desk, ofNone.access, web.basic));
    assert.equal((await ask(desk, ofWeb.access, web.basic)).body["active"], true);
    assert.equal((await ask(desk, await ownToken(desk, other.basic), other.basic)).body["active"], true);
  });

  test("garbage, revoked, expired, spent and another issuer's tokens are inactive, with the same answer (A-34)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const elsewhere = await openDesk(t, await database.open(t));
    const rs = await desk.client({ introspects: true, grants });
    const [first, second, third] = [
      await desk.signIn({}, rs.basic),
      await desk.signIn({}, rs.basic),
      await desk.signIn({}, rs.basic),
    ];
    for (const token of ["x", "a".repeat(43), "a.b.c", "\u0000", `${first.access}x`, (await elsewhere.signIn()).access]) {
      inactive(await ask(desk, token, rs.basic));
    }
    await desk.post("/auth/revoke", { token: first.refresh }, rs.basic);
    inactive(await ask(desk, first.access, rs.basic));
    inactive(await ask(desk, first.refresh, rs.basic));
    tokensOf(await desk.token({ grant_type: "refresh_token", refresh_token: second.refresh }, rs.basic));
    inactive(await ask(desk, second.refresh, rs.basic));
    assert.equal((await ask(desk, third.access, rs.basic)).body["active"], true);
    desk.clock.advance(605);
    inactive(await ask(desk, third.access, rs.basic));
    assert.equal((await ask(desk, third.refresh, rs.basic)).body["active"], true);
    await desk.accounts.disable(desk.alice.id);
    inactive(await ask(desk, third.refresh, rs.basic));
  });

  test("only its own client can ask about a refresh token, whatever the hint, and never an API (A-34)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const [web, rs] = [await desk.client({ grants }), await desk.client({ introspects: true })];
    const { refresh, access } = await desk.signIn({}, web.basic);
    for (const token_type_hint of ["access_token", "refresh_token", "nothing"]) {
      const { body } = await ask(desk, refresh, web.basic, { token_type_hint });
      assert.deepEqual([body["active"], body["client_id"], body["sub"]], [true, web.client.id, desk.alice.id]);
      assert.equal(body["token_type"], undefined);
      assert.equal((await ask(desk, access, web.basic, { token_type_hint })).body["active"], true);
    }
    inactive(await ask(desk, refresh, rs.basic));
    inactive(await ask(desk, (await desk.signIn()).refresh, rs.basic));
    desk.clock.advance(14 * 86_400);
    inactive(await ask(desk, refresh, web.basic));
  });

  test("a token revoked on another node is inactive at once", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const rs = await desk.client({ introspects: true });
    const { access } = await desk.signIn();
    assert.equal((await ask(desk, access, rs.basic)).body["active"], true);
    // This node's feed hears nothing more. Only the database knows.
    await desk.feed.close();
    await desk.accounts.endSessions(desk.alice.id, { reason: "signed_out" });
    inactive(await ask(desk, access, rs.basic));
  });

  test("a request without a token is invalid_request", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const rs = await desk.client({ introspects: true });
    refused(await desk.post("/auth/introspect", {}, rs.basic), "invalid_request");
    refused(await desk.post("/auth/introspect", { token: ["a", "b"] }, rs.basic), "invalid_request");
  });
});
