import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify from "fastify";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { authenticate, createApi, get, httpBasic, unchecked } from "../index.ts";
import { fastifyServer, lockstep } from "../host/fastify/index.ts";
import { startBrowser } from "./browser.fixture.ts";
import { docsApi, known } from "./docs-api.fixture.ts";
import { DocsPage, logoutOf } from "./docs-page.fixture.ts";
import { type Issuer, startIssuer } from "./issuer.fixture.ts";
import { TokenDesk } from "./token-desk.fixture.ts";

const local = { host: "127.0.0.1", port: 0 } as const;
const closing: (() => Promise<unknown>)[] = [];
let browser: Browser;
let issuer: Issuer;
let origin: string;

before(async () => {
  const desk = new TokenDesk();
  issuer = await startIssuer(desk);
  const server = fastifyServer(docsApi(desk, issuer.origin));
  origin = await server.listen(local);
  const started = await startBrowser();
  browser = started.browser;
  closing.push(started.close, () => server.close(), issuer.close);
});

after(async () => {
  for (const close of closing) await close();
});

async function inFreshBrowser(use: (context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  try {
    await use(context);
  } finally {
    await context.close();
  }
}

const byCode = { fields: { client_id_authorizationCode: "docs" }, toggledScopes: ["notes:read"] };

test("Authorize by authorization code with PKCE, at an issuer of another origin", async () => {
  await inFreshBrowser(async (context) => {
    const docs = await DocsPage.open(context, `${origin}/docs`);
    assert.equal((await docs.execute("GET /code")).status, "401");
    await docs.authorize("OAuth2AuthorizationCodeBearer", byCode);
    const { status, body } = await docs.execute("GET /code");
    assert.equal(status, "200", body);
    assert.match(body, /"name": "dora"/);
    const asked = Object.fromEntries(issuer.asked.at(-1) ?? []);
    assert.equal(asked["redirect_uri"], `${origin}/docs/oauth2-redirect.html`);
    assert.equal(asked["code_challenge_method"], "S256");
    assert.equal(asked["scope"], "notes:read");
    // Random, unlike Swagger UI's own, which is the time.
    assert.match(asked["state"] ?? "", /^[0-9a-f]{32}$/);
    assert.deepEqual(docs.troubles, []);
    assert.deepEqual(docs.origins, new Set([origin, issuer.origin]));
    assert.equal(context.pages().length, 1, "the window of the sign-in has closed itself");
  });
});

test("Authorize by OpenID Connect, with what the provider's metadata says", async () => {
  await inFreshBrowser(async (context) => {
    const docs = await DocsPage.open(context, `${origin}/docs`);
    await docs.authorize("OpenIdConnect", { fields: { client_id_authorization_code: "docs" } });
    const { status, body } = await docs.execute("GET /oidc");
    assert.equal(status, "200", body);
    assert.match(body, /"name": "dora"/);
    assert.deepEqual(docs.troubles, []);
  });
});

test("the dialog shows a refusal of the issuer", async () => {
  await inFreshBrowser(async (context) => {
    const docs = await DocsPage.open(context, `${origin}/docs`);
    issuer.answerWith = { error: "access_denied", error_description: "Dora said no" };
    const part = await docs.press("OAuth2AuthorizationCodeBearer", byCode);
    assert.match(await part.locator(".errors").innerText(), /access_denied: Dora said no/);
  });
});

test("an answer with another state is not handed over (I-21)", async () => {
  await inFreshBrowser(async (context) => {
    const docs = await DocsPage.open(context, `${origin}/docs`);
    issuer.answerWith = { code: "of-the-attacker", state: "another" };
    const opened = context.waitForEvent("page");
    const part = await docs.press("OAuth2AuthorizationCodeBearer", byCode);
    const popup = await opened;
    await says(popup, /not the answer to the sign-in that was begun/);
    assert.equal(popup.url(), `${origin}/docs/oauth2-redirect.html`);
    assert.equal(await part.locator(".errors").count(), 0);
    assert.equal(await logoutOf(part).count(), 0);
  });
});

test("the redirect page passes nothing to a page of another origin that opened it, and goes nowhere (I-21)", async () => {
  await inFreshBrowser(async (context) => {
    const attacker = await context.newPage();
    await attacker.goto(`${issuer.origin}/`);
    const opened = context.waitForEvent("page");
    const target = `${origin}/docs/oauth2-redirect.html?code=secret&state=s&redirect_uri=https://evil.example&url=https://evil.example`;
    await attacker.evaluate(`
      window.heard = [];
      addEventListener("message", ({ data }) => heard.push(data));
      const take = (given) => heard.push(given);
      window.swaggerUIRedirectOauth2 = { state: "s", auth: { name: "x" }, callback: take, errCb: take };
      window.popup = open(${JSON.stringify(target)});
    `);
    const popup = await opened;
    await says(popup, /Nobody waits for this answer/);
    assert.equal(popup.url(), `${origin}/docs/oauth2-redirect.html`);
    assert.equal(await attacker.evaluate("heard.length"), 0);
  });
});

test("under a prefix the page finds its files, the document and the API", async () => {
  const app = fastify();
  await app.register(lockstep(docsApi(new TokenDesk())), { prefix: "/api" });
  closing.push(() => app.close());
  const mounted = await app.listen(local);
  await inFreshBrowser(async (context) => {
    const docs = await DocsPage.open(context, `${mounted}/api/docs`);
    await docs.authorize("OAuth2PasswordBearer", {
      fields: { oauth_username: known.ada.username, oauth_password: known.ada.password },
    });
    await docs.authorize("APIKeyCookie", { fields: { api_key_value: known.cookie } });
    for (const [operation, name] of [
      ["GET /me", "ada"],
      ["POST /cookie", "cleo"],
    ] as const) {
      const { status, body } = await docs.execute(operation);
      assert.equal(status, "200", body);
      assert.match(body, new RegExp(`"name": "${name}"`));
    }
    assert.deepEqual(docs.troubles, []);
  });
});

test("guarded by Basic, the page opens for a browser that signs in and for no other", async () => {
  const { username, password } = known.ada;
  const admin = authenticate({ basic: httpBasic() }, ({ basic }) =>
    basic.reveal().password === password ? { id: "1", name: "ada" } : undefined,
  );
  const api = createApi({
    title: "Notes",
    version: "1",
    routes: [get("/me", { deps: { admin }, response: unchecked("a test") }, ({ admin: who }) => who)],
    docs: { access: admin },
    audit: () => {},
  });
  const server = fastifyServer(api);
  closing.push(() => server.close());
  const guarded = await server.listen(local);
  await inFreshBrowser(async (context) => {
    const page = await context.newPage();
    assert.equal((await page.goto(`${guarded}/docs`))?.status(), 401);
  });
  const context = await browser.newContext({ httpCredentials: { username, password } });
  const docs = await DocsPage.open(context, `${guarded}/docs`);
  assert.match((await docs.execute("GET /me")).body, /"name": "ada"/);
  assert.deepEqual(docs.troubles, []);
  await context.close();
});

async function says(page: Page, text: RegExp): Promise<void> {
  await page.locator("p", { hasText: text }).waitFor();
}
