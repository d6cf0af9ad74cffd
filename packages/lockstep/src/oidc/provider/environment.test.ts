/** `identityProviderFrom()`: an environment for each provider makes its tokens callers, and near misses are refused. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, mock, test } from "node:test";
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import { Redacted } from "../../secret/redacted.ts";
import * as f from "../../token/token.fixture.ts";
import { callerOf } from "../claims/caller.ts";
import { readyMapNames } from "../claims/ready-map.ts";
import { acceptedBy } from "../token-verifier.ts";
import { identityProviderFrom } from "./environment.ts";
import type { IdentityProvider } from "./identity-provider.ts";

type Members = Readonly<Record<string, unknown>>;

/** A provider's tokens. */
interface Shape {
  readonly env: Readonly<Record<string, string>>;
  /** The `typ` of the header; none if it is missing. */
  readonly typ?: string;
  readonly header?: Members;
  readonly claims: Members;
  readonly id: string;
  readonly scope: string;
  /** Changes that make the token one that must not pass. */
  readonly misses: Readonly<Record<string, readonly [claims: Members, header?: Members]>>;
}

const keycloak = "https://sso.example/realms/acme";
const entra = "https://login.example/11111111-2222-3333-4444-555555555555/v2.0";
const auth0 = "https://acme.auth0.example/";
const github = "https://token.actions.example";
const job = {
  sub: "repo:acme/notes:ref:refs/heads/main",
  repository: "acme/notes",
  repository_owner_id: "65",
  repository_id: "74",
  event_name: "push",
  ref: "refs/heads/main",
};
const pod = { namespace: "billing", serviceaccount: { name: "invoicer", uid: "u-1" } };

const shapes: Readonly<Record<string, Shape>> = {
  rfc9068: {
    env: { AUTH_ISSUER: "https://op.example", AUTH_AUDIENCE: "notes" },
    typ: "at+jwt",
    claims: { iss: "https://op.example", aud: "notes", sub: "alice", client_id: "web", scope: "notes:read" },
    id: "https://op.example#user:alice",
    scope: "notes:read",
    misses: { "an ID token": [{ nonce: "n" }, { typ: "JWT" }], "another audience": [{ aud: "billing" }] },
  },
  keycloak: {
    env: { AUTH_ISSUER: keycloak, AUTH_AUDIENCE: "notes", AUTH_AUTHORIZED_PARTIES: "web cli" },
    typ: "JWT",
    claims: { iss: keycloak, aud: ["notes", "account"], sub: "u1", typ: "Bearer", azp: "web", scope: "notes:read profile" },
    id: `${keycloak}#user:u1`,
    scope: "notes:read profile",
    misses: { "an ID token": [{ typ: "ID" }], "another client": [{ azp: "other" }], "another API, too": [{ aud: ["notes", "x"] }] },
  },
  entra: {
    env: { AUTH_ISSUER: entra, AUTH_AUDIENCE: "6e74172b" },
    typ: "JWT",
    claims: {
      iss: entra,
      aud: "6e74172b",
      sub: "pairwise",
      oid: "o1",
      tid: "11111111-2222-3333-4444-555555555555",
      azp: "web",
      scp: "notes.read",
    },
    id: `${entra}#user:11111111-2222-3333-4444-555555555555/o1`,
    scope: "notes.read",
    misses: { "another tenant": [{ tid: "99999999" }], "a token of Graph": [{}, { nonce: "n", typ: "x" }] },
  },
  auth0: {
    env: { AUTH_ISSUER: auth0, AUTH_AUDIENCE: "https://api.example" },
    typ: "JWT",
    claims: { iss: auth0, aud: ["https://api.example", `${auth0}userinfo`], sub: "auth0|1", azp: "web", scope: "notes:read" },
    id: `${auth0}#user:auth0|1`,
    scope: "notes:read",
    misses: {
      "an ID token": [{ nonce: "n" }],
      "another tenant's userinfo": [{ aud: ["https://api.example", "https://x/userinfo"] }],
    },
  },
  cognito: {
    env: { AUTH_ISSUER: "https://cognito.example/p1", AUTH_AUDIENCE: "c1", AUTH_CLAIMS_OPTIONS: '{"scopePrefix":"notes/"}' },
    claims: {
      iss: "https://cognito.example/p1",
      sub: "u1",
      username: "u1",
      client_id: "c1",
      token_use: "access",
      scope: "notes/read billing/read",
    },
    id: "https://cognito.example/p1#user:u1",
    scope: "read",
    misses: { "an ID token": [{ token_use: "id", aud: "c1" }], "another client": [{ client_id: "c2" }] },
  },
  okta: {
    env: { AUTH_ISSUER: "https://acme.okta.example/oauth2/a", AUTH_AUDIENCE: "api://notes" },
    claims: {
      iss: "https://acme.okta.example/oauth2/a",
      aud: "api://notes",
      sub: "a@x",
      uid: "00u1",
      cid: "web",
      scp: ["notes:read"],
    },
    id: "https://acme.okta.example/oauth2/a#user:00u1",
    scope: "notes:read",
    misses: { "an ID token": [{ nonce: "n" }], "a token without a client": [{ cid: undefined }] },
  },
  google: {
    env: {
      AUTH_ISSUER: "https://accounts.google.example",
      AUTH_AUDIENCE: "1.apps",
      AUTH_CLAIMS_OPTIONS: '{"hd":"acme.example"}',
      AUTH_GRANTS: "notes:read notes:write",
    },
    typ: "JWT",
    claims: { iss: "https://accounts.google.example", aud: "1.apps", azp: "1.apps", sub: "110", hd: "acme.example" },
    id: "https://accounts.google.example#user:110",
    scope: "notes:read notes:write",
    misses: { "another domain": [{ hd: "evil.example" }], "no domain": [{ hd: undefined }] },
  },
  "github-actions": {
    env: { AUTH_ISSUER: github, AUTH_AUDIENCE: "notes", AUTH_SUBJECTS: job.sub, AUTH_GRANTS: "notes:write" },
    typ: "JWT",
    claims: { iss: github, aud: "notes", ...job },
    id: `${github}#service:${job.sub}`,
    scope: "notes:write",
    misses: {
      "another repository": [{ repository: "evil/notes", sub: "repo:evil/notes:ref:refs/heads/main" }],
      "a pull request": [{ event_name: "pull_request", ref: "refs/pull/1/merge", sub: "repo:acme/notes:pull_request" }],
      "the same branch in an environment": [{ environment: "staging", sub: "repo:acme/notes:environment:staging" }],
    },
  },
  kubernetes: {
    env: { AUTH_ISSUER: "https://k8s.example", AUTH_AUDIENCE: "notes", AUTH_SUBJECTS: "system:serviceaccount:billing:invoicer" },
    claims: {
      iss: "https://k8s.example",
      aud: ["notes"],
      sub: "system:serviceaccount:billing:invoicer",
      "kubernetes.io": pod,
      exp: f.now + 31_536_000,
    },
    id: "https://k8s.example#service:system:serviceaccount:billing:invoicer",
    scope: "",
    misses: {
      "another account": [
        {
          sub: "system:serviceaccount:billing:default",
          "kubernetes.io": { ...pod, serviceaccount: { name: "default", uid: "u-2" } },
        },
      ],
    },
  },
  spiffe: {
    env: { AUTH_ISSUER: "https://oidc.prod.example", AUTH_AUDIENCE: "notes", AUTH_SUBJECTS: "spiffe://prod.example/billing" },
    typ: "JWT",
    claims: { iss: "https://oidc.prod.example", aud: ["notes"], sub: "spiffe://prod.example/billing", iat: undefined },
    id: "spiffe://prod.example#service:spiffe://prod.example/billing",
    scope: "",
    misses: { "a path below": [{ sub: "spiffe://prod.example/billing/x" }] },
  },
  "cloudflare-access": {
    env: { AUTH_ISSUER: "https://acme.cloudflareaccess.example", AUTH_AUDIENCE: "4714", AUTH_GRANTS: "notes:read" },
    claims: { iss: "https://acme.cloudflareaccess.example", aud: ["4714"], type: "app", sub: "u1" },
    id: "https://acme.cloudflareaccess.example#user:u1",
    scope: "notes:read",
    misses: { "a session of the organisation": [{ type: "org" }] },
  },
  supabase: {
    env: { AUTH_ISSUER: "https://p.supabase.example/auth/v1", AUTH_AUDIENCE: "authenticated" },
    typ: "JWT",
    claims: {
      iss: "https://p.supabase.example/auth/v1",
      aud: "authenticated",
      sub: "u1",
      role: "authenticated",
      is_anonymous: false,
    },
    id: "https://p.supabase.example/auth/v1#user:u1",
    scope: "",
    misses: { "the anonymous key": [{ role: "anon" }], "a user who signed in anonymously": [{ is_anonymous: true }] },
  },
  firebase: {
    env: { AUTH_ISSUER: "https://securetoken.example/p1", AUTH_AUDIENCE: "p1" },
    typ: "JWT",
    claims: { iss: "https://securetoken.example/p1", aud: "p1", sub: "u1", firebase: { sign_in_provider: "password" } },
    id: "https://securetoken.example/p1#user:u1",
    scope: "",
    misses: { "a tenant": [{ firebase: { sign_in_provider: "password", tenant: "t" } }] },
  },
  clerk: {
    env: { AUTH_ISSUER: "https://clerk.example", AUTH_AUTHORIZED_PARTIES: "https://app.example" },
    typ: "JWT",
    claims: { iss: "https://clerk.example", sub: "user_1", sid: "sess_1", azp: "https://app.example" },
    id: "https://clerk.example#user:user_1",
    scope: "",
    misses: { "another origin": [{ azp: "https://app.example.evil" }], "a token for an audience": [{ aud: "convex" }] },
  },
  zitadel: {
    env: {
      AUTH_ISSUER: "https://id.example",
      AUTH_AUDIENCE: "p1",
      AUTH_EXTRA_AUDIENCES: "c1 c2",
      AUTH_CLAIMS_OPTIONS: '{"project":"p1"}',
    },
    typ: "at+jwt",
    claims: { iss: "https://id.example", aud: ["c1", "c2", "p1"], sub: "u1", jti: "j" },
    id: "https://id.example#user:u1",
    scope: "",
    misses: { "a client that nobody named": [{ aud: ["c3", "p1"] }] },
  },
  sap: {
    env: {
      AUTH_ISSUER: "https://uaa.example/oauth/token",
      AUTH_AUDIENCE: "notes!t1",
      AUTH_CLAIMS_OPTIONS: '{"application":"notes!t1"}',
    },
    typ: "JWT",
    header: { jku: "https://uaa.example/token_keys" },
    claims: {
      iss: "https://uaa.example/oauth/token",
      aud: ["notes!t1", "openid"],
      sub: "u1",
      user_id: "u1",
      grant_type: "authorization_code",
      scope: ["openid", "notes!t1.read"],
    },
    id: "https://uaa.example/oauth/token#user:u1",
    scope: "read",
    misses: { "an ID token": [{ grant_type: undefined }] },
  },
  duende: {
    env: { AUTH_ISSUER: "https://duende.example", AUTH_AUDIENCE: "notes" },
    typ: "at+jwt",
    claims: { iss: "https://duende.example", aud: "notes", sub: undefined, client_id: "job", scope: ["notes:read"] },
    id: "https://duende.example#client:job",
    scope: "notes:read",
    misses: { "the audience of all APIs": [{ aud: "https://duende.example/resources" }] },
  },
  fusionauth: {
    env: { AUTH_ISSUER: "acme.example", AUTH_AUDIENCE: "app-1" },
    typ: "JWT",
    claims: { iss: "acme.example", aud: "app-1", sub: "u1", applicationId: "app-1", scope: "notes:read" },
    id: "acme.example#user:u1",
    scope: "notes:read",
    misses: { "an ID token": [{ tty: "id" }] },
  },
  hydra: {
    env: { AUTH_ISSUER: "https://hydra.example", AUTH_AUDIENCE: "notes" },
    typ: "JWT",
    claims: { iss: "https://hydra.example", aud: ["notes"], sub: "u1", client_id: "web", scp: ["notes:read"] },
    id: "https://hydra.example#user:u1",
    scope: "notes:read",
    misses: { "the audience that it writes by default": [{ aud: [] }] },
  },
  workos: {
    env: { AUTH_ISSUER: "https://api.workos.example/user_management/c1" },
    claims: { iss: "https://api.workos.example/user_management/c1", sub: "user_1", sid: "s1", permissions: ["notes:read"] },
    id: "https://api.workos.example/user_management/c1#user:user_1",
    scope: "notes:read",
    misses: { "a token for an audience": [{ aud: "x" }] },
  },
  stytch: {
    env: { AUTH_ISSUER: "stytch.example/p1", AUTH_AUDIENCE: "p1" },
    typ: "JWT",
    claims: {
      iss: "stytch.example/p1",
      aud: ["p1"],
      sub: "u1",
      "https://stytch.com/session": { id: "s1", roles: ["stytch_user"] },
    },
    id: "stytch.example/p1#user:u1",
    scope: "",
    misses: { "a token that is no session": [{ "https://stytch.com/session": undefined }] },
  },
};

/** The headers that came with requests for guarded keys. */
const shown: string[] = [];
/** The bundle of a SPIFFE trust domain marks the keys for JWT-SVIDs. */
const server = createServer(({ url, headers }, response) => {
  if (url === "/keys?guarded") shown.push(headers.authorization ?? "");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ keys: [url === "/keys?spiffe" ? { ...f.krJwk, use: "jwt-svid" } : f.krJwk] }));
});
let keys: string;

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  keys = `http://127.0.0.1:${address.port}/keys`;
  mock.timers.enable({ apis: ["Date"], now: f.nowMs });
});
after(() => {
  mock.timers.reset();
  server.closeAllConnections();
  server.close();
});

function providerOf(name: string, env: Readonly<Record<string, string>>): IdentityProvider {
  const made = identityProviderFrom({
    AUTH_CLAIMS: name,
    AUTH_JWKS_URL: `${keys}?${name}`,
    AUTH_ALLOW_LOOPBACK_ISSUER: "1",
    ...env,
  });
  return made ?? assert.fail("no provider");
}

function tokenOf({ typ, header, claims }: Shape, [changed, other]: readonly [Members, Members?] = [{}]): string {
  const head = { alg: "RS256", kid: "kr", ...(typ === undefined ? {} : { typ }), ...header, ...other };
  return f.compact(head, { iat: f.now - 10, exp: f.now + 300, ...claims, ...changed }, f.rsa("sha256"));
}

async function readBy(provider: IdentityProvider, token: string): Promise<readonly [id: string, scope: string | undefined]> {
  const { principal, grants } = callerOf(provider.map, await provider.tokens.verify(new Redacted(token)), undefined);
  return [principal.id, grants.scope];
}

test("every ready map has an environment", () => {
  assert.deepEqual(Object.keys(shapes).toSorted(), readyMapNames.toSorted());
});

for (const [name, shape] of Object.entries(shapes)) {
  describe(name, () => {
    test("its token makes the caller", async () => {
      assert.deepEqual(await readBy(providerOf(name, shape.env), tokenOf(shape)), [shape.id, shape.scope]);
    });
    for (const [miss, changes] of Object.entries(shape.misses)) {
      test(`${miss} is refused`, async () => {
        await assert.rejects(readBy(providerOf(name, shape.env), tokenOf(shape, changes)), InvalidCredential);
      });
    }
  });
}

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    identityProviderFrom(env);
  } catch (error) {
    assert.ok(error instanceof BuildError, String(error));
    assert.equal(error.code, "wrong_option");
    return error.message;
  }
  return "accepted";
}

const good = { AUTH_ISSUER: "https://op.example", AUTH_AUDIENCE: "notes" };

test("without AUTH_ISSUER, identity stays embedded", () => {
  for (const env of [{}, { AUTH_ISSUER: "" }, { AUTH_ISSUER: "  ", AUTH_AUDIENCE: "notes" }])
    assert.equal(identityProviderFrom(env), undefined);
});

test("a wrong variable is named, with what to set", () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ AUTH_ISSUER: "https://op.example" }, /^Set AUTH_AUDIENCE to the name of this API/],
    [{ ...good, AUTH_CLAIMS: "keyclock" }, /^Set AUTH_CLAIMS to one of these names: rfc9068, keycloak/],
    [{ ...good, AUTH_CLAIMS: "keycloak entra" }, /^Set AUTH_CLAIMS to one name, or to one for each issuer/],
    [{ ...good, AUTH_CLAIMS: "github-actions" }, /^Set AUTH_SUBJECTS to the workloads that may call, for example repo:/],
    [{ ...good, AUTH_CLAIMS: "kubernetes", AUTH_SUBJECTS: "alice" }, /^Set AUTH_SUBJECTS to .* system:serviceaccount:/],
    [
      { ...good, AUTH_CLAIMS: "spiffe", AUTH_SUBJECTS: "spiffe://a/x spiffe://b/x" },
      /^Set AUTH_SUBJECTS to workloads of one trust/,
    ],
    [{ ...good, AUTH_CLAIMS: "github-actions", AUTH_SUBJECTS: "repo:acme/*:ref:refs/heads/main" }, /^Set AUTH_SUBJECTS to/],
    [{ ...good, AUTH_CLAIMS: "google" }, /^Set AUTH_CLAIMS_OPTIONS to .*google\(\): set hd/],
    [{ ...good, AUTH_CLAIMS_OPTIONS: "{" }, /^Set AUTH_CLAIMS_OPTIONS to a JSON object/],
    [{ ...good, AUTH_CLAIMS_OPTIONS: '[{},{"roles":"x"}]' }, /^Set AUTH_CLAIMS_OPTIONS to a JSON object, or to a list with one/],
    [{ ...good, AUTH_CLAIMS_OPTIONS: '{"rolls":"x"}' }, /^Set AUTH_CLAIMS_OPTIONS to .*rolls/],
    [{ ...good, AUTH_CLIENT_SECRET: "s" }, /^Set AUTH_CLIENT_ID to the client that AUTH_CLIENT_SECRET belongs to/],
    [{ ...good, AUTH_ISSUER: "https://a.example https://a.example" }, /^Set AUTH_ISSUER to each issuer once/],
    [{ ...good, AUTH_ISSUER: "https://a.example https://b.example", AUTH_JWKS_URL: "https://a.example/k" }, /^Leave out AUTH_DISC/],
    [{ ...good, AUTH_ISSUER: "https://l.example/{tenantid}/v2.0", AUTH_CLAIMS: "entra" }, /^Set AUTH_TENANTS to the tenants/],
    [{ ...good, AUTH_TENANTS: "t1" }, /^Leave out AUTH_TENANTS: /],
    [{ ...good, AUTH_GRANTS: "notes:read" }, /^Leave out AUTH_GRANTS: /],
    [
      { ...good, AUTH_CLAIMS: "spiffe", AUTH_SUBJECTS: "spiffe://a/x", AUTH_AUTHORIZED_PARTIES: "web" },
      /^Leave out AUTH_AUTHORIZED/,
    ],
    [{ ...good, AUTH_CLAIMS: "clerk" }, /^Set AUTH_AUTHORIZED_PARTIES to the origins/],
    [{ ...good, AUTH_ALLOW_LOOPBACK_ISSUER: "yes" }, /^Set AUTH_ALLOW_LOOPBACK_ISSUER to 1 or 0/],
    [{ ...good, AUTH_ALLOW_LOOPBACK_ISSUER: "1", NODE_ENV: "production" }, /^Leave out AUTH_ALLOW_LOOPBACK_ISSUER in production/],
    [{ ...good, AUTH_ISSUER: "http://127.0.0.1:9" }, /https/],
    [{ ...good, AUTH_ISSUER: "http://op.example", AUTH_ALLOW_LOOPBACK_ISSUER: "1" }, /https/],
  ];
  for (const [env, message] of cases) assert.match(refusal(env), message, JSON.stringify(env));
  assert.equal(refusal(good), "accepted", "the control");
});

test("several issuers have their own maps, and never share keys, subjects or rules", async () => {
  const both = {
    AUTH_ISSUER: `https://op.example ${github}`,
    AUTH_AUDIENCE: "notes",
    AUTH_CLAIMS: "rfc9068 github-actions",
    AUTH_SUBJECTS: `alice ${job.sub}`,
  };
  const provider = identityProviderFrom(both);
  assert.deepEqual(provider?.issuers, ["https://op.example", github]);
  assert.match(refusal({ ...both, AUTH_SUBJECTS: "alice" }), /^Set AUTH_SUBJECTS to the workloads/);
  const client = { AUTH_CLIENT_ID: "api", AUTH_CLIENT_SECRET: "s" };
  assert.equal(refusal({ ...both, ...client }), "accepted", "only the first issuer is asked about opaque tokens");
});

test("the rules of a workload can be written out, and a SPIFFE trust domain can be the issuer of tokens without `iss`", async () => {
  const pods = shapes["kubernetes"] ?? assert.fail();
  const rule = { namespace: "billing", serviceAccount: "invoicer", serviceAccountUid: "u-1", scopes: ["notes:read"] };
  const { AUTH_SUBJECTS: subjects = "", ...env } = pods.env;
  const ruled = { ...env, AUTH_CLAIMS_OPTIONS: JSON.stringify({ allow: [rule] }) };
  assert.deepEqual(await readBy(providerOf("kubernetes", ruled), tokenOf(pods)), [pods.id, "notes:read"]);
  const again = { "kubernetes.io": { ...pod, serviceaccount: { name: "invoicer", uid: "u-2" } } };
  await assert.rejects(readBy(providerOf("kubernetes", ruled), tokenOf(pods, [again])), InvalidCredential);
  assert.match(refusal({ AUTH_CLAIMS: "kubernetes", ...ruled, AUTH_SUBJECTS: subjects }), /^Name workloads in AUTH_SUBJECTS, or/);

  const svid = shapes["spiffe"] ?? assert.fail();
  const domain = providerOf("spiffe", { ...svid.env, AUTH_ISSUER: "spiffe://prod.example" });
  assert.deepEqual(await readBy(domain, tokenOf(svid, [{ iss: undefined }])), [svid.id, svid.scope]);
  const elsewhere = { iss: undefined, sub: "spiffe://test.example/billing" };
  await assert.rejects(readBy(domain, tokenOf(svid, [elsewhere])), InvalidCredential);
});

test("AUTH_SUBJECTS limits who may call at a provider of people, too", async () => {
  const shape = shapes["rfc9068"] ?? assert.fail();
  const provider = providerOf("rfc9068", { ...shape.env, AUTH_SUBJECTS: "alice carol" });
  assert.deepEqual(await readBy(provider, tokenOf(shape)), [shape.id, shape.scope], "the control");
  await assert.rejects(readBy(provider, tokenOf(shape, [{ sub: "bob" }])), InvalidCredential);
});

test("AUTH_AUTHORIZED_PARTIES limits the clients, in whichever claim the provider names them", async () => {
  const clients: Readonly<Record<string, Members>> = {
    rfc9068: { client_id: "web" },
    keycloak: { azp: "web" },
    entra: { azp: "web" },
    auth0: { azp: "web" },
    okta: { cid: "web" },
    hydra: { client_id: "web" },
    fusionauth: { applicationId: "web" },
    google: { azp: "web" },
  };
  for (const [name, members] of Object.entries(clients)) {
    const shape = shapes[name] ?? assert.fail(name);
    const provider = providerOf(name, { ...shape.env, AUTH_AUTHORIZED_PARTIES: "cli web" });
    assert.deepEqual(await readBy(provider, tokenOf(shape, [members])), [shape.id, shape.scope], name);
    const others = Object.fromEntries(Object.keys(members).map((claim) => [claim, "webber"]));
    await assert.rejects(readBy(provider, tokenOf(shape, [others])), InvalidCredential, name);
  }
});

test("AUTH_KEYS_TOKEN_FILE is sent for the keys, and read again each time; AUTH_PRIVATE_HOSTS reach a private network", async (t) => {
  const shape = shapes["kubernetes"] ?? assert.fail();
  const file = join(mkdtempSync(join(tmpdir(), "keys-")), "token");
  t.after(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, "first\n");
  const env = { ...shape.env, AUTH_KEYS_TOKEN_FILE: file, AUTH_JWKS_URL: `${keys}?guarded` };
  assert.deepEqual(await readBy(providerOf("kubernetes", env), tokenOf(shape)), [shape.id, shape.scope]);
  writeFileSync(file, "second");
  assert.deepEqual(await readBy(providerOf("kubernetes", env), tokenOf(shape)), [shape.id, shape.scope]);
  assert.deepEqual(shown, ["Bearer first", "Bearer second"]);
  const inside = { ...env, AUTH_ALLOW_LOOPBACK_ISSUER: "0", AUTH_PRIVATE_HOSTS: new URL(keys).host };
  assert.deepEqual(await readBy(providerOf("kubernetes", inside), tokenOf(shape)), [shape.id, shape.scope]);
});

test("AUTH_TOKEN_TYPE replaces the type of the provider", async () => {
  const shape = shapes["rfc9068"] ?? assert.fail();
  const provider = providerOf("rfc9068", { ...shape.env, AUTH_TOKEN_TYPE: "JWT absent" });
  for (const typ of ["JWT", undefined])
    assert.deepEqual(await readBy(provider, tokenOf(shape, [{}, { typ }])), [shape.id, shape.scope]);
  await assert.rejects(readBy(provider, tokenOf(shape)), InvalidCredential);
});

test("the page signs in with a public client, and with the parameter that names the API at the provider", () => {
  const signIn = (env: Readonly<Record<string, string>>) => {
    const { tokens } = identityProviderFrom({ ...good, ...env }) ?? assert.fail("no provider");
    const [entry] = acceptedBy(tokens).entries;
    return entry?.signIn && { clientId: entry.signIn.clientId, parameters: entry.signIn.authorizationParameters };
  };
  assert.equal(signIn({}), undefined);
  assert.deepEqual(signIn({ AUTH_CLIENT_ID: "docs" }), { clientId: "docs", parameters: { resource: "notes" } });
  assert.deepEqual(signIn({ AUTH_CLAIMS: "auth0", AUTH_CLIENT_ID: "docs" })?.parameters, { audience: "notes" });
  assert.deepEqual(signIn({ AUTH_CLIENT_ID: "docs", AUTH_DOCS_PARAMETERS: "prompt=login&audience=x" })?.parameters, {
    prompt: "login",
    audience: "x",
  });
  const introspecting = { AUTH_CLIENT_ID: "api", AUTH_CLIENT_SECRET: "s" };
  assert.equal(signIn(introspecting), undefined, "a client with a secret is not the page's");
  assert.equal(signIn({ ...introspecting, AUTH_DOCS_CLIENT_ID: "docs" })?.clientId, "docs");
});
