/** `identityProviderFrom()` with real providers: opaque tokens are introspected, and two issuers are used side by side. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { InvalidCredential } from "../../problem/error.ts";
import { Redacted } from "../../secret/redacted.ts";
import { callerOf } from "../claims/caller.ts";
import { clientCredentials } from "../client-credentials.ts";
import { type ForeignProvider, job, jwtApi, notesApi, opaqueApi, startProvider } from "../foreign-provider.fixture.ts";
import { identityProviderFrom } from "./environment.ts";
import type { IdentityProvider } from "./identity-provider.ts";

let first: ForeignProvider;
let second: ForeignProvider;

before(async () => {
  [first, second] = [await startProvider(), await startProvider()];
});
after(() => Promise.all([first.close(), second.close()]));

function tokenOf({ issuer }: ForeignProvider, resource: string): Promise<Redacted<string>> {
  return clientCredentials({ issuer, ...job, resource, scope: "notes:read", allowLoopback: true }).token();
}

async function idBy(provider: IdentityProvider, token: Redacted<string>): Promise<string> {
  return callerOf(provider.map, await provider.tokens.verify(token), undefined).principal.id;
}

function providerFrom(env: Readonly<Record<string, string>>): IdentityProvider {
  return identityProviderFrom({ AUTH_ALLOW_LOOPBACK_ISSUER: "1", ...env }) ?? assert.fail("no provider");
}

test("with a client and its secret, an opaque token is a caller; without them, it is refused", async () => {
  const env = { AUTH_ISSUER: first.issuer, AUTH_AUDIENCE: opaqueApi };
  const token = await tokenOf(first, opaqueApi);
  assert.ok(!token.reveal().includes("."), "the control: it is opaque");
  const client = { AUTH_CLIENT_ID: notesApi.clientId, AUTH_CLIENT_SECRET: notesApi.clientSecret };
  assert.equal(await idBy(providerFrom({ ...env, ...client }), token), `${first.issuer}#client:job`);
  await assert.rejects(idBy(providerFrom(env), token), InvalidCredential);
  const elsewhere = providerFrom({ ...env, ...client, AUTH_AUDIENCE: "https://api.test/another" });
  await assert.rejects(idBy(elsewhere, token), InvalidCredential);
});

test("two issuers are two worlds: equal subjects are two callers, and one issuer's token is nothing at the other", async () => {
  const [ours, theirs] = [await tokenOf(first, jwtApi), await tokenOf(second, jwtApi)];
  const both = providerFrom({ AUTH_ISSUER: `${first.issuer} ${second.issuer}`, AUTH_AUDIENCE: jwtApi });
  assert.deepEqual(
    [await idBy(both, ours), await idBy(both, theirs)],
    [`${first.issuer}#client:job`, `${second.issuer}#client:job`],
  );
  const one = providerFrom({ AUTH_ISSUER: first.issuer, AUTH_AUDIENCE: jwtApi });
  assert.equal(await idBy(one, ours), `${first.issuer}#client:job`);
  await assert.rejects(idBy(one, theirs), InvalidCredential);
  const [header, , signature] = theirs.reveal().split(".");
  const [, payload] = ours.reveal().split(".");
  await assert.rejects(idBy(both, new Redacted(`${header}.${payload}.${signature}`)), InvalidCredential);
});
