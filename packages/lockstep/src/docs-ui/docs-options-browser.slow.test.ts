/** The options of the page, in a real browser. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { z } from "zod";
import { fastifyServer } from "../host/fastify/index.ts";
import { type Api, body, createApi, type DocsPageOptions, post } from "../index.ts";
import { outgoingWebhook } from "../webhook/index.ts";
import { startBrowser } from "./browser.fixture.ts";
import { docsApi, known, pixel } from "./docs-api.fixture.ts";
import { DocsPage } from "./docs-page.fixture.ts";
import { type Issuer, startIssuer } from "./issuer.fixture.ts";
import { TokenDesk } from "./token-desk.fixture.ts";

const desk = new TokenDesk();
const closing: (() => Promise<unknown>)[] = [];
let browser: Browser;
let issuer: Issuer;

before(async () => {
  issuer = await startIssuer(desk);
  const started = await startBrowser();
  browser = started.browser;
  closing.push(started.close, issuer.close);
});

after(async () => {
  for (const close of closing) await close();
});

type Use = (docs: DocsPage, origin: string, context: BrowserContext) => Promise<void>;

/** Opens the page of an API with these options. */
function withPage(page: DocsPageOptions, use: Use, title?: string): Promise<void> {
  return withApi(docsApi(desk, issuer.origin, { page, ...(title !== undefined && { title }) }), use);
}

/** Opens the page in a browser that knows nothing yet. */
async function withApi(api: Api, use: Use): Promise<void> {
  const server = fastifyServer(api);
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  try {
    const docs = await DocsPage.open(context, `${origin}/docs`);
    await use(docs, origin, context);
    assert.deepEqual(docs.troubles, []);
  } finally {
    await context.close();
    await server.close();
  }
}

const clientOf = async (docs: DocsPage, scheme: string, id: string): Promise<string> => {
  const part = await docs.openDialog(scheme);
  const value = await part.locator(`[id="${id}"]`).inputValue();
  await docs.closeDialog();
  return value;
};

test("clientId and the further parameters are those of the authorization code flow, and of no other", async () => {
  const authorizationParameters = { audience: "https://api.example/?a=1&b=2", prompt: "login" };
  await withPage({ clientId: "docs-page", authorizationParameters }, async (docs) => {
    const scheme = "OAuth2AuthorizationCodeBearer";
    assert.equal(await clientOf(docs, scheme, "client_id_authorizationCode"), "docs-page");
    assert.equal(await clientOf(docs, "OpenIdConnect", "client_id_authorization_code"), "docs-page");
    assert.equal(await clientOf(docs, "OAuth2PasswordBearer", "client_id_password"), "");
    assert.equal(await clientOf(docs, "OAuth2ClientCredentials", "client_id_clientCredentials"), "");
    // Nothing is typed but the choice of a scope.
    await docs.authorize(scheme, { toggledScopes: ["notes:read"] });
    assert.match((await docs.execute("GET /code")).body, /"name": "dora"/);
    const asked = Object.fromEntries(issuer.asked.at(-1) ?? []);
    assert.equal(asked["client_id"], "docs-page");
    assert.equal(asked["code_challenge_method"], "S256");
    assert.deepEqual([asked["audience"], asked["prompt"]], [authorizationParameters.audience, "login"]);
    // The token requests of the other flows go to the API without them.
    const requests: string[] = [];
    docs.page.on("request", (request) => void requests.push(request.url()));
    const { username, password } = known.ada;
    await docs.authorize("OAuth2PasswordBearer", { fields: { oauth_username: username, oauth_password: password } });
    assert.match((await docs.execute("GET /me")).body, /"name": "ada"/);
    const tokenRequests = requests.filter((url) => url.includes("/auth/token"));
    assert.deepEqual(
      tokenRequests.map((url) => new URL(url).search),
      [""],
    );
  });
});

test("without clientId the field is empty", async () => {
  await withPage({}, async (docs) => {
    assert.equal(await clientOf(docs, "OAuth2AuthorizationCodeBearer", "client_id_authorizationCode"), "");
  });
});

const background = "getComputedStyle(document.body).backgroundColor";
const [light, dark] = ["rgb(250, 250, 250)", "rgb(28, 32, 34)"];

test("the theme is light, dark, or that of the reader's system, also if it changes", async () => {
  for (const [theme, whenLight, whenDark] of [
    ["light", light, light],
    ["dark", dark, dark],
    ["auto", light, dark],
    [undefined, light, light],
  ] as const) {
    await withPage(theme === undefined ? {} : { theme }, async ({ page }) => {
      for (const [colorScheme, colour] of [
        ["light", whenLight],
        ["dark", whenDark],
        ["light", whenLight],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        const isDark = colour === dark;
        await page.locator("html.dark-mode").waitFor({ state: isDark ? "attached" : "detached" });
        assert.equal(await page.evaluate(background), colour, `${theme} on a ${colorScheme} system`);
        const text = await page.evaluate(`getComputedStyle(document.querySelector(".info .title")).color`);
        assert.equal(text !== "rgb(59, 65, 81)", isDark, `the text on ${colour} is ${String(text)}`);
      }
    });
  }
});

test("a logo of the same origin, and one in the page itself, are shown", async () => {
  for (const [logo, width] of [
    ["/logo.gif", 1],
    [`data:image/gif;base64,${pixel}`, 1],
    // The control: an image that is not there has no width.
    ["/no-logo.gif", 0],
  ] as const) {
    await withPage({ logo }, async (docs, origin) => {
      const image = docs.page.locator("header img");
      assert.equal(await image.getAttribute("alt"), "Notes <&>");
      assert.equal(await image.getAttribute("src"), logo);
      assert.equal(await docs.page.evaluate(`document.querySelector("header img").naturalWidth`), width, logo);
      assert.deepEqual(docs.origins, new Set([origin, issuer.origin]));
    });
  }
});

test("without tryItOut, no operation can be tried, and the document is all there", async () => {
  const buttons = ".try-out__btn, .execute, .btn-clear";
  const opened = async (docs: DocsPage): Promise<number> => {
    await docs.page.locator(".opblock-post .opblock-summary-control").first().click();
    await docs.page.locator(".opblock.is-open .responses-wrapper").waitFor();
    return docs.page.locator(buttons).count();
  };
  let operations = 0;
  await withPage({}, async (docs) => {
    operations = await docs.page.locator(".opblock").count();
    assert.ok((await opened(docs)) > 0, "the positive control");
  });
  await withPage({ tryItOut: false }, async (docs) => {
    assert.equal(await opened(docs), 0);
    assert.equal(await docs.page.locator(".opblock").count(), operations);
    assert.equal(await docs.page.locator(".auth-wrapper > .authorize").count(), 1);
  });
});

test("the requests that the API sends are shown, with nothing to send them", async () => {
  const payload = z.object({ type: z.literal("note.created") });
  const noteCreated = outgoingWebhook({ summary: "A note was created", payload });
  const callbacks = { ready: { url: "{$request.body#/callbackUrl}", webhook: noteCreated } };
  const asked = body(z.object({ callbackUrl: z.url() }));
  const api = createApi({
    title: "Notes",
    version: "1",
    webhooks: { noteCreated },
    routes: [post("/reports", { public: "a test", deps: { asked }, callbacks }, () => undefined)],
    docs: { public: "a test" },
    audit: () => {},
  });
  await withApi(api, async ({ page }) => {
    const webhook = page.locator(".webhooks .opblock");
    await webhook.locator(".opblock-summary-control").click();
    await webhook.locator('[data-param-name="webhook-signature"]').waitFor();
    assert.match(await webhook.innerText(), /A note was created/);
    assert.equal(await webhook.locator(".execute, .try-out__btn").count(), 0);
    const operation = page.locator(".opblock", { has: page.locator('[data-path="/reports"]') });
    await operation.locator(".opblock-summary-control").first().click();
    // The control: what the API receives can be tried.
    await operation.locator(".execute").waitFor();
    await operation.getByText("Callbacks").click();
    assert.match(await operation.innerText(), /\{\$request\.body#\/callbackUrl\}/);
  });
});

test("text of an option is text: none of it becomes markup or runs", async () => {
  const attack = `"><script>window.ran = 1</script></script><img src=x onerror="window.ran = 1">'`;
  const page: DocsPageOptions = {
    clientId: attack,
    authorizationParameters: { audience: attack, "x'><script>": attack },
    logo: '/a"><script>window.ran=1</script><img/src=x/onerror=window.ran=1>',
  };
  await withPage(
    page,
    async (docs) => {
      assert.equal(await docs.page.evaluate("window.ran"), undefined);
      assert.equal(await docs.page.locator("header img").count(), 1);
      assert.equal(await docs.page.locator("header *").count(), 1);
      assert.equal(await docs.page.locator("header img").getAttribute("alt"), attack);
      assert.equal(await docs.page.locator("script:not([src])").count(), 0);
      assert.equal(await docs.page.title(), `${attack}: documentation`);
      assert.equal(await clientOf(docs, "OAuth2AuthorizationCodeBearer", "client_id_authorizationCode"), attack);
      await docs.authorize("OAuth2AuthorizationCodeBearer", { toggledScopes: ["notes:read"] });
      const asked = issuer.asked.at(-1);
      assert.deepEqual([asked?.get("client_id"), asked?.get("audience"), asked?.get("x'><script>")], [attack, attack, attack]);
    },
    attack,
  );
});
