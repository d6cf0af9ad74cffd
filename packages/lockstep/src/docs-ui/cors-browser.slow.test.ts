import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { authenticate } from "../access/authenticate.ts";
import { createApi } from "../api/api.ts";
import { fastifyServer } from "../host/fastify/index.ts";
import { body } from "../input/body.ts";
import { anyScope } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import { get, post } from "../route/route.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { reply } from "../outcome/reply.ts";
import { plainSchema } from "../testing/plain-schema.ts";
import { startBrowser } from "./browser.fixture.ts";

/** Serves an empty page: its address is the origin of what runs in it. */
async function pageServer(): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>A page"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, origin: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}` };
}

/** What a page's own code gets of a request. */
async function ask(page: Page, url: string, init: object = {}): Promise<unknown> {
  return page.evaluate(
    async ([target, options]) => {
      try {
        const answer = await fetch(target as string, options as RequestInit);
        return [answer.status, await answer.text(), answer.headers.get("x-request-id") !== null];
      } catch {
        return "blocked";
      }
    },
    [url, init],
  );
}

describe("CORS in a browser", () => {
  const closing: (() => Promise<unknown>)[] = [];
  let browser: Browser | undefined;
  let url = "";
  const origins: string[] = [];
  before(async () => {
    const [own, foreign] = [await pageServer(), await pageServer()];
    origins.push(own.origin, foreign.origin);
    const caller = anyOf({
      token: anyScope(
        authenticate({ token: httpBearer() }, ({ token }) => ({ id: token.reveal() })),
        "a test",
      ),
      session: authenticate({ cookie: apiKeyCookie({ name: "session" }) }, ({ cookie }) => ({ id: cookie.reveal() })),
    });
    const note = plainSchema<{ readonly text: string }>({
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
    });
    const server = fastifyServer(
      createApi({
        title: "t",
        version: "1",
        audit: () => {},
        origins: [own.origin],
        routes: [
          get("/sign-in", { public: "a test" }, () =>
            reply(200, "ok", { cookies: [{ name: "session", value: "alice", secure: false }] }),
          ),
          get("/me", { deps: { caller } }, ({ caller }) => caller.value.id),
          post("/notes", { status: 200, deps: { caller, note: body(note) } }, ({ note }) => note.text),
        ],
      }),
    );
    url = await server.listen({ host: "127.0.0.1", port: 0 });
    const started = await startBrowser();
    browser = started.browser;
    closing.push(
      started.close,
      () => server.close(),
      async () => own.server.close(),
      async () => foreign.server.close(),
    );
  });
  after(async () => {
    for (const close of closing) await close();
  });

  const json = { "content-type": "application/json" };

  test("a page of a declared origin calls and reads; a page of another origin does neither", async () => {
    const [own = "", foreign = ""] = origins;
    const page = await browser?.newPage();
    assert.ok(page !== undefined);
    await page.goto(own);
    const token = { headers: { authorization: "Bearer alice" } };
    assert.deepEqual(await ask(page, `${url}/me`, token), [200, '"alice"', true]);
    const write = { method: "POST", headers: { ...json, authorization: "Bearer alice" }, body: '{"text":"a"}' };
    assert.deepEqual(await ask(page, `${url}/notes`, write), [200, '"a"', true]);
    assert.deepEqual(await ask(page, `${url}/sign-in`, { credentials: "include" }), [200, '"ok"', true]);
    const withCookie = { method: "POST", headers: json, body: '{"text":"b"}', credentials: "include" };
    assert.deepEqual(await ask(page, `${url}/notes`, withCookie), [200, '"b"', true]);
    assert.deepEqual(((await ask(page, `${url}/me`)) as unknown[])[0], 401, "a problem is read, too");
    assert.equal(await ask(page, `${url}/notes`, { ...write, headers: { ...write.headers, "x-undeclared": "1" } }), "blocked");
    assert.equal(await ask(page, `${url}/me`, { method: "DELETE" }), "blocked");
    await page.goto(foreign);
    assert.equal(await ask(page, `${url}/me`, token), "blocked");
    assert.equal(await ask(page, `${url}/notes`, write), "blocked");
    assert.equal(await ask(page, `${url}/me`, { credentials: "include" }), "blocked");
    await page.close();
  });
});
