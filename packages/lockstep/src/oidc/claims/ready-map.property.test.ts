/** Every ready map reads any claims as a caller or refuses them: no shape of a token is an error of the server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidCredential } from "../../problem/error.ts";
import type { ClaimsMap } from "./caller.ts";
import { read } from "./map.fixture.ts";
import { readyMap } from "./ready-map.ts";

const maps: readonly ClaimsMap[] = [
  readyMap("rfc9068")(),
  readyMap("keycloak")({ client: "notes", realmRoles: true }),
  readyMap("entra")({ groups: { g: "admin" } }),
  readyMap("auth0")({ roles: "roles" }),
  readyMap("cognito")({ scopePrefix: "notes/" }),
  readyMap("okta")({ roles: "groups" }),
  readyMap("google")({ hd: "any", serviceAccounts: ["a@b.gserviceaccount.com"] }),
  readyMap("github-actions")({ allow: [{ repository: "acme/notes", pullRequests: true }] }),
  readyMap("kubernetes")({ allow: [{ namespace: "a", serviceAccount: "b" }] }),
  readyMap("spiffe")({ trustDomain: "a", allow: [{ path: "/b" }] }),
  readyMap("cloudflare-access")({ roles: "groups" }),
  readyMap("supabase")({ roles: "roles" }),
  readyMap("firebase")({ roles: "roles" }),
  readyMap("clerk")({ grants: { admin: ["a"] } }),
  readyMap("zitadel")({ project: "1", organization: "2" }),
  readyMap("sap")({ application: "notes!t1" }),
  readyMap("duende")(),
  readyMap("fusionauth")(),
  readyMap("hydra")({ roles: "roles" }),
  readyMap("workos")(),
  readyMap("stytch")(),
];

const names = [
  "sub iss typ scope scp roles role groups email email_verified client_id azp cid uid appid oid tid idtyp gty act sid jti",
  "token_use username cognito:groups hd repository event_name ref environment kubernetes.io common_name type custom ext",
  "app_metadata is_anonymous firebase o sts urn:zitadel:iam:org:project:1:roles grant_type user_id applicationId tty nonce",
  "resource_access realm_access permissions org_id https://stytch.com/session auth_time preferred_username",
].flatMap((line) => line.split(" "));
const texts = ["a", "acme/notes", "repo:acme/notes:pull_request", "pull_request", "spiffe://a/b", "system:serviceaccount:a:b"];
const words = [
  "Bearer",
  "access",
  "app",
  "authenticated",
  "user_1",
  "client_1",
  "at",
  "a@b.gserviceaccount.com",
  "",
  "\n",
  "__proto__",
];
const nested = ["namespace", "serviceaccount", "name", "roles", "sign_in_provider", "rol", "id", "notes", "groups", "sub", "2"];

const leaf = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...texts, ...words) }, fc.constantFrom(true, false, null, 7, 1e308));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...nested), tie("value"), { maxKeys: 4 }),
  ),
}));
const claims = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 20 });

for (const map of maps) {
  test(`${map.name} reads any claims as a caller or refuses them`, () => {
    let refused = 0;
    fc.assert(
      fc.property(claims, (payload) => {
        try {
          const { id, issuer, kind, subject } = read(map, payload);
          assert.equal(id, `${issuer}#${kind}:${subject}`);
        } catch (error) {
          if (!(error instanceof InvalidCredential)) throw error;
          refused += 1;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(refused > 0);
  });
}
