import assert from "node:assert/strict";
import { test } from "node:test";
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
  assert.throws(() => reply(200, 1, { headers: { location: "/a\r\nset-cookie: b=c" } }), { code: "wrong_result" });
  assert.throws(() => reply(200, 1, { headers: { "a b": "c" } }), { code: "wrong_result" });
  assert.throws(() => stream([], { type: "text/plain\r\na: b" }), { code: "wrong_result" });
  const thrown = await ask(() => {
    throw problem(409, "x", "y", { headers: { location: "/a\nb: c" } });
  });
  assert.equal(thrown.status, 500);
});
