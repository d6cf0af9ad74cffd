/**
 * The settings of the pages about providers: for each page, those of the command line that prints its declaration. As a program,
 * it writes the listings of all pages: `npx node --conditions=lockstep-source docs/manual/listing/provider-pages.fixture.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declarationOf, environmentLines } from "../../../packages/lockstep/src/cli/issuer/declaration.ts";
import { type Proposal, propose, withPlace } from "../../../packages/lockstep/src/cli/issuer/proposal.ts";
import { settingsOf } from "../../../packages/lockstep/src/cli/issuer/settings.fixture.ts";
import type { Settings } from "../../../packages/lockstep/src/cli/issuer/settings.ts";

/** A page's settings. */
export interface PageSettings {
  readonly issuer: string;
  readonly over?: Partial<Settings>;
  /** The metadata that the issuer is recognised by, if its name does not tell. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The algorithms of its keys. */
  readonly algorithms?: Proposal["options"]["algorithms"];
}

const tenant = "11111111-2222-3333-4444-555555555555";
const inCluster = "kubernetes.default.svc.cluster.local";

/** By the name of the page. */
export const pages: Readonly<Record<string, PageSettings>> = {
  rfc9068: { issuer: "https://login.example.com", over: { audience: ["https://notes.example/api"] } },
  keycloak: { issuer: "https://login.acme.example/realms/acme", over: { audience: ["notes"] } },
  entra: {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    over: { audience: ["6e74172b-be56-4843-9ff4-e66a39bb12e3"] },
  },
  auth0: {
    issuer: "https://acme.eu.auth0.com/",
    over: { audience: ["https://notes.example/api"], mapOptions: { permissions: true, roles: "https://notes.example/roles" } },
  },
  okta: { issuer: "https://acme.okta.com/oauth2/aus1", over: { audience: ["api://notes"], mapOptions: { roles: "groups" } } },
  cognito: {
    issuer: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1",
    over: { clientId: "4t9web", mapOptions: { scopePrefix: "notes/" } },
  },
  google: {
    issuer: "https://accounts.google.com",
    over: { audience: ["1-web.apps.googleusercontent.com"], mapOptions: { hd: "acme.example" }, scopes: ["notes:read"] },
  },
  "github-actions": {
    issuer: "https://token.actions.githubusercontent.com",
    over: { audience: ["https://notes.example"], scopes: ["notes:write"] },
  },
  kubernetes: {
    issuer: `https://${inCluster}`,
    over: {
      audience: ["notes"],
      scopes: ["notes:read"],
      outbound: { allowPrivateHosts: [inCluster] },
      files: { ca: undefined, bearer: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    },
  },
  spiffe: {
    issuer: "https://oidc.prod.example",
    over: { map: "spiffe", audience: ["notes"], scopes: ["notes:read"] },
    algorithms: ["ES256"],
  },
  "cloudflare-access": {
    issuer: "https://acme.cloudflareaccess.com",
    over: { audience: ["4714c1358e65fe4b"], scopes: ["notes:read"] },
  },
  supabase: {
    issuer: "https://abcdefgh.supabase.co/auth/v1",
    over: { mapOptions: { roles: "roles" }, scopes: ["notes:read"] },
    algorithms: ["ES256"],
  },
  firebase: {
    issuer: "https://securetoken.google.com/acme-notes",
    over: { mapOptions: { roles: "role" }, scopes: ["notes:read"] },
  },
  clerk: {
    issuer: "https://clerk.notes.example",
    over: { authorizedParties: ["https://notes.example"], scopes: ["notes:read"] },
  },
  zitadel: {
    issuer: "https://acme-1a2b.zitadel.cloud",
    over: { audience: ["290000000000000001"], clientId: "290000000000000002", scopes: ["notes:read"] },
  },
  sap: { issuer: "https://acme.authentication.eu10.hana.ondemand.com/oauth/token", over: { audience: ["notes!t123"] } },
  duende: {
    issuer: "https://id.acme.example",
    over: { audience: ["notes"] },
    metadata: { jwks_uri: "https://id.acme.example/.well-known/openid-configuration/jwks" },
  },
  fusionauth: {
    issuer: "acme.com",
    over: {
      map: "fusionauth",
      audience: ["85a03867-dccf-4882-adde-1a79aeec50df"],
      jwksUrl: "https://id.acme.example/.well-known/jwks.json",
    },
  },
  hydra: {
    issuer: "https://acme.projects.oryapis.com",
    over: { audience: ["https://notes.example/api"], mapOptions: { roles: "roles" } },
  },
  workos: { issuer: "https://api.workos.com/user_management/client_01ACME" },
  stytch: {
    issuer: "stytch.com/project-live-1",
    over: { jwksUrl: "https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1", scopes: ["notes:read"] },
  },
};

/** The proposal of the command for a page. `claims` are those of the page's token. */
export function proposalOf({ issuer, over, metadata = {}, algorithms = ["RS256"] }: PageSettings, claims: object): Proposal {
  return propose({
    settings: withPlace(settingsOf(issuer, over)),
    metadata,
    discovery: "oidc",
    keys: { algorithms, keysWithoutAlg: undefined },
    // It was read from JSON.
    claims: claims as Parameters<typeof propose>[0]["claims"],
  });
}

/** The declaration that the command prints. */
export function declared(page: PageSettings, claims: object): string {
  return declarationOf(proposalOf(page, claims));
}

/** The environment variables that the command prints, as lines. */
export function environment(page: PageSettings, claims: object): string {
  const proposal = proposalOf(page, claims);
  return environmentLines(proposal, settingsOf(page.issuer, page.over)).join("\n");
}

/** The header and the claims that a page shows. */
export interface Shown {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>> & { readonly iat: number };
}

/** The text of a page. */
export function pageText(name: string): string {
  return readFileSync(join(import.meta.dirname, `../providers/${name}.md`), "utf8");
}

/** The first block of a language on a page. */
export function blockOf(name: string, language: string): string {
  const [, block] = new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, "m").exec(pageText(name)) ?? [];
  assert.ok(block, `${name}: a block of ${language}`);
  return block;
}

/** The token that a page shows. */
export function shownToken(name: string): Shown {
  return JSON.parse(blockOf(name, "json")) as Shown;
}

/** Where the listing of a page is. */
export function listingPath(name: string): string {
  return join(import.meta.dirname, `30-provider/${name}.ts`);
}

if (import.meta.main) {
  for (const [name, page] of Object.entries(pages)) {
    const { claims } = shownToken(name);
    writeFileSync(listingPath(name), `${declared(page, claims)}\n`);
    console.log(`${name}\n${environment(page, claims)}\n`);
  }
}
