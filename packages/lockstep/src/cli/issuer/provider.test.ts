/** The providers: each is recognised by its issuer, and its settings build. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readyMap, type ReadyMaps } from "../../oidc/claims/ready-map.ts";
import { claims } from "../../oidc/claims/claims.ts";
import { oidc } from "../../oidc/oidc.ts";
import { declarationOf, environmentOf } from "./declaration.ts";
import { propose } from "./proposal.ts";
import { providerOf, providers } from "./provider.ts";
import { settingsOf } from "./settings.fixture.ts";

const recognised: Readonly<Record<string, keyof ReadyMaps>> = {
  "https://login.acme.example/realms/acme": "keycloak",
  "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0": "entra",
  "https://sts.windows.net/11111111-2222-3333-4444-555555555555/": "entra",
  "https://acme.eu.auth0.com/": "auth0",
  "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1": "cognito",
  "https://acme.okta.com/oauth2/aus1": "okta",
  "https://accounts.google.com": "google",
  "https://token.actions.githubusercontent.com": "github-actions",
  "https://git.acme.example/_services/token": "github-actions",
  "https://kubernetes.default.svc.cluster.local": "kubernetes",
  "https://oidc.eks.eu-central-1.amazonaws.com/id/ABCDEF": "kubernetes",
  "https://acme.cloudflareaccess.com": "cloudflare-access",
  "https://abc.supabase.co/auth/v1": "supabase",
  "https://securetoken.google.com/acme-notes": "firebase",
  "https://clerk.notes.example": "clerk",
  "https://acme-1a2b.zitadel.cloud": "zitadel",
  "https://acme.authentication.eu10.hana.ondemand.com/oauth/token": "sap",
  "https://api.workos.com/user_management/client_1": "workos",
  "stytch.com/project-1": "stytch",
  "https://acme.projects.oryapis.com": "hydra",
  "https://acme.fusionauth.io": "fusionauth",
  "https://login.example.com": "rfc9068",
  "https://notokta.com/oauth2/x": "rfc9068",
  "https://auth0.com.evil.example/": "rfc9068",
};

const keys = { algorithms: ["RS256"], keysWithoutAlg: undefined } as const;

test("an issuer is recognised by its name, and a lookalike is not", () => {
  for (const [issuer, map] of Object.entries(recognised)) assert.equal(providerOf(issuer, {}).map, map, issuer);
});

test("an issuer with a domain of its own is recognised by its endpoints", () => {
  const of = (member: string, path: string): string =>
    providerOf("https://id.acme.example", { [member]: `https://id.acme.example${path}` }).map;
  assert.equal(of("token_endpoint", "/auth/realms/acme/protocol/openid-connect/token"), "keycloak");
  assert.equal(of("jwks_uri", "/.well-known/openid-configuration/jwks"), "duende");
  assert.equal(of("authorization_endpoint", "/oauth2/auth"), "hydra");
  // Others have some of these paths, too.
  assert.equal(of("token_endpoint", "/connect/token"), "rfc9068");
  assert.equal(of("token_endpoint", "/oauth2/token"), "rfc9068");
});

test("every ready map has a provider", () => {
  const maps = new Set(providers.map(({ map }) => map));
  for (const map of maps) assert.equal(typeof readyMap(map), "function");
  assert.throws(
    () => readyMap("none"),
    ({ message }: Error) => {
      const [, names = ""] = message.split("names: ");
      assert.deepEqual(names.split(", ").toSorted(), [...maps].toSorted());
      return true;
    },
  );
});

test("the settings of every provider build", () => {
  for (const [issuer, map] of Object.entries(recognised)) {
    const isUrl = URL.canParse(issuer);
    // Inside the cluster, the API server has a private address.
    const outbound = map === "kubernetes" ? { allowPrivateHosts: [new URL(issuer).host] } : {};
    const proposal = propose({
      settings: settingsOf(issuer, { audience: ["notes"], outbound, ...(!isUrl && { jwksUrl: "https://keys.example/jwks" }) }),
      metadata: {},
      discovery: "oidc",
      keys,
      claims: {},
    });
    assert.equal(proposal.provider.map, map);
    assert.ok(claims({ issuer: oidc(proposal.options), map: proposal.map }));
    assert.match(declarationOf(proposal), /import \{ .*\bclaims\b.*\boidc\b.* \} from "lockstep\/oidc";/);
    assert.equal(environmentOf(proposal, settingsOf(issuer))["AUTH_CLAIMS"], map);
    const long = declarationOf(proposal)
      .split("\n")
      .filter((line) => line.length > 100 && !line.includes("https://"));
    assert.deepEqual(long, []);
  }
});

test("the rule of a workload is made of its token, and admits no other", () => {
  const job = {
    sub: "repo:acme/notes:environment:production",
    repository: "acme/notes",
    environment: "production",
    event_name: "push",
  };
  const { map, workload } = propose({
    settings: settingsOf("https://token.actions.githubusercontent.com", { audience: ["notes"] }),
    metadata: {},
    discovery: "oidc",
    keys,
    claims: job,
  });
  assert.equal(workload, job.sub);
  assert.equal(map.read({ ...job, iss: "https://token.actions.githubusercontent.com" }).subject, job.sub);
  assert.throws(() => map.read({ ...job, repository: "acme-evil/notes", sub: "repo:acme-evil/notes:environment:production" }));
});
