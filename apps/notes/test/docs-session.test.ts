/** The documentation behind the session of an administrator, in a real browser. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, suite, test, type TestContext } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../../packages/lockstep/src/docs-ui/browser.fixture.ts";
import { DocsPage } from "../../../packages/lockstep/src/docs-ui/docs-page.fixture.ts";
import { type Notes, password, startNotes } from "./notes.fixture.ts";

let browser: Browser;
let closeBrowser: () => Promise<void>;

before(async () => {
  ({ browser, close: closeBrowser } = await startBrowser());
});

after(() => closeBrowser());

interface Place extends Notes {
  readonly origin: string;
  /** A page of the application in a new browser. */
  readonly page: Page;
}

/** Starts a notes API with documentation for administrators, and opens a page of its own. */
async function open(t: TestContext): Promise<Place> {
  const notes = await startNotes(t, "fetch", { docs: "administrators" });
  const server = fastifyServer(notes.api);
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  await context.route(`${origin}/app`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><p>Sign in" }));
  const page = await context.newPage();
  await page.goto(`${origin}/app`);
  return { ...notes, origin, page };
}

/** Sends a request from a script of the page. Returns the status, or the error. */
function fetched(page: Page, method: string, url: string, form?: Readonly<Record<string, string>>): Promise<number | string> {
  const body = form === undefined ? "" : `body: new URLSearchParams(${JSON.stringify(form)}),`;
  const script = `fetch(${JSON.stringify(url)}, { method: "${method}", credentials: "include", ${body} }).then((answer) => answer.status, String)`;
  return page.evaluate<number | string>(script);
}

async function statusOf(page: Page, url: string): Promise<number | undefined> {
  return (await page.goto(url))?.status();
}

suite("/docs in a browser", () => {
  test("opens for an administrator who signed in on a page, shows every operation, and closes with the session", async (t) => {
    const { api, admin, origin, page } = await open(t);
    assert.equal(await statusOf(page, `${origin}/docs`), 401, "without a session");
    await page.goto(`${origin}/app`);
    assert.equal(await fetched(page, "POST", "/auth/session", { username: admin.email, password }), 200);
    assert.equal(await page.evaluate("document.cookie"), "", "no script reads the cookie");

    const docs = await DocsPage.open(page.context(), `${origin}/docs`);
    const operations = Object.values(api.openapi().paths).flatMap((item) => Object.keys(item ?? {}));
    assert.equal(await docs.page.locator(".opblock").count(), operations.length);
    assert.ok(operations.length > 30);
    const { status, body } = await docs.execute("GET /me");
    assert.equal(status, "200");
    assert.match(body, /admin@example\.com/);
    assert.deepEqual(docs.troubles, []);

    assert.equal(await fetched(docs.page, "POST", "/auth/logout"), 204);
    assert.equal(await statusOf(docs.page, `${origin}/docs`), 401);
    assert.equal(await statusOf(docs.page, `${origin}/openapi.json`), 401);
    assert.deepEqual(
      await page
        .context()
        .cookies()
        .then((all) => all.filter(({ name }) => name === "session")),
      [],
    );
  });

  test("stays closed to a user who is not an administrator", async (t) => {
    const { alice, origin, page } = await open(t);
    assert.equal(await fetched(page, "POST", "/auth/session", { username: alice.email, password }), 200);
    assert.equal(await fetched(page, "GET", "/me"), 200, "the control: she is signed in");
    for (const path of ["/docs", "/openapi.json"]) assert.equal(await statusOf(page, origin + path), 403, path);
  });

  test("a page of another origin cannot sign a user in or out, although the browser sends the cookie (C-04, C-10)", async (t) => {
    const { admin, alice, log, origin, page } = await open(t);
    assert.equal(await fetched(page, "POST", "/auth/session", { username: admin.email, password }), 200);
    const elsewhere = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><p>Win"));
    elsewhere.listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    t.after(() => elsewhere.close());
    // A server that listens on a port has an address with a port.
    const { port } = elsewhere.address() as AddressInfo;
    const evil = await page.context().newPage();
    await evil.goto(`http://127.0.0.1:${port}/`);
    // The browser hides the answers from the page. The log shows that they were refusals.
    assert.match(String(await fetched(evil, "POST", `${origin}/auth/logout`)), /Failed to fetch/);
    assert.match(
      String(await fetched(evil, "POST", `${origin}/auth/session`, { username: alice.email, password })),
      /Failed to fetch/,
    );
    await evil.evaluate(`(() => {
      const form = document.createElement("form");
      form.method = "POST";
      form.action = ${JSON.stringify(`${origin}/auth/logout`)};
      document.body.append(form);
      form.submit();
    })()`);
    await evil.waitForURL(`${origin}/auth/logout`);
    assert.equal(log.filter((line) => line.includes('"request.cross_site"')).length, 3);
    assert.equal(await fetched(page, "GET", "/me"), 200, "still signed in");
    assert.equal(await statusOf(page, `${origin}/docs`), 200, "and still the administrator");
  });
});
