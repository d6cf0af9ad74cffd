import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "./30-providers.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { providerToken } from "./provider.fixture.ts";

const keycloak = { issuer: "https://login.acme.example/realms/acme", audience: "notes" };
const github = { issuer: "https://token.actions.githubusercontent.com", audience: "https://notes.example" };
const acme = { issuer: "https://acme.example", audience: "notes" };

const ann = {
  sub: "7f1c",
  typ: "Bearer",
  azp: "notes-web",
  scope: "openid notes:read",
  resource_access: { notes: { roles: ["admin"] } },
};
const deploy = {
  sub: "repo:acme/notes:environment:production",
  repository: "acme/notes",
  environment: "production",
  ref: "refs/heads/main",
  event_name: "push",
};

test("a token of Keycloak is a caller with the roles of a client", async () => {
  const token = providerToken(keycloak, ann);
  assert.equal((await ask(api, "GET /me", { token })).body, "https://login.acme.example/realms/acme#user:7f1c");
  assert.equal(await outcome(api, "GET /admin", { token }), "200");
  const editor = providerToken(keycloak, { ...ann, resource_access: { notes: { roles: ["editor"] } } });
  assert.equal(await outcome(api, "GET /admin", { token: editor }), "403 forbidden");
});

test("an ID token of Keycloak is refused, although its header is the same", async () => {
  assert.equal(await outcome(api, "GET /me", { token: providerToken(keycloak, ann) }), "200");
  const idToken = providerToken(keycloak, { ...ann, typ: "ID" });
  assert.equal(await outcome(api, "GET /me", { token: idToken }), "401 invalid_token");
});

test("an account of the application belongs to the id of the caller", async () => {
  assert.equal((await ask(api, "GET /account", { token: providerToken(keycloak, ann) })).body, "Ann");
  const stranger = providerToken(keycloak, { ...ann, sub: "80aa" });
  assert.equal(await outcome(api, "GET /account", { token: stranger }), "401 invalid_token");
});

test("a job of GitHub Actions may write from its environment, and no other repository's job may", async () => {
  const token = providerToken(github, deploy);
  assert.equal((await ask(api, "POST /deployments", { token })).body, "repo:acme/notes:environment:production");
  const { environment: _none, ...without } = deploy;
  const onMain = providerToken(github, { ...without, sub: "repo:acme/notes:ref:refs/heads/main" });
  assert.equal(await outcome(api, "POST /deployments", { token: onMain }), "403 insufficient_scope");
  const foreign = { ...deploy, sub: "repo:acme-evil/notes:environment:production", repository: "acme-evil/notes" };
  assert.equal(await outcome(api, "POST /deployments", { token: providerToken(github, foreign) }), "401 invalid_token");
});

test("a route can accept both, and each token is read with the map of its issuer", async () => {
  assert.equal((await ask(api, "GET /anyone", { token: providerToken(keycloak, ann) })).body, "user");
  const { environment: _none, ...without } = deploy;
  const onMain = providerToken(github, { ...without, sub: "repo:acme/notes:ref:refs/heads/main" });
  assert.equal((await ask(api, "GET /anyone", { token: onMain })).body, "service");
  assert.equal(await outcome(api, "GET /anyone", { token: providerToken(github, ann) }), "401 invalid_token");
});

test("an issuer of one's own is declared", async () => {
  const claims = { sub: "ann", token_use: "access", scp: "api:notes:read billing:read" };
  const token = providerToken(acme, {
    ...claims,
    "https://acme.example/access": { groups: ["notes-admins", "staff"] },
  });
  assert.equal((await ask(api, "GET /acme", { token })).body, "admin");
  const refresh = providerToken(acme, { ...claims, token_use: "refresh" });
  assert.equal(await outcome(api, "GET /acme", { token: refresh }), "401 invalid_token");
});
