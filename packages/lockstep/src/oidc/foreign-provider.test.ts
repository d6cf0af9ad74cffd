/** Against a real provider, which was not written to fit this package. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { scopes } from "../access/scopes.ts";
import { createApi } from "../api/api.ts";
import { identified } from "../outcome/identified.ts";
import { get } from "../route/route.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import { clientCredentials } from "./client-credentials.ts";
import { type ForeignProvider, job, jwtApi, notesApi, opaqueApi, startProvider } from "./foreign-provider.fixture.ts";
import { issuers } from "./issuers.ts";
import { oidc } from "./oidc.ts";
import { accepted, refusal, unavailable } from "./test-issuer.fixture.ts";
import { TokenRefused } from "./token-endpoint.ts";

let provider: ForeignProvider;
let second: ForeignProvider;
/** How far the verifiers' clock is ahead. */
let aheadMs = 0;
const clock = (): number => Date.now() + aheadMs;

before(async () => {
  [provider, second] = await Promise.all([startProvider(), startProvider()]);
});
after(() => Promise.all([provider.close(), second.close()]));

/** The answer about an opaque token of a client has no `sub`. */
const withoutSubject = { claim: "client_id", prefix: "client:" } as const;

const tokenFor = async (resource: string, from = provider, scope = "notes:read"): Promise<string> => {
  const source = clientCredentials({ issuer: from.issuer, ...job, scope, resource, allowLoopback: true });
  return (await source.token()).reveal();
};
const jwts = (from = provider): JwtVerifier =>
  oidc({ issuer: from.issuer, audience: jwtApi, algorithms: ["ES256"], typ: "at+jwt", allowLoopback: true });
const opaque = (): JwtVerifier =>
  oidc({
    issuer: provider.issuer,
    audience: opaqueApi,
    algorithms: ["ES256"],
    typ: "at+jwt",
    allowLoopback: true,
    clock,
    introspection: notesApi,
    withoutSubject,
  });

describe("oidc-provider", () => {
  test("issues a JWT for a resource, which only its API accepts (RFC 8707, RFC 9068)", async () => {
    const text = await tokenFor(jwtApi);
    const { iss, sub, aud, client_id, scope } = await accepted(jwts(), text);
    assert.deepEqual([iss, sub, aud, client_id, scope], [provider.issuer, "job", jwtApi, "job", "notes:read"]);
    assert.equal(await refusal(opaque(), text), "another audience");
  });

  test("issues an opaque token, and says that it is active until it is revoked", async () => {
    const text = await tokenFor(opaqueApi);
    const by = opaque();
    assert.ok(!text.includes("."));
    const { iss, sub, aud, client_id, scope } = await accepted(by, text);
    assert.deepEqual([iss, sub, aud, client_id, scope], [provider.issuer, "client:job", opaqueApi, "job", "notes:read"]);
    assert.equal(await refusal(by, text.split("").toReversed().join("")), "not active");
    const revoked = await fetch(`${provider.issuer}/token/revocation`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${job.clientId}:${job.clientSecret}`)}` },
      body: new URLSearchParams({ token: text }),
    });
    assert.equal(revoked.status, 200);
    assert.ok(await accepted(by, text));
    aheadMs = 5_001;
    assert.equal(await refusal(by, text), "not active");
    aheadMs = 0;
  });

  test("is one of several issuers, whose tokens have the same subject and other keys", async () => {
    const by = issuers([jwts(provider), jwts(second)]);
    const texts = await Promise.all([tokenFor(jwtApi, provider), tokenFor(jwtApi, second)]);
    const claims = await Promise.all(texts.map((text) => accepted(by, text)));
    assert.deepEqual(
      claims.map(({ iss, sub }) => [iss, sub]),
      [
        [provider.issuer, "job"],
        [second.issuer, "job"],
      ],
    );
    const [one, other] = texts;
    const forged = [...one.split(".").slice(0, 2), other.split(".")[2]].join(".");
    assert.match(await refusal(by, forged), /signature does not verify/);
    assert.equal(await refusal(jwts(provider), other), "another issuer");
  });

  test("says why it issues no token", async () => {
    for (const [over, error] of [
      [{ clientSecret: "wrong" }, "invalid_client"],
      [{ resource: "https://other.test" }, "invalid_target"],
    ] as const) {
      const source = clientCredentials({ issuer: provider.issuer, ...job, resource: jwtApi, allowLoopback: true, ...over });
      await assert.rejects(source.token(), (reason) => reason instanceof TokenRefused && reason.error === error, error);
    }
  });

  test("refuses an API that introspects with a wrong secret: 503, because nobody can decide", async () => {
    const text = await tokenFor(opaqueApi);
    const { issuer } = provider;
    const introspection = { ...notesApi, clientSecret: "wrong", jwts: "introspect" } as const;
    await unavailable(oidc({ issuer, audience: opaqueApi, allowLoopback: true, withoutSubject, introspection }), text);
    const right = { ...introspection, clientSecret: notesApi.clientSecret };
    assert.ok(
      await accepted(oidc({ issuer, audience: opaqueApi, allowLoopback: true, withoutSubject, introspection: right }), text),
    );
  });

  test("guards a route with both kinds of tokens, by their scopes", async () => {
    const both = oidc({
      issuer: provider.issuer,
      audience: [jwtApi, opaqueApi],
      algorithms: ["ES256"],
      typ: "at+jwt",
      allowLoopback: true,
      introspection: notesApi,
      withoutSubject,
    });
    const token = httpBearer({ scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
    const caller = authenticate({ claims: both.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
    const route = get("/notes", { deps: { caller: scopes(caller, "notes:read") } }, (values) => values.caller.id);
    const api = createApi({ title: "Notes", version: "1", routes: [route], audit: () => {} });
    const ask = async (text: string): Promise<number> =>
      (await api.fetch(new Request("https://api.test/notes", { headers: { authorization: `Bearer ${text}` } }))).status;
    for (const resource of [jwtApi, opaqueApi]) {
      assert.equal(await ask(await tokenFor(resource)), 200);
      assert.equal(await ask(await tokenFor(resource, provider, "notes:write")), 403);
    }
    assert.equal(await ask("invented"), 401);
  });

  test("may be down when an API starts, and come back", async () => {
    const { port } = new URL(second.issuer);
    const by = jwts(second);
    await second.close();
    await assert.rejects(by.ready(), { code: "unavailable" });
    second = await startProvider(Number(port));
    // A verifier of its own: the other one asks again only after its cooldown.
    assert.ok(await accepted(jwts(second), await tokenFor(jwtApi, second)));
  });
});
