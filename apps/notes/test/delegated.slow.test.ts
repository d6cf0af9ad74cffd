/** `npm run start:delegated` and its documentation in a real browser: from the click on Authorize to the protected answer. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { startBrowser } from "../../../packages/lockstep/src/docs-ui/browser.fixture.ts";
import { DocsPage } from "../../../packages/lockstep/src/docs-ui/docs-page.fixture.ts";
import { startProvider } from "../delegated/provider.ts";
import { freePort, variablesOf } from "./delegated.fixture.ts";
import { startDelegated, startDemo } from "./program.fixture.ts";
import { answers } from "./docs-demo.fixture.ts";

async function openPage(t: TestContext, url: string): Promise<DocsPage> {
  const { browser, close } = await startBrowser();
  t.after(close);
  return DocsPage.open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), url);
}

/** Presses Authorize, signs in on the provider's own page, agrees, and returns to the documentation. */
async function signIn(docs: DocsPage, name: string): Promise<void> {
  const opened = docs.page.waitForEvent("popup");
  await docs.press("Provider", {});
  const popup = await opened;
  await popup.fill('input[name="login"]', name);
  await popup.fill('input[name="password"]', "any");
  await popup.click('button[type="submit"]');
  await agree(popup);
  await docs.closeDialog();
}

async function agree(popup: Page): Promise<void> {
  const closed = popup.isClosed() ? Promise.resolve() : popup.waitForEvent("close");
  await popup.click('button:has-text("Continue")');
  await closed;
}

test("npm run start:delegated: somebody signs in at the provider, writes a note and reads it", async (t) => {
  const { lines } = await startDelegated(t, { PORT: String(await freePort()), PROVIDER_PORT: "0" });
  const docs = await openPage(t, lines.get("Docs") ?? "");
  assert.equal((await docs.execute("GET /notes")).status, "401");
  await signIn(docs, "dora");
  await answers(docs.execute("POST /notes", '{ "text": "delegated" }'), "201", /"text": "delegated"/);
  await answers(docs.execute("GET /notes"), "200", /"text": "delegated"/);
  assert.deepEqual(docs.troubles, []);
});

test("a provider that was down at the start signs people in once it is up, without a restart", async (t) => {
  const [port, own] = [await freePort(), await freePort()];
  const notes = `http://127.0.0.1:${own}`;
  await startDemo(t, { PORT: String(own), ...variablesOf(`http://127.0.0.1:${port}`, notes) });
  const docs = await openPage(t, `${notes}/docs`);
  assert.equal((await docs.execute("GET /notes")).status, "401");
  const provider = await startProvider({ port, notes });
  t.after(() => provider.close());
  await t.waitFor(
    async () => {
      await docs.page.reload();
      await docs.ready();
      await signIn(docs, "dora");
    },
    { interval: 1000, timeout: 120_000 },
  );
  await answers(docs.execute("GET /notes"), "200", /"items": \[\]/);
});
