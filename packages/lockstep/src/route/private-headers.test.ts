import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, get, httpBearer, problem, reply, stream, unchecked } from "../index.ts";

const user = authenticate({ token: httpBearer() }, () => ({ id: "alice" }));

type Headers = Readonly<Record<string, string | readonly string[]>>;

const schema = unchecked("a test");

/** The status and the caching of an answer with these headers: to a caller, or to anybody. */
async function sent(headers: Headers, isPrivate = true, how = "reply"): Promise<readonly [number, string | null]> {
  const handler = (): unknown => {
    if (how === "problem") problem(409, "x", "y", { headers });
    return how === "stream" ? stream(["x"], { type: "text/plain", headers }) : reply(200, {}, { headers });
  };
  const route = isPrivate
    ? get("/", { deps: { user }, response: schema }, handler)
    : get("/", { public: "test", response: schema }, handler);
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [route] });
  const response = await api.fetch(new Request("http://x/", { headers: { authorization: "Bearer x" } }));
  return [response.status, response.headers.get("cache-control")];
}

test("an answer that a credential decided is kept by its caller at most", async () => {
  assert.deepEqual(await sent({}), [200, "no-store"]);
  for (const value of ["no-store", "no-cache", "private", "Private, max-age=60", "max-age=60, private", 'private, ext="public, x"'])
    assert.deepEqual(await sent({ "Cache-Control": value }), [200, value]);
  assert.deepEqual(await sent({ "cache-control": ["private", "max-age=60"] }), [200, "private, max-age=60"]);
  assert.equal((await sent({ "cdn-cache-control": "no-store", expires: "0", pragma: "no-cache" }))[0], 200);
});

test("nothing lets a shared cache keep it (RFC 9111 §3, RFC 9213)", async () => {
  const refused: Headers[] = [
    ...[
      "public",
      "PUBLIC, max-age=60",
      "max-age=60",
      "must-revalidate, max-age=60",
      "",
      "s-maxage=60",
      "private, s-maxage=60",
      "private, public",
      "private,public",
      'private="x-a"',
      'private = "x-a"',
      'no-cache="set-cookie", max-age=60',
      "no-storex",
    ].map((value) => ({ "cache-control": value })),
    { "cache-control": ["private", "public"] },
    { "cdn-cache-control": "max-age=60" },
    { "cloudflare-cdn-cache-control": "public" },
    { "surrogate-control": "max-age=60" },
    { "edge-control": "!no-store, max-age=1d" },
    { "x-accel-expires": "60" },
    { expires: "Thu, 01 Jan 2099 00:00:00 GMT" },
    { pragma: "public" },
  ];
  for (const headers of refused) {
    for (const how of ["reply", "stream", "problem"])
      assert.deepEqual(await sent(headers, true, how), [500, "no-store"], JSON.stringify(headers));
    // The positive control: nobody's answer may be kept by everybody.
    const status = (await sent(headers, false))[0];
    assert.equal(status, 200, JSON.stringify(headers));
  }
});
