/** DPoP with implementations that were not written to fit this package: `oidc-provider` issues, and `openid-client` proves. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import * as client from "openid-client";
import { authenticate } from "../access/authenticate.ts";
import { scopes } from "../access/scopes.ts";
import { type Api, createApi } from "../api/api.ts";
import type { AuditEvent } from "../audit/event.ts";
import { identified } from "../outcome/identified.ts";
import { get } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { hmacSecret } from "../token/hmac-secret.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import type { DpopOptions } from "../token/sender/dpop-options.ts";
import { dpop } from "../token/sender/dpop.ts";
import { memoryProofReplays } from "../token/sender/memory-proof-replays.ts";
import { type ForeignProvider, job, jwtApi, notesApi, opaqueApi, startProvider } from "./foreign-provider.fixture.ts";
import { oidcBearer } from "./oidc-bearer.ts";
import { oidc } from "./oidc.ts";

let provider: ForeignProvider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

const common = { algorithms: ["ES256"], typ: "at+jwt", allowLoopback: true } as const;
const verifierOf = (audience: string): JwtVerifier =>
  audience === jwtApi
    ? oidc({ ...common, issuer: provider.issuer, audience })
    : oidc({
        ...common,
        issuer: provider.issuer,
        audience,
        introspection: notesApi,
        withoutSubject: { claim: "client_id", prefix: "client:" },
      });

const events: AuditEvent[] = [];
const reason = (): string | undefined => events.map((event) => ("reason" in event ? event.reason : event.type)).at(-1);

function apiFor(audience: string, options: Partial<DpopOptions> = {}): Api {
  const issuer = verifierOf(audience);
  const senderConstraint = dpop({ replays: memoryProofReplays(), required: true, ...options });
  const token = oidcBearer({ issuer, senderConstraint, scopes: { "notes:read": "Read notes" } });
  const caller = authenticate({ claims: issuer.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
  const reader = scopes(caller, "notes:read");
  return createApi({
    title: "Notes",
    version: "1",
    servers: [{ url: "https://notes.test" }],
    audit: (event) => void events.push(event),
    routes: [get("/notes", { deps: { reader }, response: unchecked("a test") }, ({ reader }) => reader.id)],
  });
}

const notes = new URL("https://notes.test/notes?page=2");

/** A client with a key of its own, and a token that the provider has bound to it. */
async function signedIn(resource: string, alg: string, api: Api) {
  const config = await client.discovery(
    new URL(provider.issuer),
    job.clientId,
    undefined,
    client.ClientSecretBasic(job.clientSecret),
    {
      execute: [client.allowInsecureRequests],
    },
  );
  // Requests to the API go to it, and all others over the network.
  config[client.customFetch] = (url, options) => {
    const request = new Request(url, options as RequestInit);
    return url.startsWith(notes.origin) ? api.fetch(request) : fetch(request);
  };
  const handle = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
  const { access_token: token, token_type: type } = await client.clientCredentialsGrant(
    config,
    { scope: "notes:read", resource },
    { DPoP: handle },
  );
  assert.equal(type, "dpop");
  const ask = (DPoP?: client.DPoPHandle): Promise<Response> =>
    client.fetchProtectedResource(config, token, notes, "GET", null, undefined, DPoP === undefined ? {} : { DPoP });
  return { config, handle, token, ask };
}

const statusOf = async (asked: Promise<Response>): Promise<number> => {
  try {
    return (await asked).status;
  } catch (error) {
    // The client throws for an answer with a challenge.
    if (error instanceof client.WWWAuthenticateChallengeError) return error.status;
    throw error;
  }
};

for (const [name, resource, subject] of [
  ["a JWT", jwtApi, "job"],
  ["an opaque token, about which the provider is asked (RFC 9449 §6.2)", opaqueApi, "client:job"],
] as const) {
  describe(`${name} of oidc-provider that is bound to a key of openid-client`, () => {
    for (const alg of ["ES256", "Ed25519"]) {
      test(`is accepted with proofs of ${alg}, and each proof is new`, async () => {
        const { ask, handle } = await signedIn(resource, alg, apiFor(resource));
        for (let count = 0; count < 3; count += 1) assert.equal(await (await ask(handle)).json(), subject);
      });
    }

    test("is accepted with nonces, which the client gets with the first refusal", async () => {
      const nonce = { secrets: [hmacSecret(randomBytes(32))] } as const;
      const { ask, handle } = await signedIn(resource, "ES256", apiFor(resource, { nonce }));
      const before = events.length;
      for (let count = 0; count < 3; count += 1) assert.equal(await (await ask(handle)).json(), subject);
      assert.deepEqual([events.length - before, reason()], [1, "DPoP: no nonce"]);
    });

    test("is refused as a bearer token, and with a key of another client", async () => {
      for (const required of [true, false]) {
        const { ask, config, handle } = await signedIn(resource, "ES256", apiFor(resource, { required }));
        assert.equal(await statusOf(ask()), 401);
        const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
        assert.equal(await statusOf(ask(thief)), 401);
        assert.equal(reason(), "the token is bound to another key than that of the proof");
        assert.equal(await statusOf(ask(handle)), 200);
      }
    });

    test("is refused by a verifier without a sender constraint", async () => {
      const { token } = await signedIn(resource, "ES256", apiFor(resource));
      const verifier = verifierOf(resource);
      const caller = authenticate({ claims: verifier.claims(oidcBearer({ issuer: verifier })) }, ({ claims }) => ({
        id: claims.sub,
      }));
      const routes = [get("/notes", { deps: { caller }, response: unchecked("a test") }, ({ caller }) => caller.id)];
      const api = createApi({ title: "Notes", version: "1", routes, audit: (event) => void events.push(event) });
      const answer = await api.fetch(new Request(notes, { headers: { authorization: `Bearer ${token}` } }));
      assert.deepEqual([answer.status, reason()], [401, "the token is bound to a key"]);
    });
  });
}

test("a token that the provider has bound to nothing is accepted as a bearer token, unless proofs are required", async () => {
  for (const [required, status] of [
    [false, 200],
    [true, 401],
  ] as const) {
    const api = apiFor(jwtApi, { required });
    const { config } = await signedIn(jwtApi, "ES256", api);
    const { access_token: token } = await client.clientCredentialsGrant(config, { scope: "notes:read", resource: jwtApi });
    const answer = await api.fetch(new Request(notes, { headers: { authorization: `Bearer ${token}` } }));
    assert.equal(answer.status, status);
  }
});
