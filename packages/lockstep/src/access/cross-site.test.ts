import assert from "node:assert/strict";
import { test } from "node:test";
import { hostRequest } from "../input/host-request.fixture.ts";
import { crossSiteReason } from "./cross-site.ts";

type Headers = Readonly<Record<string, string | readonly string[]>>;

const origins = new Set(["https://app.example"]);
const none: ReadonlySet<string> = new Set();
const reason = (headers: Headers, ambient: "cookie" | "browser" | false = "cookie", method = "POST") =>
  crossSiteReason({ ...hostRequest({ headers }), method }, { ambient, ownOrigins: none }, { origins, ownOrigins: none });

test("a request of the site's own, or of a configured origin, goes on", () => {
  const own: Headers[] = [
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { origin: "https://app.example" },
    { origin: "https://app.example", "sec-fetch-site": "cross-site" },
    { origin: "https://other.example", "sec-fetch-site": "same-origin" },
  ];
  for (const headers of own) assert.equal(reason(headers), undefined, JSON.stringify(headers));
});

test("a request of another site does not", () => {
  const others: Headers[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "" },
    { "sec-fetch-site": "SAME-ORIGIN" },
    { "sec-fetch-site": "same-origin, same-origin" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "" },
    { origin: "https://app.example.evil.example" },
    { origin: "https://app.example/" },
    { origin: "https://APP.example" },
    { origin: "http://app.example" },
    { origin: "https://app.example:8443" },
    { origin: "https://evil.example", "sec-fetch-site": "same-site" },
  ];
  for (const ambient of ["cookie", "browser"] as const) {
    for (const headers of others) assert.equal(typeof reason(headers, ambient), "string", JSON.stringify(headers));
  }
});

test("an origin of the API's own counts only if the browser sends no Fetch Metadata, and plain http not over an encrypted connection", () => {
  const own = new Set(["https://api.example", "http://intranet"]);
  // The API names them, or a dependency of the route does.
  for (const [byRoute, byApi] of [
    [none, own],
    [own, none],
  ] as const) {
    const rule = { ambient: "cookie", ownOrigins: byRoute } as const;
    const asked = (headers: Headers, secure = true): string | undefined =>
      crossSiteReason(hostRequest({ headers, secure }), rule, { origins, ownOrigins: byApi });
    assert.equal(asked({ origin: "https://api.example" }), undefined);
    assert.equal(asked({ origin: "http://intranet" }, false), undefined);
    for (const site of ["cross-site", "same-site"])
      assert.equal(typeof asked({ origin: "https://api.example", "sec-fetch-site": site }), "string", site);
    assert.equal(typeof asked({ origin: "http://intranet" }), "string");
    assert.equal(typeof asked({ origin: "https://evil.example" }), "string");
  }
});

test("a header that comes twice proves nothing", () => {
  assert.match(String(reason({ origin: ["https://app.example", "https://evil.example"] })), /came twice/);
  assert.match(String(reason({ "sec-fetch-site": ["same-origin", "cross-site"] })), /came twice/);
});

test("neither Referer nor Host nor the content type proves anything (C-06)", () => {
  const headers = {
    referer: "https://app.example/",
    host: "app.example",
    "content-type": "application/json",
    "x-requested-with": "XMLHttpRequest",
  };
  assert.match(String(reason(headers)), /neither Sec-Fetch-Site nor Origin/);
});

test("a cookie needs proof; what programs send as well is refused only by a sign of another site", () => {
  assert.match(String(reason({}, "cookie")), /neither Sec-Fetch-Site nor Origin came$/);
  assert.equal(reason({}, "browser"), undefined);
});

test("safe methods and credentials that no browser attaches need no proof", () => {
  const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const method of ["GET", "HEAD", "OPTIONS"]) assert.equal(reason(evil, "cookie", method), undefined);
  assert.equal(reason(evil, false), undefined);
  // A method that nobody knows is not safe.
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "get", "QUERY"])
    assert.equal(typeof reason(evil, "cookie", method), "string", method);
});
