/** The demo as `npm start` starts it, and its documentation in a real browser. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { startBrowser } from "../../../packages/lockstep/src/docs-ui/browser.fixture.ts";
import { DocsPage, type Shown, type Typed } from "../../../packages/lockstep/src/docs-ui/docs-page.fixture.ts";
import { startDemo } from "./program.fixture.ts";

/** The open page, and the credentials that the demo printed. */
export interface OpenDemo {
  readonly docs: DocsPage;
  readonly password: string;
  readonly apiKey: string;
}

/** Starts the demo and opens its documentation in a new browser. Both end with the test. */
export async function openDemo(test: TestContext): Promise<OpenDemo> {
  const { lines } = await startDemo(test);
  const { browser, close } = await startBrowser();
  test.after(close);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const docs = await DocsPage.open(context, lines.get("Docs") ?? "");
  return { docs, password: lines.get("Password") ?? "", apiKey: lines.get("API key") ?? "" };
}

/** Returns the text that a person types to sign in: no client, and no scope. */
export function signInAs(username: string, password: string): Typed {
  return { fields: { oauth_username: username, oauth_password: password } };
}

/** Asserts that the page shows this answer. */
export async function answers(shown: Promise<Shown>, expected: string, text: RegExp): Promise<void> {
  const { status, body } = await shown;
  assert.equal(status, expected, body);
  assert.match(body, text);
}
