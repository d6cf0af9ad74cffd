/** What guards an API or a group comes before everything that a route declares, whatever kind of dependency it is. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  type Api,
  authenticate,
  authorize,
  body,
  createApi,
  depends,
  get,
  group,
  header,
  httpBearer,
  owned,
  path,
  post,
  problem,
  query,
  resource,
  unchecked,
  unowned,
} from "../index.ts";

const quiet = { title: "t", version: "1", audit: () => {}, onError: () => {} };
const open = { public: "a shop", response: unchecked("a test") } as const;

/** What happened, in order: what a gate lets through first. */
let calls: string[] = [];

const gate = depends({ token: header("X-Token", z.string()) }, ({ token }) => {
  calls.push("gate");
  if (token !== "let-me-in") problem(400, "wrong_token", "X-Token header invalid");
});
const shop = new Map([["plumbus", { name: "Plumbus" }]]);
const item = unowned("open", { id: path("id", z.string()) }, ({ id }) => {
  calls.push("load");
  return shop.get(id);
});
const sent = body(z.object({ name: z.string() }));
const limit = query("limit", z.int());

const items = group({ prefix: "/items", deps: { gate } });
const apis: Readonly<Record<string, Api>> = {
  "the API's guard": createApi({
    ...quiet,
    guard: gate,
    routes: [
      get("/items/:id", { ...open, deps: { item } }, ({ item: found }) => found),
      post("/items", { ...open, deps: { sent } }, ({ sent: got }) => got),
      get("/items", { ...open, deps: { limit } }, () => []),
    ],
  }),
  "a group's dependencies": createApi({
    ...quiet,
    routes: [
      items.get("/:id", { ...open, deps: { item } }, ({ item: found }) => found),
      items.post("/", { ...open, deps: { sent } }, ({ sent: got }) => got),
      items.get("/", { ...open, deps: { limit } }, () => []),
    ],
  }),
};

const json = { "content-type": "application/json" };
const ask = async (api: Api, target: string, text?: string, headers: Readonly<Record<string, string>> = {}) => {
  calls = [];
  const init = text === undefined ? { headers } : { method: "POST", body: text, headers: { ...json, ...headers } };
  const response = await api.fetch(new Request(`http://x${target}`, init));
  return { status: response.status, text: await response.text() };
};

for (const [name, api] of Object.entries(apis)) {
  describe(`a plain value among ${name}`, () => {
    const requests = [
      ["an object that exists", "/items/plumbus", undefined, 200],
      ["an object that does not", "/items/nothing", undefined, 404],
      ["an input that does not fit", "/items?limit=x", undefined, 422],
      ["a body that does not fit", "/items", '{"nam":1}', 422],
      ["a body that is no JSON", "/items", '{"nam"', 400],
    ] as const;
    for (const [what, target, text, allowed] of requests) {
      test(`answers before ${what} is looked at`, async () => {
        const refused = await ask(api, target, text, { "x-token": "wrong" });
        assert.equal(refused.status, 400);
        assert.match(refused.text, /"code":"wrong_token"/);
        assert.deepEqual(calls, ["gate"], "nothing was loaded");
        // The control: the same request, let in.
        const through = await ask(api, target, text, { "x-token": "let-me-in" });
        assert.equal(through.status, allowed);
        assert.doesNotMatch(through.text, /wrong_token/);
        assert.equal(calls[0], "gate");
      });
    }

    test("runs once for each request, and a body that fits reaches the handler", async () => {
      assert.deepEqual(await ask(api, "/items", '{"name":"x"}', { "x-token": "let-me-in" }), { status: 200, text: '{"name":"x"}' });
      assert.deepEqual(calls, ["gate"]);
    });
  });
}

const token = httpBearer();
const user = authenticate({ token }, ({ token: given }) => {
  calls.push("user");
  return given.reveal() === "bad" ? undefined : { id: given.reveal() };
});
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

describe("gates of several kinds", () => {
  test("a depends() that is the port of get_current_active_user refuses before the body is read, as authorize() does", async () => {
    const inactive = ({ user: who }: { readonly user: { readonly id: string } }) =>
      who.id === "inactive" ? problem(400, "inactive_user", "Inactive user") : who;
    for (const active of [depends({ user }, inactive), authorize({ user }, inactive)]) {
      const users = group({ prefix: "/users", deps: { active } });
      const api = createApi({
        ...quiet,
        routes: [users.post("/", { deps: { sent }, response: unchecked("a test") }, ({ sent: got }) => got)],
      });
      assert.match((await ask(api, "/users", '{"nam"', bearer("inactive"))).text, /inactive_user/);
      assert.match((await ask(api, "/users", '{"nam"', bearer("alice"))).text, /malformed_json/);
    }
  });

  test("run the API's first, then the group's, then who the route asks, then its objects", async () => {
    const logs = (name: string) => depends({}, () => void calls.push(name));
    const first = logs("api");
    const second = logs("group");
    const note = owned(
      { id: path("id", z.string()), user },
      ({ id }) => {
        calls.push("load");
        return { id, ownerId: "alice" };
      },
      ({ ownerId }) => ownerId,
    );
    const notes = group({ prefix: "/notes", deps: { second } });
    const route = notes.get("/:id", { deps: { note, own: logs("own") } }, ({ note: { id } }) => id);
    const api = createApi({ ...quiet, guard: first, routes: [route] });
    assert.equal((await ask(api, "/notes/n1", undefined, bearer("alice"))).status, 200);
    assert.deepEqual(calls, ["api", "group", "user", "load", "own"]);
    assert.equal((await ask(api, "/notes/n1", undefined, bearer("bad"))).status, 401);
    assert.deepEqual(calls, ["api", "group", "user"]);
  });

  test("open a resource that is a gate before the route's own checks, and close it after them", async () => {
    const lock = resource({}, function* () {
      calls.push("lock");
      yield "lock";
      calls.push("unlock");
    });
    const locked = group({ prefix: "/locked", deps: { lock } });
    const route = locked.get("/:id", { ...open, deps: { item } }, ({ item: found }) => found);
    const api = createApi({ ...quiet, routes: [route] });
    assert.equal((await ask(api, "/locked/plumbus")).status, 200);
    assert.deepEqual(calls, ["lock", "load", "unlock"]);
  });

  test("wait for their inputs: a gate that reads the body comes after it, and before the handler", async () => {
    const signed = depends({ sent }, ({ sent: { name } }) => {
      calls.push("signed");
      if (name === "forged") problem(400, "forged", "No.");
    });
    const hooks = group({ prefix: "/hooks", deps: { signed } });
    const api = createApi({ ...quiet, routes: [hooks.post("/", { public: "signed" }, () => void calls.push("handler"))] });
    assert.equal((await ask(api, "/hooks", '{"name":"forged"}')).status, 400);
    assert.deepEqual(calls, ["signed"]);
    assert.equal((await ask(api, "/hooks", '{"name":"x"}')).status, 204);
    assert.deepEqual(calls, ["signed", "handler"]);
  });

  test("do not hide that a credential is missing: it is asked for before anything runs", async () => {
    const users = group({ prefix: "/users", deps: { gate } });
    const api = createApi({ ...quiet, routes: [users.get("/me", { deps: { user } }, ({ user: { id } }) => id)] });
    assert.equal((await ask(api, "/users/me", undefined, { "x-token": "wrong" })).status, 401);
    assert.deepEqual(calls, []);
  });
});
