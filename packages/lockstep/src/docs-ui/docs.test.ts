import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import {
  type Api,
  apiKeyHeader,
  authenticate,
  BuildError,
  createApi,
  depends,
  type DocsOptions,
  get,
  oauth2AuthorizationCode,
  oauth2PasswordBearer,
  openIdConnect,
  optional,
  unchecked,
} from "../index.ts";
import { assetTypes } from "./asset.ts";
import type { PrintedAnswer } from "./docs-without-files.fixture.ts";

const key = apiKeyHeader({ name: "X-API-Key" });
const reader = authenticate({ key }, ({ key: given }) => (given.reveal() === "let-me-read" ? { id: "reader" } : undefined));
const routes = [get("/me", { deps: { reader }, response: unchecked("a test") }, ({ reader: who }) => who)];
const documentation = ["/docs", "/docs/oauth2-redirect.html", ...Object.keys(assetTypes).map((name) => `/docs/${name}`)];
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

function apiWith(docs: DocsOptions | undefined, title = "Notes"): Api {
  return createApi({ title, version: "1", routes, audit: () => {}, ...(docs && { docs }) });
}

function fetchFrom(api: Api, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return api.fetch(new Request(`https://api.example${path}`, { headers }));
}

test("without swagger-ui-dist to read, the page is 404 and says so, and the document is there; the next request tries again", async () => {
  const program = join(import.meta.dirname, "docs-without-files.fixture.ts");
  const asked = [...documentation, "/openapi.json"];
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=lockstep-source", program, ...asked]);
  const answers = JSON.parse(stdout) as Record<"document" | "afterwards", PrintedAnswer> & {
    readonly without: readonly PrintedAnswer[];
  };
  assert.deepEqual(
    answers.without.map(({ path }) => path),
    documentation,
  );
  for (const { path, status, type, text } of answers.without) {
    assert.deepEqual([status, type], [404, "application/problem+json"], path);
    assert.match(text, /"code":"not_found"/);
  }
  assert.deepEqual([answers.document.status, answers.afterwards.status], [200, 200]);
});

test("without swagger-ui-dist installed, an API with docs does not start and says what to do; one without docs does", (t) => {
  // As in a folder that has no such package: Node looks for it from the root.
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier.startsWith("swagger-ui-dist/") ? { ...context, parentURL: "file:///" } : context),
  });
  t.after(() => hooks.deregister());
  assert.throws(
    () => apiWith({ public: "a test" }),
    isBuildError("missing_package", /^Install swagger-ui-dist, or leave out `docs`/),
  );
  assert.ok(apiWith(undefined));
});

test("without docs in the options there is no documentation", async () => {
  const api = apiWith(undefined);
  for (const path of [...documentation, "/openapi.json"]) assert.equal((await fetchFrom(api, path)).status, 404, path);
});

test("with docs: { public } everyone reads them, and they are not in the document themselves", async () => {
  const api = apiWith({ public: "a test" });
  assert.deepEqual(await (await fetchFrom(api, "/openapi.json")).json(), JSON.parse(JSON.stringify(api.openapi())));
  assert.deepEqual(Object.keys(api.openapi().paths), ["/me"]);
  for (const path of documentation) assert.equal((await fetchFrom(api, path)).status, 200, path);
});

test("with docs: { access } every one of their routes is guarded, and no shared cache keeps anything", async () => {
  const api = apiWith({ access: reader });
  for (const path of [...documentation, "/openapi.json"]) {
    assert.equal((await fetchFrom(api, path)).status, 401, path);
    assert.equal((await fetchFrom(api, path, { "x-api-key": "wrong" })).status, 401, path);
    const response = await fetchFrom(api, path, { "x-api-key": "let-me-read" });
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("cache-control") ?? "", /^(?:no-store|private, max-age=3600)$/, path);
  }
});

test("an access rule that proves nobody's identity does not start", () => {
  const unguarded = [key, depends({}, () => ({})), optional(reader), undefined, "everyone", reader["~dep"]];
  for (const access of unguarded) {
    // What the types refuse, JavaScript can pass.
    const docs = { access } as DocsOptions;
    assert.throws(() => apiWith(docs), isBuildError("docs_unguarded", /authenticate\(\) dependency.*public: "reason"/));
  }
  assert.throws(() => apiWith({ public: " " }), isBuildError("empty_reason", /./));
  assert.throws(
    () => apiWith({ public: "all", access: reader } as unknown as DocsOptions),
    isBuildError("wrong_option", /not both/),
  );
  assert.throws(
    () => createApi({ title: "x", version: "1", routes, guard: reader, docs: { public: "all" } }),
    isBuildError("public_and_authenticated", /./),
  );
});

test("the page has its policy, keeps its sign-in windows and is not kept itself", async () => {
  const { headers } = await fetchFrom(apiWith({ public: "a test" }), "/docs");
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(headers.get("content-security-policy"), policy);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin-allow-popups");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
});

test("the redirect page may run its script and nothing else, and no opener policy cuts it off", async () => {
  const { headers } = await fetchFrom(apiWith({ public: "a test" }), "/docs/oauth2-redirect.html?code=x&state=y");
  assert.equal(
    headers.get("content-security-policy"),
    "default-src 'none'; script-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  );
  assert.equal(headers.get("cross-origin-opener-policy"), null);
  assert.equal(headers.get("cache-control"), "no-store");
});

test("every file has its type, its hash in the page, and may be kept", async () => {
  const api = apiWith({ public: "a test" });
  const tags = /<(?:script|link)[^>]* (?:src|href)="(?!data:)([^"]+)" integrity="([^"]+)"/g;
  const pages = await Promise.all(
    ["/docs", "/docs/oauth2-redirect.html"].map(async (path) => ({ path, html: await (await fetchFrom(api, path)).text() })),
  );
  const links = pages.flatMap(({ path, html }) =>
    [...html.matchAll(tags)].map(([, href = "", integrity]) => ({ url: new URL(href, `https://api.example${path}`), integrity })),
  );
  assert.deepEqual(
    links.map(({ url }) => url.pathname).toSorted(),
    Object.keys(assetTypes)
      .map((name) => `/docs/${name}`)
      .toSorted(),
  );
  for (const { url, integrity } of links) {
    const response = await fetchFrom(api, url.pathname + url.search);
    const bytes = new Uint8Array(await response.arrayBuffer());
    assert.equal(integrity, `sha384-${createHash("sha384").update(bytes).digest("base64")}`);
    assert.equal(
      response.headers.get("content-type"),
      url.pathname.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
    );
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("cache-control"), "public, max-age=3600");
  }
});

test("nothing in the pages is inline or absolute, and a title is text", async () => {
  const api = apiWith({ public: "a test" }, `</title><script>alert("1")</script>&'`);
  const html = await (await fetchFrom(api, "/docs")).text();
  assert.match(
    html,
    /<title>&lt;\/title&gt;&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;: documentation<\/title>/,
  );
  assert.doesNotMatch(html, /<script[^>]*>[^<]|<style|\son\w+=|style=|https?:|"\//);
});

test("no parameter changes the page (I-20)", async () => {
  const api = apiWith({ public: "a test" });
  const plain = await fetchFrom(api, "/docs");
  const asked = await fetchFrom(api, "/docs?url=https://evil/spec&configUrl=https://evil/config&oauth2RedirectUrl=https://evil/");
  assert.equal(await asked.text(), await plain.text());
  assert.equal(asked.headers.get("content-security-policy"), policy);
});

test("the page may talk to the servers and the token endpoints that its document names, and to no other", async () => {
  const oauth = oauth2AuthorizationCode({
    authorizationUrl: "https://login.example/authorize",
    tokenUrl: "https://token.example:8443/token",
    refreshUrl: "https://refresh.example/refresh",
  });
  const relative = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: { read: "see https://scope.example/" } });
  const oidc = openIdConnect({ openIdConnectUrl: "https://oidc.example/.well-known/openid-configuration" });
  const as = (scheme: typeof oauth) => authenticate({ scheme }, () => ({ id: "x" }));
  const api = createApi({
    title: "Notes",
    version: "1",
    routes: [
      get("/a", { deps: { user: as(oauth) }, response: unchecked("a test") }, () => ({})),
      get("/b", { deps: { user: authenticate({ relative }, () => ({ id: "x" })) }, response: unchecked("a test") }, () => ({})),
      get("/c", { deps: { user: as(oidc) }, response: unchecked("a test") }, () => ({})),
    ],
    servers: [
      "https://api.example/v1",
      "/v2",
      "https://api.example/",
      "https://a;script-src",
      "ftp://files.example",
      "https://*",
    ].map((url) => ({ url })),
    docs: { public: "a test" },
  });
  const { headers } = await fetchFrom(api, "/docs");
  const expected = "connect-src 'self' https://api.example https://token.example:8443 https://oidc.example";
  assert.equal(headers.get("content-security-policy"), policy.replace("connect-src 'self'", expected));
});

function isBuildError(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BuildError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}
