import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { refreshTokenGrant } from "./refresh-token-grant.ts";
import {
  type Desk,
  isGood,
  eventsOf,
  openDesk,
  password,
  refresh,
  refreshRequest,
  refused,
  tokensOf,
} from "./token-desk.fixture.ts";

const day = 86_400;

describeOnEach("The refresh_token grant", (database) => {
  test("returns an access token of the same session and the next refresh token, once", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const answer = await refresh(desk, first.refresh);
    const second = tokensOf(answer);
    assert.notEqual(second.refresh, first.refresh);
    assert.deepEqual(Object.keys(answer.body).toSorted(), ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert.deepEqual([answer.body["token_type"], answer.body["expires_in"]], ["bearer", 600]);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("pragma"), "no-cache");
    const [one, two] = await Promise.all([first, second].map(({ access }) => desk.tokens.verifyFresh(new Redacted(access))));
    assert.equal(one?.sid, two?.sid);
    assert.equal(two?.sub, desk.alice.id);
  });

  test("a session that ends while the access token is being signed leaves no token that works", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { refresh: token } = await desk.signIn();
    const issue: Desk["tokens"]["issue"] = async (grant) => {
      await desk.accounts.endSessions(desk.alice.id, { reason: "signed_out" });
      return desk.tokens.issue(grant);
    };
    const { verify, verifyFresh } = desk.tokens;
    const answer = await refreshTokenGrant(refreshRequest(token), { ...desk, tokens: { issue, verify, verifyFresh } });
    assert.equal(await isGood(desk, answer.access_token), false);
    refused(await refresh(desk, answer.refresh_token ?? ""), "invalid_grant");
  });

  test("a token is refused from every client but its own, and stays valid for that one (A-22, A-51)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const web = await desk.client({ id: "web", grants: ["password", "refresh_token"] });
    const spa = await desk.client({ id: "spa", authentication: "none", grants: ["password", "refresh_token"] });
    assert.equal(spa.secret, undefined);
    const ofWeb = await desk.signIn({}, web.basic);
    const ofSpa = await desk.signIn({ client_id: "spa" });
    const ofNone = await desk.signIn();

    refused(await refresh(desk, ofWeb.refresh), "invalid_grant");
    refused(await refresh(desk, ofWeb.refresh, { client_id: "spa" }), "invalid_grant");
    refused(await refresh(desk, ofWeb.refresh, { client_id: "web" }), "invalid_client", 401);
    refused(await refresh(desk, ofSpa.refresh), "invalid_grant");
    refused(await refresh(desk, ofSpa.refresh, {}, web.basic), "invalid_grant");
    refused(await refresh(desk, ofNone.refresh, {}, web.basic), "invalid_grant");
    refused(await refresh(desk, ofNone.refresh, { client_id: "spa" }), "invalid_grant");

    const next = tokensOf(await refresh(desk, ofWeb.refresh, {}, web.basic));
    assert.equal((await desk.tokens.verifyFresh(new Redacted(next.access))).client_id, "web");
    tokensOf(await refresh(desk, ofSpa.refresh, { client_id: "spa" }));
    tokensOf(await refresh(desk, ofNone.refresh));
  });

  test("a spent token used by another client ends nothing (A-22)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const web = await desk.client({ grants: ["password", "refresh_token"] });
    const other = await desk.client({ grants: ["password", "refresh_token"] });
    const first = await desk.signIn({}, web.basic);
    const second = tokensOf(await refresh(desk, first.refresh, {}, web.basic));
    desk.clock.advance(60);
    refused(await refresh(desk, first.refresh, {}, other.basic), "invalid_grant");
    refused(await refresh(desk, first.refresh), "invalid_grant");
    tokensOf(await refresh(desk, second.refresh, {}, web.basic));
  });

  test("a family that is refreshed every day ends at its absolute limit (A-24)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    let { refresh: token } = await desk.signIn();
    for (let passed = 1; passed < 90; passed += 1) {
      desk.clock.advance(day);
      token = tokensOf(await refresh(desk, token)).refresh;
    }
    desk.clock.advance(day - 1);
    token = tokensOf(await refresh(desk, token)).refresh;
    desk.clock.advance(1);
    refused(await refresh(desk, token), "invalid_grant");
  });

  test("a token that is not used in time expires", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const [first, second] = [await desk.signIn(), await desk.signIn()];
    desk.clock.now += 14 * day * 1000 - 1;
    tokensOf(await refresh(desk, first.refresh));
    desk.clock.now += 1;
    refused(await refresh(desk, second.refresh), "invalid_grant");
    assert.equal(eventsOf(desk, "refresh.reuse"), 0);
  });

  test("a narrower scope is granted, and a request for a broader one spends nothing (A-43, A-44)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { refresh: token } = await desk.signIn({ scope: "notes:read" });
    refused(await refresh(desk, token, { scope: "notes:read notes:write" }), "invalid_scope");
    refused(await refresh(desk, token, { scope: "admin" }), "invalid_scope");
    const next = await refresh(desk, token);
    assert.equal(next.body["scope"], "notes:read");

    const both = await desk.signIn();
    const narrowed = await refresh(desk, both.refresh, { scope: "notes:write" });
    assert.equal(narrowed.body["scope"], "notes:write");
    // RFC 6749 §6: the refresh token keeps the scope of the sign-in.
    assert.equal((await refresh(desk, tokensOf(narrowed).refresh)).body["scope"], "notes:read notes:write account");
  });

  test("the next token lacks a scope that the account may no longer have", async (t) => {
    let allowed = ["notes:read", "notes:write"];
    const desk = await openDesk(t, await database.open(t), { settings: { scopesOf: () => allowed } });
    const { refresh: token } = await desk.signIn();
    allowed = ["notes:read"];
    refused(await refresh(desk, token, { scope: "notes:write" }), "invalid_scope");
    assert.equal((await refresh(desk, token)).body["scope"], "notes:read account");
  });

  test("nothing is refreshed for an account that is disabled, or after its sessions ended", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const [first, second] = [await desk.signIn(), await desk.signIn()];
    await desk.accounts.endSessions(desk.alice.id, { reason: "signed_out" });
    refused(await refresh(desk, first.refresh), "invalid_grant");
    const third = await desk.signIn();
    tokensOf(await refresh(desk, third.refresh));
    await desk.accounts.disable(desk.alice.id);
    refused(await refresh(desk, third.refresh), "invalid_grant");
    await desk.accounts.enable(desk.alice.id);
    refused(await refresh(desk, second.refresh), "invalid_grant");
    refused(await refresh(desk, third.refresh), "invalid_grant");
  });

  test("a text that is not a refresh token is invalid_grant, and a missing one is invalid_request", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    for (const token of ["x", "a".repeat(43), "\u0000", "é".repeat(43), "'; DROP TABLE identity_accounts --"]) {
      refused(await refresh(desk, token), "invalid_grant");
    }
    refused(await desk.token({ grant_type: "refresh_token" }), "invalid_request");
  });

  test("a client that may not refresh gets no refresh token, and cannot use one", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const web = await desk.client({ grants: ["password"] });
    const answer = await desk.token({ grant_type: "password", username: "alice@example.com", password }, web.basic);
    assert.equal(answer.status, 200);
    assert.equal(answer.body["refresh_token"], undefined);
    const { refresh: token } = await desk.signIn();
    refused(await refresh(desk, token, {}, web.basic), "unauthorized_client");
  });
});
