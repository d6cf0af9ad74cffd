import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createApi, get, problem, reply, stream, unchecked } from "../index.ts";

const ask = (run: () => unknown) =>
  createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: () => {},
    routes: [get("/", { public: "test", response: unchecked("a test") }, run)],
  }).fetch(new Request("http://x/"));

test("a reply adds headers, in any case and with several values", async () => {
  const { headers } = await ask(() => reply(200, 1, { headers: { "X-One": "a", link: ["b", "c"] } }));
  assert.equal(headers.get("x-one"), "a");
  assert.equal(headers.get("link"), "b, c");
});

test("a reply may replace a policy, not what keeps its type or its name", async () => {
  const mine = { "content-security-policy": "default-src 'self'", "X-Content-Type-Options": "none", "x-request-id": "mine" };
  for (const answer of [() => reply(200, 1, { headers: mine }), () => stream(["x"], { type: "text/plain", headers: mine })]) {
    const { headers } = await ask(answer);
    assert.equal(headers.get("content-security-policy"), "default-src 'self'");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.notEqual(headers.get("x-request-id"), "mine");
  }
});

test("a header that would begin another one is refused before anything is sent", async () => {
  assert.throws(() => reply(200, 1, { headers: { "x-a": "/a\r\nset-cookie: b=c" } }), { code: "wrong_result" });
  assert.throws(() => reply(200, 1, { headers: { "a b": "c" } }), { code: "wrong_result" });
  assert.throws(() => stream([], { type: "text/plain\r\na: b" }), { code: "wrong_result" });
  const thrown = await ask(() => {
    problem(409, "x", "y", { headers: { "x-a": "/a\nb: c" } });
  });
  assert.equal(thrown.status, 500);
});

const locationOf = (location: string): unknown => reply(302, undefined, { headers: { Location: location } }).headers["location"];

test("an address is encoded as far as a URI needs it (RFC 3986 §2), and what is encoded stays", () => {
  for (const [given, written] of [
    ["/notes/1", "/notes/1"],
    ["https://a.example:8443/b;c=1?d=e&f=%20g#h", "https://a.example:8443/b;c=1?d=e&f=%20g#h"],
    ["https://[::1]/!$&'()*+,~@_.-", "https://[::1]/!$&'()*+,~@_.-"],
    ["/☃ snow", "/%E2%98%83%20snow"],
    ["/é", "/%C3%A9"],
    ["/a\r\nset-cookie: b=c", "/a%0D%0Aset-cookie:%20b=c"],
    ["/a\0\t\u007f", "/a%00%09%7F"],
    ['/<>"{}|\\^`', "/%3C%3E%22%7B%7D%7C%5C%5E%60"],
    ["/100%", "/100%25"],
    ["/%zz%4", "/%25zz%254"],
    ["/\ud800", "/%EF%BF%BD"],
  ] as const) {
    assert.equal(locationOf(given), written);
    assert.equal(locationOf(written), written, "encoding again changes nothing");
  }
  assert.equal(reply(200, 1, { headers: { "content-location": "/ü" } }).headers["content-location"], "/%C3%BC");
});

test("an address is always one visible line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = String(locationOf(text));
      assert.match(written, /^[\x21-\x7e]*$/);
      assert.equal(locationOf(written), written);
      assert.equal(decodeURIComponent(locationOf(encodeURIComponent(text.toWellFormed())) as string), text.toWellFormed());
    }),
  );
});

const notTheirs = [
  "access-control-allow-origin",
  "set-cookie",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
];

test("headers of framing, of the connection and of cookies are refused, with what to do instead", async () => {
  for (const name of notTheirs.flatMap((each) => [each, each.toUpperCase()])) {
    const headers = { [name]: "1" };
    const refused = { code: "wrong_result", message: name.toLowerCase() === "set-cookie" ? /cookies: \[/ : /leave it out/ };
    assert.throws(() => reply(200, 1, { headers }), refused, name);
    assert.throws(() => stream([], { type: "text/plain", headers }), refused, name);
    assert.throws(() => problem(409, "x", "y", { headers }), refused, name);
  }
  const answer = await ask(() => reply(200, 1, { headers: { "content-length": "5" } }));
  assert.equal(answer.status, 500);
  const others = { date: "Thu, 01 Jan 1970 00:00:00 GMT", vary: "Accept", etag: '"1"', "x-frame-options": "DENY" };
  assert.deepEqual(reply(200, 1, { headers: others }).headers, others);
});

test("two spellings of one name are one list", () => {
  const { headers } = reply(200, 1, { headers: { Vary: "Accept", vary: ["Origin", "Cookie"] } });
  assert.deepEqual(headers, { vary: ["Accept", "Origin", "Cookie"] });
});

test("a value is text, or an array of texts", () => {
  for (const value of [1, undefined, null, {}, [1], [undefined], true]) {
    const headers = { "x-a": value as string }; // Values that JavaScript callers may pass.
    assert.throws(() => reply(200, 1, { headers }), { code: "wrong_result", message: /as text/ });
  }
});

test("encoded bytes may say so; JSON is sent as it is", async () => {
  const headers = { "content-encoding": "gzip" };
  assert.equal((await ask(() => reply(200, new Uint8Array([1]), { headers }))).headers.get("content-encoding"), "gzip");
  assert.equal((await ask(() => stream(["x"], { type: "text/plain", headers }))).headers.get("content-encoding"), "gzip");
  assert.equal((await ask(() => reply(200, { a: 1 }, { headers }))).status, 500);
  const refusal = await ask(() => {
    problem(409, "x", "y", { headers });
  });
  assert.equal(refusal.status, 500);
});
