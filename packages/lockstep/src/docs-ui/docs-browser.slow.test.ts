import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { fastifyServer } from "../host/fastify/index.ts";
import { startBrowser } from "./browser.fixture.ts";
import { docsApi, known } from "./docs-api.fixture.ts";
import { DocsPage, logoutOf, type Typed } from "./docs-page.fixture.ts";
import { TokenDesk } from "./token-desk.fixture.ts";

const desk = new TokenDesk();
const api = docsApi(desk);
const server = fastifyServer(api);
let origin: string;
let browser: Browser;
let closeBrowser: () => Promise<void>;

before(async () => {
  origin = await server.listen({ host: "127.0.0.1", port: 0 });
  ({ browser, close: closeBrowser } = await startBrowser());
});

after(async () => {
  await closeBrowser();
  await server.close();
});

/** Opens the page in a browser that knows nothing yet. */
async function inFreshBrowser(use: (docs: DocsPage, context: BrowserContext) => Promise<void>, query = ""): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  try {
    const docs = await DocsPage.open(context, `${origin}/docs${query}`);
    await use(docs, context);
    assert.deepEqual(docs.troubles, []);
    assert.deepEqual([...docs.origins], [origin]);
  } finally {
    await context.close();
  }
}

const password: Typed = { fields: { oauth_username: known.ada.username, oauth_password: known.ada.password } };
const apiKey: Typed = { fields: { api_key_value: known.apiKey } };
const basic: Typed = { fields: { "auth-basic-username": known.ada.username, "auth-basic-password": known.ada.password } };
const bearer: Typed = { fields: { "auth-bearer-value": known.bearer } };

test("the page shows the API's own document, whatever ?url= and ?configUrl= say (I-20)", async () => {
  const evil = "https://evil.example/spec.json";
  await inFreshBrowser(async ({ page }) => {
    assert.equal(await page.title(), "Notes <&>: documentation");
    assert.match(await page.locator(".info .title").innerText(), /^Notes <&>/);
    assert.equal(
      await page.locator(".opblock").count(),
      Object.values(api.openapi().paths).flatMap((item) => Object.keys(item)).length,
    );
  }, `?url=${evil}&configUrl=${evil}&config=${evil}&urls.primaryName=evil&spec={}&validatorUrl=${evil}`);
});

test("the policy of the page blocks what is not the API's, and the test would see it", async () => {
  await inFreshBrowser(async (docs) => {
    await docs.page.evaluate(
      `document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }))`,
    );
    await docs.page.evaluate(`document.body.insertAdjacentHTML("beforeend", "<p style='color: red'></p>")`);
    await docs.page.evaluate(`fetch("http://127.0.0.1:1/").catch(() => {})`);
    assert.equal(await docs.page.evaluate("window.ran"), undefined);
    const violations = docs.troubles
      .splice(0)
      .filter((text) => text.startsWith("violation of "))
      .map((text) => text.split(/[ :]+/)[2]);
    assert.deepEqual(new Set(violations), new Set(["script-src-elem", "style-src-attr", "connect-src"]));
  });
});

test("exactly the operations that the document protects have a lock, router-level ones included", async () => {
  const document: { readonly paths: Readonly<Record<string, object>> } = api.openapi();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]: [string, { readonly security: readonly unknown[] }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  const guarded = operations.filter(({ operation }) => operation.security.length > 0).map(({ name }) => name);
  assert.ok(guarded.includes("POST /v1/data"));
  assert.ok(guarded.length < operations.length);
  await inFreshBrowser(async (docs) => assert.deepEqual([...(await docs.locked())].toSorted(), guarded.toSorted()));
});

test("without Authorize, protected operations answer 401 and open ones 200", async () => {
  await inFreshBrowser(async (docs) => {
    for (const operation of [
      "GET /me",
      "POST /notes",
      "GET /job",
      "GET /v1/data",
      "POST /v1/data",
      "GET /basic",
      "GET /bearer",
      "POST /cookie",
      "GET /query",
      "GET /either",
    ]) {
      const { status, body } = await docs.execute(operation);
      assert.equal(status, "401", operation);
      assert.match(body, /"code": "unauthenticated"/, operation);
    }
    assert.equal((await docs.execute("GET /health")).status, "200");
    assert.match((await docs.execute("GET /greeting")).body, /"name": "stranger"/);
  });
});

test("Authorize by password: every scope is selected, and the token that the API gave out reaches it", async () => {
  await inFreshBrowser(async (docs) => {
    const asked = await tokenRequest(docs, () => docs.authorize("OAuth2PasswordBearer", password));
    assert.equal(asked.form["scope"], "notes:read notes:write");
    await shows(docs, "GET /me", "ada");
    await shows(docs, "POST /notes", "ada");
    await shows(docs, "GET /greeting", "ada");
  });
});

test("Authorize by password: a scope that is unticked is not asked for", async () => {
  await inFreshBrowser(async (docs) => {
    const asked = await tokenRequest(docs, () =>
      docs.authorize("OAuth2PasswordBearer", { ...password, toggledScopes: ["notes:write"] }),
    );
    assert.equal(asked.form["scope"], "notes:read");
    await shows(docs, "GET /me", "ada");
    const { status, body } = await docs.execute("POST /notes");
    assert.equal(status, "403");
    assert.match(body, /"code": "insufficient_scope"/);
  });
});

test("a client that is not named is not sent; one that is named is sent in Basic (RFC 6749 §2.3.1)", async () => {
  await inFreshBrowser(async (docs) => {
    const asked = await tokenRequest(docs, () => docs.authorize("OAuth2PasswordBearer", password));
    assert.equal(asked.authorization, undefined);
    await docs.logout("OAuth2PasswordBearer");
    const fields = { ...password.fields, client_id_password: "docs" };
    const named = await tokenRequest(docs, () => docs.authorize("OAuth2PasswordBearer", { fields }));
    assert.equal(named.authorization, `Basic ${btoa("docs:")}`);
    await docs.logout("OAuth2PasswordBearer");
    const both = { ...fields, client_secret_password: "s" };
    const proved = await tokenRequest(docs, () => docs.authorize("OAuth2PasswordBearer", { fields: both }));
    assert.equal(proved.authorization, `Basic ${btoa("docs:s")}`);
  });
});

test("Authorize with a wrong password says so, and nothing is authorized; the right one takes the message away", async () => {
  await inFreshBrowser(async (docs) => {
    const part = await docs.press("OAuth2PasswordBearer", { fields: { oauth_username: "ada", oauth_password: "wrong" } });
    assert.match(await part.locator(".errors").innerText(), /invalid_grant/);
    await docs.closeDialog();
    assert.equal((await docs.execute("GET /me")).status, "401");
    const again = await docs.press("OAuth2PasswordBearer", password);
    await logoutOf(again).waitFor();
    assert.equal(await again.locator(".errors").count(), 0);
    await docs.closeDialog();
    await shows(docs, "GET /me", "ada");
  });
});

test("the Authorize dialog opens at its beginning, ready to type in its first field", async () => {
  await inFreshBrowser(async (docs) => {
    await docs.openDialog("OAuth2PasswordBearer");
    const content = 'document.querySelector(".modal-ux-content")';
    const overflow = await docs.page.evaluate<number>(`${content}.scrollHeight - ${content}.clientHeight`);
    assert.ok(overflow > 0, "the control: it can be scrolled");
    assert.equal(await docs.page.evaluate(`${content}.scrollTop`), 0);
    assert.equal(await docs.page.evaluate("document.activeElement.id"), "oauth_username");
  });
});

test("Authorize by client credentials: no scope is selected, because a client asks for the scopes that it needs (RFC 6749 §4.4.2)", async () => {
  const { username, password: secret } = known.service;
  const fields = { client_id_clientCredentials: username, client_secret_clientCredentials: secret };
  await inFreshBrowser(async (docs) => {
    const none = await tokenRequest(docs, () => docs.authorize("OAuth2ClientCredentials", { fields }));
    assert.equal(none.form["scope"], undefined);
    await docs.logout("OAuth2ClientCredentials");
    const one = await tokenRequest(docs, () => docs.authorize("OAuth2ClientCredentials", { fields, toggledScopes: ["jobs"] }));
    assert.equal(one.form["scope"], "jobs");
    await shows(docs, "GET /job", username);
  });
});

test("Authorize by API key, in a header, in the query and in a cookie", async () => {
  await inFreshBrowser(async (docs, context) => {
    await docs.authorize("APIKeyHeader", apiKey);
    await shows(docs, "GET /v1/data", "bob");
    await shows(docs, "POST /v1/data", "bob");
    await shows(docs, "GET /either", "bob");
    await docs.authorize("APIKeyQuery", { fields: { api_key_value: known.queryKey } });
    await shows(docs, "GET /query", "emil");
    await docs.authorize("APIKeyCookie", { fields: { api_key_value: known.cookie } });
    await shows(docs, "POST /cookie", "cleo");
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie?.name, cookie?.sameSite, cookie?.secure, cookie?.path], ["__Host-session", "Strict", true, "/"]);
    await docs.logout("APIKeyCookie");
    assert.deepEqual(await context.cookies(), []);
    assert.equal((await docs.execute("POST /cookie")).status, "401");
  });
});

test("Authorize by Basic and by bearer token", async () => {
  await inFreshBrowser(async (docs) => {
    await docs.authorize("HTTPBasic", basic);
    await shows(docs, "GET /basic", "ada");
    await shows(docs, "POST /basic", "ada");
    await docs.authorize("HTTPBearer", bearer);
    await shows(docs, "GET /bearer", "fred");
    await shows(docs, "GET /either", "fred");
  });
});

test("tokens and keys survive a reload; passwords and client secrets are written nowhere", async () => {
  await inFreshBrowser(async (docs) => {
    await docs.authorize("OAuth2PasswordBearer", password);
    await docs.authorize("APIKeyHeader", apiKey);
    await docs.authorize("HTTPBearer", bearer);
    await docs.authorize("HTTPBasic", basic);
    await docs.authorize("OAuth2ClientCredentials", {
      fields: { client_id_clientCredentials: known.service.username, client_secret_clientCredentials: known.service.password },
    });
    const stored = String(await docs.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })"));
    assert.ok(stored.includes(known.apiKey));
    for (const secret of [known.ada.password, known.service.password]) assert.ok(!stored.includes(secret));
    await docs.page.reload();
    await docs.ready();
    await shows(docs, "GET /me", "ada");
    await shows(docs, "GET /v1/data", "bob");
    await shows(docs, "GET /bearer", "fred");
  });
});

/** What the page sends to the token endpoint while something is done. */
async function tokenRequest({ page }: DocsPage, act: () => Promise<void>) {
  const asked = page.waitForRequest((request) => request.method() === "POST" && new URL(request.url()).pathname.endsWith("token"));
  await act();
  const request = await asked;
  const form = Object.fromEntries(new URLSearchParams(request.postData() ?? ""));
  return { form, authorization: (await request.allHeaders())["authorization"] };
}

async function shows(docs: DocsPage, operation: string, name: string): Promise<void> {
  const { status, body } = await docs.execute(operation);
  assert.equal(status, "200", `${operation}: ${body}`);
  assert.match(body, new RegExp(`"name": "${name}"`), operation);
}
