import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  apiKeyCookie,
  type AuditEvent,
  authenticate,
  body,
  createApi,
  get,
  group,
  httpBearer,
  optional,
  post,
  type Route,
  run,
  sameSite,
  unchecked,
} from "../index.ts";
import { factsOf } from "./untyped.fixture.ts";

const events: AuditEvent[] = [];
const ran: string[] = [];
const serve = (...routes: readonly Route[]) =>
  createApi({
    title: "t",
    version: "1",
    origins: ["https://app.example"],
    audit: (event) => void events.push(event),
    onError: () => {},
    routes,
  });

const login = body(z.object({ name: z.string() }));
const signIn = post(
  "/sign-in",
  { public: "signs in", deps: { sameSite: sameSite(), login }, response: unchecked("a test") },
  ({ login }) => {
    ran.push(login.name);
    return { signedIn: login.name };
  },
);
const open = post("/open", { public: "no rule", deps: { login }, response: unchecked("a test") }, ({ login }) => login);
const api = serve(signIn, open);

async function ask(path: string, headers: Record<string, string>, method = "POST", on = api): Promise<string> {
  const init =
    method === "POST" ? { body: '{"name":"eve"}', headers: { "content-type": "application/json", ...headers } } : { headers };
  const answer = await on.fetch(new Request(`https://x${path}`, { method, ...init }));
  const { code } = (await answer.json()) as { readonly code?: string };
  return `${answer.status} ${code ?? ""}`.trim();
}

test("another site cannot sign its visitors in; the site's own pages can (C-10)", async () => {
  ran.length = 0;
  const others = [
    {},
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { referer: "https://app.example/" },
    { cookie: "session=1" },
  ];
  for (const headers of others) assert.equal(await ask("/sign-in", headers), "403 cross_site", JSON.stringify(headers));
  assert.deepEqual(ran, []);
  const own = [{ "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }, { origin: "https://app.example" }];
  for (const headers of own) assert.equal(await ask("/sign-in", headers), "200", JSON.stringify(headers));
  assert.equal(ran.length, own.length);
  // Without the dependency nothing is asked.
  assert.equal(await ask("/open", { "sec-fetch-site": "cross-site" }), "200");
});

test("a refusal is told, before any body is read", async () => {
  events.length = 0;
  let reads = 0;
  const stream = new ReadableStream(
    {
      pull: (controller) => {
        reads += 1;
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request("https://x/sign-in", { method: "POST", body: stream, duplex: "half" });
  assert.equal((await api.fetch(request)).status, 403);
  assert.equal(reads, 0);
  assert.deepEqual(
    events.map(({ type, route }) => `${type} ${route}`),
    ["request.cross_site POST /sign-in"],
  );
});

test("signing out with a cookie that may be missing is the site's own too (C-11)", async () => {
  const session = authenticate({ key: apiKeyCookie({ name: "session" }) }, () => ({ id: "s" }));
  const deps = { sameSite: sameSite(), session: optional(session) };
  const out = serve(post("/out", { public: "signs out", deps, response: unchecked("a test") }, () => ({})));
  for (const headers of [{}, { cookie: "session=1" }]) {
    assert.equal(await ask("/out", { ...headers, "sec-fetch-site": "cross-site" }, "POST", out), "403 cross_site");
    assert.equal(await ask("/out", { ...headers, "sec-fetch-site": "same-origin" }, "POST", out), "200");
  }
});

test("it holds beside a credential that no browser attaches, and for all of a group; safe methods are not asked", async () => {
  const token = httpBearer();
  const user = authenticate({ token }, () => ({ id: "u" }));
  const own = group({ prefix: "/own", deps: { sameSite: sameSite() } });
  const grouped = serve(
    post("/bearer", { deps: { sameSite: sameSite(), user }, response: unchecked("a test") }, () => ({})),
    own.post("/a", { public: "test", response: unchecked("a test") }, () => ({})),
    own.get("/a", { public: "test", response: unchecked("a test") }, () => ({})),
  );
  const evil = { "sec-fetch-site": "cross-site", authorization: "Bearer x" };
  assert.equal(await ask("/bearer", evil, "POST", grouped), "403 cross_site");
  assert.equal(await ask("/bearer", { ...evil, "sec-fetch-site": "none" }, "POST", grouped), "200");
  assert.equal(await ask("/own/a", evil, "POST", grouped), "403 cross_site");
  assert.equal(await ask("/own/a", evil, "GET", grouped), "200");
});

test("what needs it brings it along", async () => {
  const below = serve(
    post("/a", { public: "test", deps: { it: optional(sameSite()) }, response: unchecked("a test") }, ({ it }) => ({ it })),
  );
  assert.equal(await ask("/a", {}, "POST", below), "403 cross_site");
  assert.equal(await ask("/a", { "sec-fetch-site": "none" }, "POST", below), "200");
});

test("it is one dependency, without a fact; its value is an empty frozen object", async () => {
  assert.equal(sameSite(), sameSite());
  assert.deepEqual(factsOf(sameSite()), []);
  const seen: unknown[] = [];
  const it = serve(
    post("/a", { public: "test", deps: { it: sameSite() }, response: unchecked("a test") }, ({ it }) => ({ count: seen.push(it) })),
  );
  await ask("/a", { "sec-fetch-site": "none" }, "POST", it);
  assert.deepEqual(seen, [{}]);
  assert.ok(Object.isFrozen(seen[0]));
});

test("a test may let something stand in for it; outside HTTP something must", async () => {
  assert.equal(await ask("/sign-in", {}, "POST", api.with([[sameSite(), {}]])), "200");
  await assert.rejects(run(sameSite()), { code: "wrong_dependency", message: /: sameSite\(\) has no value outside a request$/ });
  assert.deepEqual(await run(sameSite(), { with: [[sameSite(), {}]] }), {});
});

test("the documentation has its 403 where it asks, and no parameter", () => {
  const shown = serve(
    post("/a", { public: "test", deps: { it: sameSite() }, response: unchecked("a test") }, () => ({})),
    get("/a", { public: "test", deps: { it: sameSite() }, response: unchecked("a test") }, () => ({})),
    post("/b", { public: "test", response: unchecked("a test") }, () => ({})),
  ).openapi().paths;
  // The first and the last belong to CORS: the API has pages.
  const names = ["Access-Control-Allow-Origin", "X-Request-Id", "Vary"];
  const { post: asked, get: safe } = shown["/a"] ?? {};
  assert.deepEqual(Object.keys(asked?.responses ?? {}), ["403", "2XX"]);
  assert.deepEqual(
    [asked?.parameters, asked?.security, asked?.responses["403"]?.headers],
    [undefined, [], Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))],
  );
  assert.deepEqual([Object.keys(safe?.responses ?? {}), Object.keys(shown["/b"]?.post?.responses ?? {})], [["2XX"], ["2XX"]]);
});

test("an own origin of a dependency counts on its routes only, and only without Fetch Metadata", async () => {
  const site = sameSite({ ownOrigin: "https://api.example" });
  const session = authenticate({ session: apiKeyCookie({ name: "sid" }), site }, () => ({ id: "alice" }));
  const answer = { response: unchecked("a test") };
  const shown = serve(
    post("/sign-in", { public: "signs in", deps: { site }, ...answer }, () => ({})),
    post("/notes", { deps: { session }, ...answer }, () => ({})),
    post("/other", { public: "signs in", deps: { site: sameSite() }, ...answer }, () => ({})),
  );
  const own = { origin: "https://api.example", cookie: "sid=x" };
  for (const path of ["/sign-in", "/notes"]) {
    assert.equal(await ask(path, own, "POST", shown), "200", path);
    assert.equal(await ask(path, { ...own, origin: "https://evil.example" }, "POST", shown), "403 cross_site");
    assert.equal(await ask(path, { ...own, "sec-fetch-site": "cross-site" }, "POST", shown), "403 cross_site");
    assert.equal(await ask(path, { cookie: "sid=x" }, "POST", shown), "403 cross_site");
  }
  assert.equal(await ask("/other", own, "POST", shown), "403 cross_site");
  assert.equal(sameSite({ ownOrigin: "https://api.example" })["~dep"], site["~dep"]);
  for (const wrong of ["https://api.example/", "api.example", "*", "null", ""]) {
    assert.throws(() => sameSite({ ownOrigin: wrong }), { code: "wrong_option", message: /ownOrigin: write / }, wrong);
  }
});
