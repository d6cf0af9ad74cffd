/** `identity({ provider, providerEvents })`: the events of a provider, and the accounts of its subjects. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { identityProvider, oidc, rfc9068 } from "lockstep/oidc";
import {
  clientId,
  logoutToken,
  push,
  receiverId,
  risc,
  securityEvent,
  sendLogout,
} from "../../../lockstep/src/oidc/events/event.fixture.ts";
import { TestIssuer } from "../../../lockstep/src/oidc/test-issuer.fixture.ts";
import * as f from "../../../lockstep/src/token/token.fixture.ts";
import { type IdentityApi, openIdentityApi, textIn } from "../identity.fixture.ts";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { senderOf } from "../provider-event/provider-event.fixture.ts";
import type { ProviderEventsOptions } from "../provider-event/provider-events.ts";

const issuer = new TestIssuer();

function open(t: TestContext, kind: TestDatabase, over: Partial<ProviderEventsOptions> = {}): Promise<IdentityApi> {
  const { issuer: name } = issuer;
  const clock = (): number => issuer.clockMs;
  const audience = "https://api.test";
  const tokens = oidc({ issuer: name, audience, algorithms: ["ES256"], typ: "at+jwt", allowLoopback: true, clock });
  return kind.open(t).then((database) =>
    openIdentityApi(t, database, {
      provider: identityProvider({ tokens, map: rfc9068() }),
      providerEvents: { logout: [senderOf(issuer, clientId)], push: [senderOf(issuer, receiverId)], ...over },
      clock,
    }),
  );
}

/** An access token of a person, issued ten seconds ago unless the claims say otherwise. */
function token(claims: object = {}): string {
  const scope = "notes:read notes:write account";
  return issuer.jwt({ aud: "https://api.test", client_id: "web", scope, auth_time: f.now - 10, ...claims });
}

describeOnEach("identity with the events of a provider", (kind) => {
  test("refuses the tokens of a person who signs out at the provider, and accepts those of a later sign-in", async (t) => {
    const { ask, api } = await open(t, kind);
    const status = async (path: string, text: string): Promise<number> => (await ask("GET", path, { token: text })).status;
    const [alice, bob] = [token(), token({ sub: "bob" })];
    for (const text of [alice, bob]) assert.equal(await status("/me", text), 200);
    assert.equal((await sendLogout(api, logoutToken(issuer))).status, 200);
    for (const path of ["/me", "/fresh"]) {
      assert.equal(await status(path, alice), 401);
      assert.equal(await status(path, bob), 200);
      assert.equal(await status(path, token({ iat: f.now - 9 })), 200);
    }
  });

  for (const name of ["account-disabled", "account-purged"] as const) {
    test(`ends the API keys of the account of a person: ${name}`, async (t) => {
      const { ask, api, auth, events } = await open(t, kind);
      const keyOf = async (sub: string): Promise<string> => {
        const json = { name: "CI", scopes: ["notes:read"] };
        return textIn(await ask("POST", "/auth/api-keys", { token: token({ sub }), json }), "key");
      };
      const [alice, bob] = [await keyOf("alice"), await keyOf("bob")];
      const id = textIn(await ask("GET", "/me", { token: token() }), "id");
      const status = async (key: string): Promise<number> => (await ask("GET", "/notes", { key })).status;
      assert.deepEqual([await status(alice), await status(bob)], [200, 200]);

      assert.equal((await push(api, securityEvent(issuer, { events: { [`${risc}${name}`]: {} } }))).status, 202);

      assert.deepEqual([await status(alice), await status(bob)], [401, 200]);
      assert.equal((await ask("GET", "/me", { token: token() })).status, 401);
      const ended = events.filter((event) => event.type === "api_key.revoked");
      assert.deepEqual(
        ended.map((event) => "reason" in event && event.reason),
        ["account_disabled"],
      );
      // The account stays: whether it may be used is the provider's decision.
      assert.equal((await auth.accounts.find(id))?.disabledAt, undefined);
      issuer.later(1);
      const later = token({ iat: f.now + 1, auth_time: f.now + 1 });
      assert.equal(textIn(await ask("GET", "/me", { token: later }), "id"), id);
      assert.equal(await status(alice), 401);
    });
  }

  test("ends nothing of an account for events that only end tokens, nor for people without an account", async (t) => {
    const { ask, api } = await open(t, kind);
    const json = { name: "CI", scopes: ["notes:read"] };
    const key = textIn(await ask("POST", "/auth/api-keys", { token: token(), json }), "key");
    assert.equal((await sendLogout(api, logoutToken(issuer))).status, 200);
    for (const name of ["sessions-revoked", "account-enabled"])
      assert.equal((await push(api, securityEvent(issuer, { events: { [`${risc}${name}`]: {} } }))).status, 202);
    const stranger = { sub_id: { format: "iss_sub", iss: issuer.issuer, sub: "stranger" } };
    assert.equal(
      (await push(api, securityEvent(issuer, { ...stranger, events: { [`${risc}account-disabled`]: {} } }))).status,
      202,
    );
    assert.equal((await ask("GET", "/notes", { key })).status, 200);
  });

  test("does not start with events of an issuer whose tokens it does not know", async (t) => {
    const other = { ...senderOf(issuer, clientId), issuer: `${issuer.issuer}/other` };
    await assert.rejects(open(t, kind, { logout: [other] }), WrongIdentityOption);
  });
});
