import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import {
  type Answer,
  basic,
  type Desk,
  fiftyTimes,
  isGood,
  openDesk,
  password,
  refresh,
  refused,
  textIn,
  tokensOf,
} from "./token-desk.fixture.ts";

const grants = ["password", "refresh_token"] as const;

function revoke(desk: Desk, token: string, headers = {}, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return desk.post("/auth/revoke", { token, ...fields }, headers);
}

function isDone({ status, text, headers }: Answer): void {
  assert.deepEqual([status, text], [200, ""]);
  assert.equal(headers.get("cache-control"), "no-store");
}

describeOnEach("The revocation endpoint", (database) => {
  test("a refresh token ends its family with the access tokens, even if it is spent (A-35)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    for (const isSpent of [false, true]) {
      const [first, other] = [await desk.signIn(), await desk.signIn()];
      const second = tokensOf(await refresh(desk, first.refresh));
      isDone(await revoke(desk, isSpent ? first.refresh : second.refresh, {}, { token_type_hint: "access_token" }));
      refused(await refresh(desk, second.refresh), "invalid_grant");
      assert.deepEqual([await isGood(desk, first.access), await isGood(desk, second.access)], [false, false]);
      assert.equal(await isGood(desk, other.access), true);
      tokensOf(await refresh(desk, other.refresh));
    }
    assert.equal(desk.events.filter(({ type }) => type === "token.revoked").length, 2);
    assert.equal(desk.events.filter(({ type }) => type === "refresh.reuse").length, 0);
  });

  test("an access token ends alone (A-35)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    isDone(await revoke(desk, first.access, {}, { token_type_hint: "refresh_token" }));
    assert.deepEqual([await isGood(desk, first.access), await isGood(desk, second.access)], [false, true]);
    isDone(await revoke(desk, first.access));
    tokensOf(await refresh(desk, second.refresh));
  });

  test("an unknown token, an expired one and any other text are 200, and change nothing (A-35)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { access } = await desk.signIn();
    desk.clock.advance(700);
    const before = desk.events.length;
    for (const token of [access, "x", "a".repeat(43), "a.b.c", "\u0000", `${access}x`, "x".repeat(10_000)]) {
      isDone(await revoke(desk, token, {}, { token_type_hint: "something" }));
    }
    assert.equal(desk.events.length, before);
  });

  test("another client's token is not changed (A-35)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const web = await desk.client({ id: "web", grants });
    const other = await desk.client({ grants });
    await desk.client({ id: "spa", authentication: "none", grants });
    const [ofWeb, ofSpa, ofNone] = [await desk.signIn({}, web.basic), await desk.signIn({ client_id: "spa" }), await desk.signIn()];
    for (const token of [ofWeb.access, ofWeb.refresh]) {
      isDone(await revoke(desk, token, other.basic));
      isDone(await revoke(desk, token));
      isDone(await revoke(desk, token, {}, { client_id: "spa" }));
      refused(await revoke(desk, token, {}, { client_id: "web" }), "invalid_client", 401);
      refused(await revoke(desk, token, basic("web", "wrong")), "invalid_client", 401);
    }
    for (const token of [ofSpa.access, ofSpa.refresh, ofNone.access, ofNone.refresh]) isDone(await revoke(desk, token, web.basic));
    for (const token of [ofSpa.access, ofSpa.refresh]) isDone(await revoke(desk, token));
    for (const { access } of [ofWeb, ofSpa, ofNone]) assert.equal(await isGood(desk, access), true);
    // The positive controls: each client ends its own token.
    isDone(await revoke(desk, ofWeb.refresh, web.basic));
    isDone(await revoke(desk, ofSpa.refresh, {}, { client_id: "spa" }));
    isDone(await revoke(desk, ofNone.refresh));
    for (const { access } of [ofWeb, ofSpa, ofNone]) assert.equal(await isGood(desk, access), false);
  });

  test("a service account ends its own token, and gets another at once", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { basic: headers } = await desk.client({ grants: ["client_credentials"] });
    const next = async (): Promise<string> =>
      textIn(await desk.token({ grant_type: "client_credentials" }, headers), "access_token");
    const token = await next();
    isDone(await revoke(desk, token, headers));
    assert.deepEqual([await isGood(desk, token), await isGood(desk, await next())], [false, true]);
  });

  test("revoking a family fifty times at once ends it once", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { refresh: token } = await desk.signIn();
    for (const answer of await fiftyTimes(() => revoke(desk, token))) isDone(answer);
    assert.equal(desk.events.filter(({ type }) => type === "token.revoked").length, 1);
    assert.equal((await desk.token({ grant_type: "password", username: "alice@example.com", password })).status, 200);
  });

  test("a request without a token, or with two, is invalid_request", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    refused(await desk.post("/auth/revoke", {}), "invalid_request");
    refused(await desk.post("/auth/revoke", { token: "" }), "invalid_request");
    refused(await desk.post("/auth/revoke", { token: ["a", "b"] }), "invalid_request");
    refused(await desk.post("/auth/revoke", { token: "x".repeat(17_000) }), "invalid_request", 413);
    assert.equal((await desk.api.fetch(new Request("https://as.test/auth/revoke"))).status, 405);
  });
});
