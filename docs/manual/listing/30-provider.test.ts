/**
 * The pages about providers: each declaration is the output of `lockstep issuer`, and accepts the token on its page as the caller
 * that the page names.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { jwks, jwtVerifier } from "lockstep/jwt";
import { identityProviderFrom } from "lockstep/oidc";
import { callerOf } from "../../../packages/lockstep/src/oidc/claims/caller.ts";
import { jwtOptionsOf } from "../../../packages/lockstep/src/oidc/oidc-options.ts";
import * as auth0 from "./30-provider/auth0.ts";
import * as clerk from "./30-provider/clerk.ts";
import * as cloudflareAccess from "./30-provider/cloudflare-access.ts";
import * as cognito from "./30-provider/cognito.ts";
import * as duende from "./30-provider/duende.ts";
import * as entra from "./30-provider/entra.ts";
import * as firebase from "./30-provider/firebase.ts";
import * as fusionauth from "./30-provider/fusionauth.ts";
import * as githubActions from "./30-provider/github-actions.ts";
import * as google from "./30-provider/google.ts";
import * as hydra from "./30-provider/hydra.ts";
import * as keycloak from "./30-provider/keycloak.ts";
import * as kubernetes from "./30-provider/kubernetes.ts";
import * as okta from "./30-provider/okta.ts";
import * as rfc9068 from "./30-provider/rfc9068.ts";
import * as sap from "./30-provider/sap.ts";
import * as spiffe from "./30-provider/spiffe.ts";
import * as stytch from "./30-provider/stytch.ts";
import * as supabase from "./30-provider/supabase.ts";
import * as workos from "./30-provider/workos.ts";
import * as zitadel from "./30-provider/zitadel.ts";
import {
  blockOf,
  declared,
  environment,
  listingPath,
  pages,
  pageText,
  proposalOf,
  type Shown,
  shownToken,
} from "./provider-pages.fixture.ts";

const listings: Readonly<Record<string, { readonly callers: object }>> = {
  auth0,
  clerk,
  "cloudflare-access": cloudflareAccess,
  cognito,
  duende,
  entra,
  firebase,
  fusionauth,
  "github-actions": githubActions,
  google,
  hydra,
  keycloak,
  kubernetes,
  okta,
  rfc9068,
  sap,
  spiffe,
  stytch,
  supabase,
  workos,
  zitadel,
};

const names = globSync("*.md", { cwd: join(import.meta.dirname, "../providers") }).map((path) => basename(path, ".md"));

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });

function tokenOf({ header, claims }: Shown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  const key = header["alg"] === "ES256" ? { key: curve.privateKey, dsaEncoding: "ieee-p1363" as const } : { key: rsa.privateKey };
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

/** The public keys that a provider would publish. */
function keysOf({ header: { kid, alg } }: Shown, use: string): Parameters<typeof jwks>[0] {
  const { kty = "", ...others } = (alg === "ES256" ? curve : rsa).publicKey.export({ format: "jwk" });
  return { keys: [{ kty, ...others, kid: String(kid), alg: String(alg), use }] };
}

test("every page has settings and a listing", () => {
  assert.deepEqual(names.toSorted(), Object.keys(pages).toSorted());
  assert.deepEqual(names.toSorted(), Object.keys(listings).toSorted());
  for (const { callers } of Object.values(listings)) assert.equal(typeof callers, "object");
});

for (const [name, page] of Object.entries(pages)) {
  const shown = shownToken(name);

  test(`${name}: the declaration and the environment are those that the command prints`, () => {
    assert.equal(readFileSync(listingPath(name), "utf8"), `${declared(page, shown.claims)}\n`);
    assert.equal(pageText(name).includes("<!-- environment -->") ? blockOf(name, "sh") : "", environment(page, shown.claims));
  });

  test(`${name}: the variables make a provider that reads the same caller and scopes`, (t) => {
    const lines = environment(page, shown.claims).split("\n");
    if (lines[0] === "") return t.diagnostic("there are no variables for a private network");
    const variables = lines.map((line) => /^(\w+)=(?:'(.*)'|(.*))$/.exec(line) ?? []);
    const provider = identityProviderFrom(Object.fromEntries(variables.map(([, key, text, word]) => [key, text ?? word])));
    assert.ok(provider);
    const { subject, kind, scopes } = proposalOf(page, shown.claims).map.read(shown.claims);
    const read = provider.map.read(shown.claims);
    assert.deepEqual([read.subject, read.kind, [...read.scopes]], [subject, kind, [...scopes]]);
    assert.deepEqual(provider.issuers, [page.issuer]);
  });

  test(`${name}: the token of the page is accepted as the caller of the page, and a changed one is not`, async () => {
    const { options, map } = proposalOf(page, shown.claims);
    const keys = jwks(keysOf(shown, options.keyUse ?? "sig"));
    const by = jwtVerifier({ ...jwtOptionsOf(options), keys, clock: () => (shown.claims.iat + 10) * 1000 });
    const claims = await by.verify(new Redacted(tokenOf(shown)));
    assert.ok(
      pageText(name).includes(`\`${callerOf(map, claims, undefined).principal.id}\``),
      callerOf(map, claims, undefined).principal.id,
    );
    const other = tokenOf({ ...shown, claims: { ...shown.claims, iss: `${page.issuer}.evil` } });
    await assert.rejects(async () => by.verify(new Redacted(other)), { code: "invalid_token" });
    const old = jwtVerifier({ ...jwtOptionsOf(options), keys, clock: () => (shown.claims.iat + 1_000_000) * 1000 });
    await assert.rejects(async () => old.verify(new Redacted(tokenOf(shown))), { code: "invalid_token" });
  });
}
