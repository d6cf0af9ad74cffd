import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyCookie, authenticate, createApi, post, unchecked } from "../index.ts";
import { checkOrigin, webOriginOf } from "./origin.ts";

test("takes origins of pages and of apps, as they are sent (RFC 6454 §6.2)", () => {
  for (const origin of [
    "https://app.example",
    "https://app.example:8443",
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "http://[::1]:3000",
    "https://xn--bcher-kva.example",
    "https://my_app.example",
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "https://tauri.localhost",
    "app://bundle",
    "app://localhost:3000",
    "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
    "moz-extension://5b3a2e6c-8c1d-4b0e-9b1a-0a2f0a4d7c11",
  ]) {
    assert.equal(checkOrigin(origin), origin);
  }
});

test("shows how an origin is written that is only nearly one", () => {
  for (const [origin, right] of [
    ["https://app.example/", "https://app.example"],
    ["https://app.example/path?a#b", "https://app.example"],
    ["https://APP.example", "https://app.example"],
    ["HTTPS://app.example", "https://app.example"],
    ["https://a:443", "https://a"],
    ["http://a:80", "http://a"],
    ["https://user:password@a.example", "https://a.example"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["capacitor://localhost/", "capacitor://localhost"],
    ["Capacitor://LOCALHOST", "capacitor://localhost"],
    ["app://user@bundle/index.html", "app://bundle"],
  ] as const) {
    assert.throws(() => checkOrigin(origin), { code: "wrong_option", message: new RegExp(`write "${right}";`) }, origin);
  }
});

test("refuses what no page and no app has", () => {
  for (const origin of [
    "null",
    "*",
    "",
    "https://*.example",
    "https://*",
    "app://*",
    "*://app.example",
    "app.example",
    "//app.example",
    "https://",
    "app://",
    "app:bundle",
    "app://bundle:0",
    "app://bundle:99999",
    "app://a b",
    "app://bündel",
    "file:///index.html",
    "file://host",
    "ws://app.example",
    "data://x",
    "javascript://x",
    "about:blank",
    "https://a.example,https://b.example",
    "https://a.example https://b.example",
    undefined,
    null,
    1,
  ]) {
    // Values that JavaScript callers may pass.
    assert.throws(() => checkOrigin(origin as string), { code: "wrong_option", message: /as browsers send it/ }, String(origin));
  }
});

test("the origin of an address, if it is one of the web", () => {
  assert.equal(webOriginOf("https://api.example/v1"), "https://api.example");
  for (const address of ["/v1", "https://{tenant}.example", "https://*.example", "ftp://a", ""])
    assert.equal(webOriginOf(address), undefined);
});

const user = authenticate({ session: apiKeyCookie({ name: "sid" }) }, () => ({ id: "alice" }));

test("an API knows its own names by its servers and its resource, where a browser sends no Fetch Metadata", async () => {
  const base = {
    title: "t",
    version: "1",
    audit: () => {},
    routes: [post("/notes", { deps: { user }, response: unchecked("a test") }, () => ({}))],
  };
  const authorizationServers = ["https://idp.example"] as const;
  const named = [
    createApi({ ...base, resource: { url: "https://api.example/v1", authorizationServers } }),
    createApi({ ...base, servers: [{ url: "/v1" }, { url: "https://api.example/v1" }] }),
  ];
  const ask = async (api: ReturnType<typeof createApi>, headers: Record<string, string>): Promise<number> => {
    const request = new Request("https://api.example/notes", { method: "POST", headers: { cookie: "sid=x", ...headers } });
    return (await api.fetch(request)).status;
  };
  for (const api of named) {
    assert.equal(await ask(api, { origin: "https://api.example" }), 200);
    assert.equal(await ask(api, { origin: "https://evil.example" }), 403);
    assert.equal(await ask(api, { origin: "http://api.example" }), 403);
    assert.equal(await ask(api, { origin: "https://api.example", "sec-fetch-site": "cross-site" }), 403);
  }
  assert.equal(await ask(createApi(base), { origin: "https://api.example" }), 403, "an API without names knows none");
});
