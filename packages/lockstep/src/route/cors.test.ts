import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Api, createApi } from "../api/api.ts";
import { authenticate } from "../access/authenticate.ts";
import { depends } from "../dependency/depends.ts";
import { responseHeaders } from "../input/response-headers.ts";
import { header } from "../input/header.ts";
import { reply } from "../outcome/reply.ts";
import { isBuildError } from "../host/fastify/embedded.fixture.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { anyText } from "../testing/plain-schema.ts";
import type { ApiOptions } from "./api-options.ts";
import type { CorsOptions } from "./cors-options.ts";
import { get, post, type Route } from "./route.ts";

const page = "https://app.example";
const publicRoute = get("/g", { public: "a test", deps: { tone: header("X-Tone", anyText) } }, () => "ok");
const bearer = authenticate({ token: httpBearer() }, () => ({ id: "a" }));
const cookie = authenticate({ cookie: apiKeyCookie({ name: "session" }) }, () => ({ id: "a" }));

function apiWith(options: Pick<ApiOptions, "origins" | "cors">, routes: readonly Route[] = [publicRoute]): Api {
  return createApi({ title: "t", version: "1", audit: () => {}, routes, ...options });
}

async function corsHeaders(api: Api, headers: Record<string, string> = {}, method = "GET"): Promise<Record<string, string>> {
  const answer = await api.fetch(new Request("http://api.example/g", { method, headers: { origin: page, ...headers } }));
  return Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"));
}

describe("createApi({ cors })", () => {
  test("without origins no page reads anything, and no answer mentions CORS", async () => {
    assert.deepEqual(await corsHeaders(apiWith({})), {});
    assert.deepEqual(await corsHeaders(apiWith({ origins: [] })), {});
  });

  test("origins may be written at the top or in cors: they are one list", async () => {
    for (const options of [{ origins: [page] }, { cors: { origins: [page] } }, { origins: [page], cors: { maxAgeSeconds: 5 } }]) {
      assert.equal((await corsHeaders(apiWith(options)))["access-control-allow-origin"], page);
      const writes = post("/g", { status: 200, deps: { cookie } }, ({ cookie }) => cookie.id);
      const written = await apiWith(options, [writes]).fetch(
        new Request("http://api.example/g", { method: "POST", headers: { origin: page, cookie: "session=a" } }),
      );
      assert.equal(written.status, 200, "the cross-site rule accepts the page");
    }
  });

  for (const origin of [
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "app://bundle",
    "chrome-extension://abcdefghijklmnop",
  ]) {
    test(`an app's pages may read: ${origin}`, async () => {
      const headers = await corsHeaders(apiWith({ cors: { origins: [origin] } }), { origin });
      assert.equal(headers["access-control-allow-origin"], origin);
    });
  }

  test("pages may send cookies if a route takes one, unless the option says otherwise", async () => {
    const credentialsOf = async (options: CorsOptions, route: Route): Promise<string | undefined> =>
      (await corsHeaders(apiWith({ cors: { origins: [page], ...options } }, [route])))["access-control-allow-credentials"];
    const withCookie = get("/g", { deps: { cookie } }, () => "ok");
    const withToken = get("/g", { deps: { bearer } }, () => "ok");
    assert.equal(await credentialsOf({}, withCookie), "true");
    assert.equal(await credentialsOf({ credentials: false }, withCookie), undefined);
    assert.equal(await credentialsOf({}, withToken), undefined);
    assert.equal(await credentialsOf({ credentials: true }, withToken), "true");
  });

  test('"*" lets every page read, without cookies, and answers do not differ by origin', async () => {
    const headers = await corsHeaders(apiWith({ cors: { origins: "*" } }), { origin: "https://anyone.example" });
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.deepEqual([headers["access-control-allow-credentials"], headers["vary"]], [undefined, undefined]);
    const writes = apiWith({ cors: { origins: "*" } }, [post("/g", { status: 200, deps: { cookie } }, () => "done")]);
    const written = await writes.fetch(
      new Request("http://api.example/g", { method: "POST", headers: { origin: page, cookie: "session=a" } }),
    );
    assert.equal(written.status, 403, "a page that may read may not write with a cookie");
  });

  test("further request and response headers, and how long a preflight is kept, are options", async () => {
    const api = apiWith({
      cors: { origins: [page], allowedHeaders: ["traceparent"], exposedHeaders: ["X-Total"], maxAgeSeconds: 0 },
    });
    const asked = { "access-control-request-method": "GET", "access-control-request-headers": "traceparent" };
    const preflight = await corsHeaders(api, asked, "OPTIONS");
    assert.equal(preflight["access-control-allow-headers"], "x-tone, x-request-id, traceparent");
    assert.equal(preflight["access-control-max-age"], "0");
    assert.match((await corsHeaders(api))["access-control-expose-headers"] ?? "", /, X-Total$/);
  });

  test("pages may read the headers that dependencies add", async () => {
    const total = depends({ headers: responseHeaders({ "X-Total-Count": "How many there are" }) }, ({ headers }) =>
      headers.set("X-Total-Count", "7"),
    );
    const listed = get("/g", { public: "a test", deps: { total } }, () => "ok");
    assert.match(
      (await corsHeaders(apiWith({ origins: [page] }, [listed])))["access-control-expose-headers"] ?? "",
      /X-Total-Count/i,
    );
  });

  test("an answer keeps what else it differs by, and writes no header of CORS itself", async () => {
    const varied = get("/g", { public: "a test" }, () => reply(200, "ok", { headers: { vary: "Accept-Language" } }));
    assert.equal((await corsHeaders(apiWith({ origins: [page] }, [varied])))["vary"], "Origin, Accept-Language");
    const own = get("/g", { public: "a test" }, () => reply(200, "ok", { headers: { "Access-Control-Allow-Origin": "*" } }));
    const answer = await createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [own] }).fetch(
      new Request("http://api.example/g", { headers: { origin: page } }),
    );
    assert.deepEqual([answer.status, answer.headers.get("access-control-allow-origin")], [500, null]);
  });

  for (const [fact, options, message] of [
    ["the same list twice", { origins: [page], cors: { origins: [page] } }, /write the origins once/],
    ["a wildcard with credentials", { cors: { origins: "*", credentials: true } }, /name the origins/],
    ["no origins", { cors: { credentials: true } }, /set origins/],
    ["a wildcard in a list", { cors: { origins: ["*"] } }, /cors: \{ origins \}: write each origin exactly/],
    ["a wildcard for subdomains", { cors: { origins: ["https://*.app.example"] } }, /write each origin exactly/],
    ["null", { cors: { origins: ["null"] } }, /write each origin exactly/],
    ["a path", { cors: { origins: [`${page}/`] } }, /write "https:\/\/app\.example"/],
    ["an age of no number", { cors: { origins: [page], maxAgeSeconds: 1.5 } }, /maxAgeSeconds/],
    ["an age above a day", { cors: { origins: [page], maxAgeSeconds: 86_401 } }, /maxAgeSeconds/],
    ["every header", { cors: { origins: [page], allowedHeaders: ["*"] } }, /allowedHeaders/],
    ["cookies that are set", { cors: { origins: [page], exposedHeaders: ["Set-Cookie"] } }, /exposedHeaders/],
    ["a header with a line break", { cors: { origins: [page], exposedHeaders: ["a\r\nb"] } }, /exposedHeaders/],
    ["a function in place of origins", { cors: { origins: (() => true) as never } }, /list of origins/],
    ["credentials of no boolean", { cors: { origins: [page], credentials: "yes" as never } }, /credentials/],
    ["a misspelt option", { cors: { origin: [page] } as never }, /origin/],
  ] as const) {
    test(`does not start with ${fact}`, () => {
      assert.throws(() => apiWith(options), isBuildError("wrong_option", message));
    });
  }

  test("the document names the headers with every answer, and is silent without CORS", () => {
    const refs = (api: Api): unknown => JSON.stringify(api.openapi()).includes("Access-Control-Allow-Origin");
    assert.equal(refs(apiWith({})), false);
    const document = apiWith({ origins: [page] }).openapi();
    for (const response of Object.values(document.paths["/g"]?.get?.responses ?? {}))
      assert.deepEqual(response.headers?.["Access-Control-Allow-Origin"], {
        $ref: "#/components/headers/Access-Control-Allow-Origin",
      });
    assert.ok(document.components.headers?.["Vary"] !== undefined);
  });
});
