/** An API whose callers come from foreign providers, and its documentation's page in a browser. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import {
  type Api,
  authenticate,
  createApi,
  type DocsOptions,
  get,
  identified,
  oauth2AuthorizationCode,
  openIdConnect,
  scopes,
  unchecked,
} from "../index.ts";
import { oidc } from "../oidc/oidc.ts";
import { oidcBearer } from "../oidc/oidc-bearer.ts";
import type { IssuerDocs } from "../oidc/issuer-docs.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import { logoutOf, type DocsPage } from "./docs-page.fixture.ts";
import { clientId, resource } from "./sign-in-provider.fixture.ts";

/** The page's client: without `resource`, the provider issues tokens that are opaque, and for no API. */
export const pageClient: IssuerDocs = { clientId, authorizationParameters: { resource } };

/** The verifier of a provider's tokens. */
export function tokensOf(issuer: string, over: { readonly docs?: IssuerDocs; readonly clock?: () => number } = {}): JwtVerifier {
  const verified = { audience: resource, algorithms: ["ES256"], typ: "at+jwt", allowLoopback: true } as const;
  return oidc({ issuer, ...verified, docs: pageClient, ...over });
}

/** An API whose routes tell who is calling: `/me` needs a token, `/notes` the scope `notes:read`. */
export function apiOf(accessTokens: JwtVerifier, docs: DocsOptions = { public: "a test" }): Api {
  const token = oidcBearer({
    issuer: accessTokens,
    scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
  });
  const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => {
    const { sub, iss, scope = "" } = claims;
    return identified({ id: `${iss} ${sub}`, name: sub, issuer: iss, scope }, claims);
  });
  const response = unchecked("a test");
  return createApi({
    title: "Notes",
    version: "1",
    routes: [
      get("/me", { deps: { caller }, response }, (values) => values.caller),
      get("/notes", { deps: { caller: scopes(caller, "notes:read") }, response }, (values) => values.caller),
    ],
    docs,
    audit: () => {},
  });
}

/** The same with schemes that are made by hand, one route for each. */
export function handmade(issuer: string): Api {
  const accessTokens = tokensOf(issuer);
  const scopesOf = { scopes: { "notes:read": "Read notes" } } as const;
  const endpoints = { authorizationUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token` };
  const code = oauth2AuthorizationCode({ ...endpoints, ...scopesOf, schemeName: "Code", docs: pageClient });
  const openIdConnectUrl = `${issuer}/.well-known/openid-configuration`;
  const docs = { ...pageClient, scopes: ["openid", "notes:read"] };
  const discovered = openIdConnect({ openIdConnectUrl, ...scopesOf, schemeName: "Discovered", docs });
  const routeOf = (path: "/code" | "/discovered", token: typeof code) => {
    const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
    return get(path, { deps: { caller: scopes(caller, "notes:read") }, response: unchecked("a test") }, (values) => values.caller);
  };
  const routes = [routeOf("/code", code), routeOf("/discovered", discovered)];
  return createApi({ title: "Notes", version: "1", routes, docs: { public: "a test" }, audit: () => {} });
}

/** Signs in at the provider's own pages, and consents, as far as it asks. */
export async function answerProvider(popup: Page, name: string): Promise<void> {
  const login = popup.locator('input[name="login"]');
  const consent = popup.getByRole("button", { name: "Continue" });
  if (await isAsked(popup, login.or(consent).first())) {
    if (await login.isVisible()) {
      await login.fill(name);
      await popup.locator('input[name="password"]').fill("any");
      await popup.getByRole("button", { name: "Sign-in" }).click();
    }
    if (await isAsked(popup, consent)) await consent.click();
  }
}

/** Whether the provider asks. If it does not, the window closes itself. */
async function isAsked(popup: Page, question: Locator): Promise<boolean> {
  try {
    await question.waitFor();
    return true;
  } catch (error) {
    if (popup.isClosed()) return false;
    throw error;
  }
}

/** Presses Authorize for one scheme, and signs in as somebody. The dialog stays open. */
export async function signIn(context: BrowserContext, docs: DocsPage, scheme: string, name: string): Promise<Locator> {
  const opened = context.waitForEvent("page");
  const part = await docs.press(scheme, {});
  const popup = await opened;
  const gone = popup.waitForEvent("close");
  await answerProvider(popup, name);
  await gone;
  await logoutOf(part).waitFor();
  return part;
}
