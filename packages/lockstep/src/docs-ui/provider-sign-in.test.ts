/**
 * With the settings that the page has, anyone can sign in at a real provider, and the token opens the API. Without a browser:
 * `provider-sign-in.slow.test.ts` does the same with one.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { PageEntry } from "./sign-in.ts";
import { apiOf, tokensOf } from "./sign-in-api.fixture.ts";
import { type SignInProvider, startSignInProvider } from "./sign-in-provider.fixture.ts";

const origin = "https://api.test";
const redirectUri = `${origin}/docs/oauth2-redirect.html`;
let provider: SignInProvider;

before(async () => {
  provider = await startSignInProvider([origin]);
});
after(() => provider.close());

/** A browser at the provider: it has cookies, and stops at the API. */
class Visitor {
  readonly #cookies = new Map<string, string>();

  async go(url: string, form?: Record<string, string>): Promise<{ readonly url: URL; readonly html: string }> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const response = await fetch(url, { ...sent, headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const html = await response.text();
    const location = response.headers.get("location");
    if (location === null) return { url: new URL(url), html };
    const next = new URL(location, url);
    return next.origin === origin ? { url: next, html } : this.go(next.href);
  }
}

test("from the page's settings to the protected answer", async () => {
  const api = apiOf(tokensOf(provider.issuer));
  const ask = (path: string, headers = {}) => api.fetch(new Request(`${origin}${path}`, { headers }));
  const page = await ask("/docs");
  const [, data = ""] = / data-sign-in="([^"]*)"/.exec(await page.text()) ?? [];
  const entries = JSON.parse(data.replaceAll("&quot;", '"')) as Readonly<Record<string, PageEntry>>;
  const { clientId = "", authorizationParameters = {}, issuer, shown } = entries["OpenIdConnect"] ?? {};
  const flows = shown?.["flows"] as { authorizationCode: { authorizationUrl: string; tokenUrl: string; scopes: object } };
  const { authorizationUrl, tokenUrl, scopes } = flows.authorizationCode;
  assert.ok(page.headers.get("content-security-policy")?.includes(`connect-src 'self' ${new URL(tokenUrl).origin};`));

  const verifier = randomBytes(32).toString("base64url");
  const asked = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: Object.keys(scopes).join(" "),
    state: "a state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...authorizationParameters,
  };
  const visitor = new Visitor();
  const { url: login } = await visitor.go(`${authorizationUrl}?${new URLSearchParams(asked)}`);
  const { url: consent } = await visitor.go(login.href, { prompt: "login", login: "dora", password: "any" });
  const { url: answer } = await visitor.go(consent.href, { prompt: "consent" });
  assert.equal(answer.origin + answer.pathname, redirectUri);
  assert.deepEqual([answer.searchParams.get("state"), answer.searchParams.get("iss")], ["a state", issuer]);

  const code = answer.searchParams.get("code") ?? "";
  const { resource = "" } = authorizationParameters;
  const form = {
    grant_type: "authorization_code",
    code,
    client_id: clientId,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    resource,
  };
  const exchanged = await fetch(tokenUrl, { method: "POST", headers: { origin }, body: new URLSearchParams(form) });
  assert.deepEqual([exchanged.status, exchanged.headers.get("access-control-allow-origin")], [200, origin]);
  const { access_token: token } = (await exchanged.json()) as { readonly access_token: string };

  const opened = await ask("/notes", { authorization: `Bearer ${token}` });
  assert.equal(opened.status, 200);
  assert.deepEqual(await opened.json(), {
    id: `${provider.issuer} dora`,
    name: "dora",
    issuer: provider.issuer,
    scope: "notes:read notes:write",
  });
  assert.equal((await ask("/notes")).status, 401, "the control");
});
