import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  body,
  createApi,
  depends,
  form,
  get,
  header,
  path,
  post,
  problem,
  query,
  reply,
  resource,
  nothing,
  unchecked,
} from "../index.ts";

const errors: unknown[] = [];
const closed: string[] = [];
const text = z.string();
const echo = (value: string) => reply(200, {}, { headers: { "x-echo": `[${value}]` } });
const db = resource({}, function* () {
  try {
    yield true;
  } catch (error) {
    closed.push(error instanceof Error ? error.name : "");
    throw error;
  }
});
const refusing = depends({ q: query("q", text) }, ({ q }) => {
  problem(409, "taken", "Taken.", { headers: { "x-echo": q } });
});
const api = createApi({
  title: "t",
  version: "1",
  audit: () => {},
  origins: ["https://a.example"],
  onError: (error) => void errors.push(error),
  routes: [
    get("/redirect", { public: "test", status: 302, deps: { to: query("to", text) } }, ({ to }) =>
      reply(302, undefined, { headers: { location: to } }),
    ),
    get("/query", { public: "test", deps: { db, q: query("q", text) }, response: unchecked("a test") }, ({ q }) => echo(q)),
    get(
      "/path/:name",
      { public: "test", deps: { name: path("name", text, { identifies: nothing("a test") }) }, response: unchecked("a test") },
      async ({ name }) => echo(name),
    ),
    post("/body", { public: "test", deps: { it: body(z.object({ a: text })) }, response: unchecked("a test") }, ({ it }) =>
      echo(it.a),
    ),
    post("/form", { public: "test", deps: { it: form(z.object({ a: text })) }, response: unchecked("a test") }, ({ it }) =>
      echo(it.a),
    ),
    get("/cookie", { public: "test", status: 204, deps: { q: query("q", text) } }, ({ q }) =>
      reply(204, undefined, { cookies: [{ name: "theme", value: q }] }),
    ),
    get("/cookie/header", { public: "test", status: 204, deps: { theme: header("X-Theme", text) } }, ({ theme }) =>
      reply(204, undefined, { cookies: [{ name: "theme", value: theme }] }),
    ),
    get("/guard", { public: "test", deps: { refusing }, response: unchecked("a test") }, () => ({})),
    get("/stored", { public: "test", deps: { q: query("q", text) }, response: unchecked("a test") }, () => echo("stored ☃")),
    get("/both", { public: "test", deps: { q: query("q", text) }, response: unchecked("a test") }, ({ q }) => echo(`${q} € ours`)),
  ],
});

async function ask(target: string, init: RequestInit = {}): Promise<Response> {
  errors.length = 0;
  return api.fetch(new Request(`http://x${target}`, init));
}

async function assertTheirs(response: Response): Promise<void> {
  assert.equal(response.status, 400);
  const problem = await response.text();
  assert.match(problem, /"code":"malformed_request"/);
  assert.doesNotMatch(problem, /☃|snow/);
  assert.equal(response.headers.get("set-cookie"), null);
  assert.deepEqual(errors, []);
}

const json = { "content-type": "application/json" };
const urlencoded = { "content-type": "application/x-www-form-urlencoded" };

test("client text in an address is encoded, and one with a line break is the client's mistake", async () => {
  for (const [to, location] of [
    ["/%E2%98%83", "/%E2%98%83"],
    ["https://a.example/%2525", "https://a.example/%25"],
  ] as const) {
    const response = await ask(`/redirect?to=${to}`);
    assert.deepEqual([response.status, response.headers.get("location")], [302, location]);
  }
  for (const to of ["%0d%0aset-cookie:%20a=b", "/a%0d%0aset-cookie:%20a=b", "%250d%250aset-cookie:a=b"])
    await assertTheirs(await ask(`/redirect?to=${to}`));
});

test("client text that a header cannot hold is the client's mistake: 400, and nothing is told to onError", async () => {
  for (const q of ["%E2%98%83", "a%0d%0aset-cookie:%20a=b", "%00", "%F0%9F%98%80+%E2%98%83"]) {
    await assertTheirs(await ask(`/query?q=${q}`));
    await assertTheirs(await ask(`/path/${q}`));
    await assertTheirs(await ask(`/guard?q=${q}`));
    await assertTheirs(await ask("/form", { method: "POST", headers: urlencoded, body: `a=${q}` }));
  }
  for (const a of ['"☃"', String.raw`"\u2603"`, String.raw`"\ud83d\ude00"`, String.raw`"a\r\nset-cookie: a=b"`])
    await assertTheirs(await ask("/body", { method: "POST", headers: json, body: `{"a":${a}}` }));
  for (const target of ["/query?q=plain%20%C3%A9", "/path/plain"]) assert.equal((await ask(target)).status, 200);
  assert.equal((await ask("/body", { method: "POST", headers: json, body: '{"a":"plain"}' })).status, 200);
});

test("so is a cookie of 12,000 characters, and one with characters that cookies cannot hold", async () => {
  const long = "x".repeat(12_000);
  await assertTheirs(await ask(`/cookie?q=${long}`));
  await assertTheirs(await ask("/cookie/header", { headers: { "x-theme": long } }));
  for (const q of ["a;b", "a%20b", "a%2Cb", "%E2%98%83", "a%0d%0aset-cookie:%20a=b"])
    await assertTheirs(await ask(`/cookie?q=${q}`));
  assert.equal((await ask("/cookie?q=dark")).headers.get("set-cookie"), "theme=dark; Path=/; SameSite=Lax; Secure; HttpOnly");
});

test("what the handler took from elsewhere is its own mistake: 500, told to onError without the text", async () => {
  for (const target of ["/stored?q=plain", "/both?q=%E2%98%83"]) {
    assert.equal((await ask(target)).status, 500, target);
    const [error] = errors;
    assert.ok(errors.length === 1 && error instanceof Error);
    assert.doesNotMatch(error.message, /☃|€/);
  }
});

test("resources are rolled back with the answer", async () => {
  closed.length = 0;
  await assertTheirs(await ask("/query?q=%E2%98%83"));
  assert.deepEqual(closed, ["Problem"]);
});
