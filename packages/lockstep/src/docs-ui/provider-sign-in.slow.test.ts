/** Signing in on the documentation's page at real providers, in a real browser. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify from "fastify";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { fastifyServer, lockstep } from "../host/fastify/index.ts";
import { serveFetchFunction } from "../host/fetch/node-bridge.fixture.ts";
import { type Api, authenticate, type DocsOptions, httpBasic } from "../index.ts";
import { issuers } from "../oidc/issuers.ts";
import { startBrowser } from "./browser.fixture.ts";
import { DocsPage, logoutOf } from "./docs-page.fixture.ts";
import { answerProvider, apiOf, handmade, pageClient, signIn, tokensOf } from "./sign-in-api.fixture.ts";
import { clientId, freePort, resource, type SignInProvider, startSignInProvider } from "./sign-in-provider.fixture.ts";

const local = { host: "127.0.0.1", port: 0 } as const;
const scheme = "OpenIdConnect";
const closing: (() => Promise<unknown>)[] = [];
/** Where the APIs of these tests are. */
const at: Record<string, string> = {};
let browser: Browser;
let first: SignInProvider;
let second: SignInProvider;

async function listen(name: string, api: Api): Promise<void> {
  const server = fastifyServer(api);
  at[name] = await server.listen(local);
  closing.push(() => server.close());
}

const staff = authenticate({ basic: httpBasic() }, ({ basic }) =>
  basic.reveal().password === "let-me-read" ? { id: "reader" } : undefined,
);
const guarded: DocsOptions = { access: staff };

// The providers know the addresses of the pages, and the APIs know those of the providers.
before(async () => {
  const [one, other] = [await freePort(), await freePort()];
  const [ours, theirs] = [`http://127.0.0.1:${one}`, `http://127.0.0.1:${other}`];
  await listen("fastify", apiOf(tokensOf(ours)));
  const served = await serveFetchFunction((request) => apiOf(tokensOf(ours)).fetch(request));
  at["fetch"] = served.url;
  const app = fastify();
  await app.register(lockstep(apiOf(tokensOf(ours))), { prefix: "/api" });
  at["prefix"] = `${await app.listen(local)}/api`;
  closing.push(served.close, () => app.close());
  await listen("guarded", apiOf(tokensOf(ours), guarded));
  await listen("opaque", apiOf(tokensOf(ours, { docs: { clientId, scopes: ["openid"] } })));
  await listen("spelled", apiOf(tokensOf(ours, { docs: { ...pageClient, scopes: ["openid", "notes:read"] } })));
  await listen("by hand", handmade(ours));
  const named = (schemeName: string) => ({ docs: { ...pageClient, schemeName } });
  await listen("two", apiOf(issuers([tokensOf(ours, named("Ours")), tokensOf(theirs, named("Theirs"))])));
  const started = await startBrowser();
  browser = started.browser;
  const pages = Object.values(at);
  [first, second] = [await startSignInProvider(pages, one), await startSignInProvider(pages, other)];
  closing.push(started.close, first.close, second.close);
});

after(async () => {
  for (const close of closing) await close();
});

type Use = (docs: DocsPage, context: BrowserContext, origin: string) => Promise<void>;

/** Opens the page of an API in a browser that knows nothing yet. */
async function onPage(where: string, use: Use): Promise<void> {
  const httpCredentials = { username: "reader", password: "let-me-read" };
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    ...(where === "guarded" && { httpCredentials }),
  });
  try {
    const base = at[where] ?? "";
    const docs = await DocsPage.open(context, `${base}/docs`);
    await use(docs, context, new URL(base).origin);
    assert.deepEqual(docs.troubles, []);
  } finally {
    await context.close();
  }
}

for (const host of ["fastify", "fetch"]) {
  test(`from the click on Authorize to the protected answer, and out again, on ${host}`, async () => {
    await onPage(host, async (docs, context, origin) => {
      const requests: { readonly url: URL; readonly authorization: string | undefined; readonly form: URLSearchParams }[] = [];
      docs.page.on("request", (request) => {
        const form = new URLSearchParams(request.postData() ?? "");
        requests.push({ url: new URL(request.url()), authorization: request.headers()["authorization"], form });
      });
      assert.equal((await docs.execute("GET /notes")).status, "401");
      const part = await docs.openDialog(scheme);
      assert.equal(await part.locator('[id="client_id_authorizationCode"]').inputValue(), clientId);
      assert.ok(!(await part.locator('[id="client_secret_authorizationCode"]').isVisible()), "a public client has no secret");
      await docs.closeDialog();
      await signIn(context, docs, scheme, "dora");
      await docs.closeDialog();
      const { status, body } = await docs.execute("GET /notes");
      assert.equal(status, "200", body);
      assert.match(body, /"name": "dora"/);

      const asked = Object.fromEntries(first.asked.at(-1) ?? []);
      const { state = "", code_challenge: challenge = "", ...others } = asked;
      assert.match(state, /^[0-9a-f]{32}$/);
      assert.match(challenge, /^[\w-]{43}$/);
      assert.deepEqual(others, {
        response_type: "code",
        client_id: clientId,
        redirect_uri: `${origin}/docs/oauth2-redirect.html`,
        // All scopes that the scheme declares are selected, and nobody had to type anything.
        scope: "notes:read notes:write",
        code_challenge_method: "S256",
        resource,
      });
      const exchanges = requests.filter(({ url }) => url.href === `${first.issuer}/token`);
      assert.equal(exchanges.length, 1);
      assert.deepEqual(
        [...(exchanges[0]?.form.keys() ?? [])].toSorted(),
        ["client_id", "code", "code_verifier", "grant_type", "redirect_uri", "resource"],
        "a public client has no secret",
      );
      // The token goes to this API, and to nobody else.
      const shown = requests.filter(({ authorization }) => authorization !== undefined);
      assert.deepEqual(
        shown.map(({ url }) => url.href),
        [`${origin}/notes`],
      );
      assert.deepEqual(docs.origins, new Set([origin, first.issuer]));
      assert.equal(context.pages().length, 1, "the window of the sign-in has closed itself");
      const stored = String(await docs.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })"));
      assert.match(stored, /access_token/, "the control");
      assert.doesNotMatch(stored, /codeVerifier|clientSecret/);

      await docs.logout(scheme);
      assert.equal((await docs.execute("GET /notes")).status, "401");
      assert.doesNotMatch(String(await docs.page.evaluate("JSON.stringify({ ...localStorage })")), /access_token/);
    });
  });
}

test("an issuer that was down at start: the page says so, and the next load after its start works", async () => {
  let aheadMs = 0;
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  await listen("late", apiOf(tokensOf(issuer, { clock: () => Date.now() + aheadMs })));
  const document = async (): Promise<string> => (await fetch(`${at["late"]}/openapi.json`)).text();
  const before = await document();
  await onPage("late", async (docs, context) => {
    const notice = docs.page.locator(".sign-in-notice");
    assert.match(await notice.innerText(), /^You cannot sign in at http\S+ now, because the API cannot read its metadata\. Reload/);
    const part = await docs.openDialog(scheme);
    assert.match(await part.innerText(), /You cannot sign in at/);
    // A token can be pasted meanwhile.
    await part.locator('[id="auth-bearer-value"]').fill("invented");
    await part.locator("button.authorize").click();
    await docs.closeDialog();
    assert.equal(await sentWith(docs, () => docs.execute("GET /notes")), "Bearer invented");
    const provider = await startSignInProvider([at["late"] ?? ""], port);
    closing.push(provider.close);
    aheadMs = 5_000;
    await docs.page.reload();
    await docs.ready();
    assert.equal(await notice.count(), 0);
    assert.equal(await sentWith(docs, () => docs.execute("GET /notes")), "Bearer invented", "it is kept over the reload");
    await docs.logout(scheme);
    await signIn(context, docs, scheme, "dora");
    await docs.closeDialog();
    // The keys have a cooldown of their own.
    aheadMs = 0;
    assert.equal((await docs.execute("GET /notes")).status, "200");
    assert.equal(await document(), before);
  });
});

test("an issuer that is down when the API starts again: people who had signed in keep their token", async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const before = fastifyServer(apiOf(tokensOf(issuer)));
  at["restarted"] = await before.listen(local);
  const provider = await startSignInProvider([at["restarted"]], port);
  await onPage("restarted", async (docs, context, origin) => {
    await signIn(context, docs, scheme, "dora");
    await docs.closeDialog();
    const signedIn = await sentWith(docs, () => docs.execute("GET /notes"));
    assert.match(signedIn, /^Bearer ey/);
    await Promise.all([provider.close(), before.close()]);
    const again = fastifyServer(apiOf(tokensOf(issuer)));
    closing.push(() => again.close());
    await again.listen({ host: "127.0.0.1", port: Number(new URL(origin).port) });
    await docs.page.reload();
    await docs.ready();
    assert.equal(await docs.page.locator(".sign-in-notice").count(), 1);
    assert.equal(await sentWith(docs, () => docs.execute("GET /notes")), signedIn);
  });
});

/** The credential that the request had which something causes. */
async function sentWith(docs: DocsPage, act: () => Promise<unknown>): Promise<string> {
  const sent = docs.page.waitForRequest((request) => new URL(request.url()).pathname.endsWith("/notes"));
  await act();
  return (await (await sent).allHeaders())["authorization"] ?? "";
}

test("two issuers: an entry for each, and one place for the token", async () => {
  await onPage("two", async (docs, context) => {
    for (const [mine, other, provider] of [
      ["Ours", "Theirs", first],
      ["Theirs", "Ours", second],
      ["Ours", "Theirs", first],
    ] as const) {
      await signIn(context, docs, mine, "dora");
      const rest = partOf(docs, other);
      assert.equal(await logoutOf(rest).count(), 0, `${other} is signed out`);
      await docs.closeDialog();
      const { status, body } = await docs.execute("GET /notes");
      assert.equal(status, "200", body);
      assert.match(body, new RegExp(`"issuer": "${provider.issuer}"`));
    }
    await docs.logout("Ours");
    assert.equal((await docs.execute("GET /notes")).status, "401");
  });
});

test("an answer of another issuer is not handed over, nor one that names none (mix-up, RFC 9207)", async () => {
  await onPage("two", async (docs, context, origin) => {
    for (const [iss, text] of [
      [second.issuer, /not the answer of the issuer that was asked/],
      [undefined, /not the answer of the issuer that was asked/],
      [`${first.issuer}/`, /not the answer of the issuer that was asked/],
    ] as const) {
      const { part, popup } = await answerWith(docs, context, origin, iss);
      await popup.locator("p", { hasText: text }).waitFor();
      assert.equal(await part.locator(".errors").count(), 0);
      await popup.close();
      await docs.closeDialog();
    }
    // The control: the right name is handed over, and the provider does not know the code.
    const refused = docs.page.waitForResponse(`${first.issuer}/token`);
    const { part } = await answerWith(docs, context, origin, first.issuer);
    assert.equal((await refused).status(), 400);
    await part.locator(".errors").waitFor();
  });
});

/** Begins to sign in, and answers in the provider's place. */
async function answerWith(docs: DocsPage, context: BrowserContext, origin: string, iss: string | undefined) {
  const opened = context.waitForEvent("page");
  const part = await docs.press("Ours", {});
  const popup = await opened;
  await popup.locator('input[name="login"]').waitFor();
  const answer = new URLSearchParams({
    code: "x",
    state: first.asked.at(-1)?.get("state") ?? "",
    ...(iss !== undefined && { iss }),
  });
  await popup.evaluate(`location.href = ${JSON.stringify(`${origin}/docs/oauth2-redirect.html?${answer}`)}`);
  return { part, popup };
}

test("a provider whose pages cut themselves off from the window that opened them, and that allows no preflight", async () => {
  const port = await freePort();
  await listen("isolated", apiOf(tokensOf(`http://127.0.0.1:${port}`)));
  const provider = await startSignInProvider([at["isolated"] ?? ""], port, true);
  closing.push(provider.close);
  await onPage("isolated", async (docs, context, origin) => {
    const opened = context.waitForEvent("page");
    const part = await docs.press(scheme, {});
    const popup = await opened;
    await popup.locator('input[name="login"]').waitFor();
    assert.equal(await popup.evaluate("window.opener"), null, "the control");
    const state = provider.asked.at(-1)?.get("state") ?? "";
    const other = { code: "x", state, iss: "https://other.example" };
    // Answers in the provider's place, one after the other; none of them ends the sign-in that is waited for.
    for (const [answer, text] of [
      [other, /not the answer of the issuer that was asked/],
      [{ ...other, iss: undefined }, /not the answer of the issuer that was asked/],
      [{ ...other, iss: provider.issuer, state: "another" }, /Nobody waits for this answer/],
    ] as const) {
      const page = await context.newPage();
      const search = new URLSearchParams(Object.entries(answer).filter(([, value]) => value !== undefined) as [string, string][]);
      await page.goto(`${origin}/docs/oauth2-redirect.html?${search}`);
      await page.locator("p", { hasText: text }).waitFor();
      assert.equal(page.url(), `${origin}/docs/oauth2-redirect.html`);
      await page.close();
    }
    assert.equal(await part.locator(".errors").count(), 0);
    await answerProvider(popup, "dora");
    await logoutOf(part).waitFor();
    await docs.closeDialog();
    assert.equal((await docs.execute("GET /notes")).status, "200");
    // It was handed over once.
    const page = await context.newPage();
    await page.goto(`${origin}/docs/oauth2-redirect.html?code=x&state=${state}&iss=${provider.issuer}`);
    await page.locator("p", { hasText: /Nobody waits for this answer/ }).waitFor();
  });
});

test("without the parameter `resource`, the provider's token is for no API: 401", async () => {
  await onPage("opaque", async (docs, context) => {
    await signIn(context, docs, scheme, "dora");
    await docs.closeDialog();
    assert.equal((await docs.execute("GET /me")).status, "401");
  });
});

test("scopes in the issuer's spelling are asked for, wherever the dialog was opened", async () => {
  await onPage("spelled", async (docs, context) => {
    assert.deepEqual(await offered(await docs.openDialog(scheme)), ["openid", "notes:read"]);
    await docs.closeDialog();
    await openLock(docs, "/notes");
    assert.deepEqual(await offered(partOf(docs, scheme)), ["openid", "notes:read"]);
    await docs.closeDialog();
    await signIn(context, docs, scheme, "dora");
    await docs.closeDialog();
    assert.equal(first.asked.at(-1)?.get("scope"), "openid notes:read");
    // With `openid`, the provider issues a JWT only if the token request names the resource, too.
    assert.equal((await docs.execute("GET /notes")).status, "200");
  });
});

test("the lock of an operation offers the scopes of that operation", async () => {
  await onPage("fastify", async (docs, context) => {
    await openLock(docs, "/notes");
    const part = partOf(docs, scheme);
    assert.deepEqual(await offered(part), ["notes:read"]);
    const opened = context.waitForEvent("page");
    await part.locator("button.authorize").click();
    await answerProvider(await opened, "dora");
    await logoutOf(part).waitFor();
    assert.equal(first.asked.at(-1)?.get("scope"), "notes:read");
    await docs.closeDialog();
    assert.match((await docs.execute("GET /notes")).body, /"scope": "notes:read"/);
  });
});

test("schemes made by hand, with endpoints or discovery in the browser, have the client of their own `docs`", async () => {
  await onPage("by hand", async (docs, context) => {
    for (const [name, operation] of [
      ["Code", "GET /code"],
      ["Discovered \\(OAuth2, authorization_code with PKCE", "GET /discovered"],
    ] as const) {
      const opened = context.waitForEvent("page");
      const part = await docs.press(name, {});
      await answerProvider(await opened, "dora");
      await logoutOf(part).waitFor();
      await docs.closeDialog();
      const { status, body } = await docs.execute(operation);
      assert.equal(status, "200", body);
    }
  });
});

test("behind an access rule, and under a prefix, people sign in as well", async () => {
  for (const where of ["guarded", "prefix"]) {
    await onPage(where, async (docs, context) => {
      await signIn(context, docs, scheme, "dora");
      await docs.closeDialog();
      assert.equal((await docs.execute("GET /notes")).status, "200", where);
    });
  }
  const anonymous = await browser.newContext();
  const page: Page = await anonymous.newPage();
  assert.equal((await page.goto(`${at["guarded"]}/docs`))?.status(), 401, "the control");
  await anonymous.close();
});

function partOf(docs: DocsPage, name: string): Locator {
  return docs.page.locator(".auth-container", { has: docs.page.locator("h4", { hasText: new RegExp(`^\\s*${name}\\b`) }) });
}

/** Opens the dialog with the lock of one operation. */
async function openLock(docs: DocsPage, path: string): Promise<void> {
  const block = docs.page.locator(".opblock", { has: docs.page.locator(`[data-path="${path}"]`) });
  await block.locator(".authorization__btn").click();
}

/** The scopes that are selected; all that are offered must be. */
async function offered(part: Locator): Promise<readonly string[]> {
  const boxes = part.locator('.scopes input[type="checkbox"]');
  const all = await boxes.evaluateAll((each) =>
    each.map((box) => [box.getAttribute("data-value"), (box as unknown as { checked: boolean }).checked] as const),
  );
  for (const [name, checked] of all) assert.ok(checked, `${name} is selected`);
  return all.map(([name]) => name ?? "");
}
