import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { entriesOf } from "../dependency/node.ts";
import {
  authenticate,
  createApi,
  depends,
  deny,
  get,
  httpBearer,
  identified,
  post,
  resource,
  scopes,
  unchecked,
} from "../index.ts";
import type { Setting } from "./with-outside-tests.fixture.ts";

const run = promisify(execFile);
const token = httpBearer();
const user = authenticate({ token }, ({ token }) => (token.reveal() === "t" ? { id: "alice" } : undefined));
const quiet = { title: "t", version: "1", audit: () => {}, onError: () => {} };
const ask = (api: ReturnType<typeof createApi>, path: string, token?: string) =>
  api.fetch(new Request(`http://x${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }));

test("the replacement of an app value is used by the app values above it, and the real one is never made", async () => {
  const made: string[] = [];
  const pool = resource(
    {},
    function* () {
      made.push("real");
      yield { name: "real" };
    },
    { lifetime: "app" },
  );
  const store = depends({ pool }, ({ pool }) => ({ from: pool.name }), { lifetime: "app" });
  const api = createApi({ ...quiet, routes: [get("/", { public: "test", deps: { store } }, ({ store }) => store.from)] });
  const faked = api.with([[pool, { name: "fake" }]]);
  await faked.ready();
  assert.equal(await (await ask(faked, "/")).text(), '"fake"');
  assert.deepEqual(made, []);
  await api.ready();
  assert.equal(await (await ask(api, "/")).text(), '"real"');
  await api.close();
  await faked.close();
});

test("a guard of the whole API runs before every route, is documented, and hands its value to nobody", async () => {
  const key = authenticate({ key: httpBearer({ schemeName: "Gate" }) }, ({ key }) =>
    key.reveal() === "t" ? { id: "gate" } : undefined,
  );
  const api = createApi({
    ...quiet,
    guard: key,
    routes: [get("/me", { deps: { user }, response: unchecked("a test") }, (values) => Object.keys(values))],
  });
  assert.deepEqual(await (await ask(api, "/me", "t")).json(), ["user"]);
  assert.deepEqual(api.openapi().paths["/me"]?.get?.security, [{ Gate: [], HTTPBearer: [] }]);
  const closed = api.with([[key, depends({}, () => deny("closed"))]]);
  assert.equal((await ask(closed, "/me", "t")).status, 401);
  const opened = api.with([[key, { id: "gate" }]]);
  assert.equal((await ask(opened, "/me", "t")).status, 200);
});

test("a guard does not make a bare route protected, and an authenticated one excludes public routes", () => {
  assert.throws(() => createApi({ ...quiet, guard: user, routes: [get("/", { public: "test" }, () => 1)] }), {
    code: "public_and_authenticated",
    message: /the API's guard authenticates every route/,
  });
});

test("a misspelt option does not start", () => {
  // What JavaScript may write: a guard that silently is not there.
  const misspelt = { ...quiet, gaurd: user, routes: [] };
  assert.throws(() => createApi(misspelt), { code: "wrong_option", message: /correct or remove the option "gaurd"/ });
  const subdomains = { ...quiet, hsts: { includeSubdomains: true }, routes: [] };
  // @ts-expect-error: a misspelt member of a literal does not compile either.
  assert.throws(() => createApi(subdomains), { code: "wrong_option", message: /the option "includeSubdomains"/ });
  const text: unknown = "true";
  const hsts = { includeSubDomains: text as boolean };
  assert.throws(() => createApi({ ...quiet, hsts, routes: [] }), { code: "wrong_option", message: /true or false/ });
  const route = { public: "test", depz: { user } };
  assert.throws(() => get("/", route, () => 1), { code: "wrong_option", message: /correct or remove the option "depz"/ });
});

test("two routes of one method and path do not start, whatever their parameters are called", () => {
  const open = { public: "test" } as const;
  const twice = [get("/a", open, () => 1), get("/a", open, () => 2)];
  assert.throws(() => createApi({ ...quiet, routes: twice }), { code: "duplicate_route" });
});

test("the list of routes is frozen, and says the method and the template of each, the documentation's own included", () => {
  const open = { public: "test" } as const;
  const routes = [get("/a", open, () => 1), post("/b", open, () => undefined)];
  const api = createApi({ ...quiet, routes });
  assert.deepEqual(api.routes, [
    { method: "GET", template: "/a" },
    { method: "POST", template: "/b" },
  ]);
  assert.ok(Object.isFrozen(api.routes) && api.routes.every((route) => Object.isFrozen(route)));
  // What JavaScript may try: the list that is served is another one.
  assert.throws(() => (api.routes as unknown[]).pop(), TypeError);
  routes.pop();
  assert.equal(api.openapi().paths["/b"]?.post?.operationId, "postB");
  const documented = createApi({ ...quiet, routes, docs: { public: "test" } });
  assert.ok(documented.routes.some(({ template }) => template === "/openapi.json"));
});

test("a route that changes something under a credential with scopes does not start without asking for one", () => {
  const scoped = authenticate({ token: httpBearer({ scopes: { write: "Change" } }) }, () => identified({ id: "1" }, { sub: "1" }));
  const asking = post("/", { deps: { user: scopes(scoped, "write") } }, () => undefined);
  // What JavaScript may write.
  const unasked = { ...asking, definition: { ...asking.definition, entries: entriesOf("a test", { user: scoped }) } };
  assert.throws(() => createApi({ ...quiet, routes: [unasked] }), { code: "scopes_unasked", message: /^POST \/: require a scope/ });
  createApi({ ...quiet, routes: [asking] });
});

test("a dependency that no route uses cannot be replaced: the pair is named", () => {
  const api = createApi({ ...quiet, routes: [get("/me", { deps: { user } }, ({ user }) => user.id)] });
  const other = depends({}, () => 1);
  assert.throws(
    () =>
      api.with([
        [user, { id: "1" }],
        [other, 2],
      ]),
    { code: "unknown_override", message: /pair 2/ },
  );
});

test("a guard is replaced under a test runner only, or where the program says that it is a test", async () => {
  const refused = "override_in_production";
  const expected: readonly (readonly [setting: Setting, result: unknown])[] = [
    [{ env: {} }, refused],
    [{ env: { NODE_ENV: "production" } }, refused],
    [{ env: { NODE_ENV: "development" } }, refused],
    [{ env: { NODE_ENV: "production", NODE_TEST_CONTEXT: "child-v8" } }, refused],
    [{ env: {}, testing: false }, refused],
    [{ env: {}, testing: true }, 200],
    [{ env: { NODE_ENV: "test" } }, 200],
    ...["NODE_TEST_CONTEXT", "VITEST", "JEST_WORKER_ID"].map((runner) => [{ env: { [runner]: "1" } }, 200] as const),
  ];
  const program = fileURLToPath(new URL("with-outside-tests.fixture.ts", import.meta.url));
  const settings = JSON.stringify(expected.map(([setting]) => setting));
  // Nothing of this test runner reaches the program.
  const { stdout } = await run(process.execPath, ["--conditions=lockstep-source", program, settings], { env: {} });
  assert.deepEqual(
    JSON.parse(stdout),
    expected.map(([, result]) => result),
  );
});

test("overrides keep the document and the rules, and reach every route that rests on what they replace", async () => {
  const response = z.object({ id: z.string() });
  const routes = [get("/me", { deps: { user }, response }, ({ user }) => user), get("/open", { public: "test" }, () => "Ok")];
  const api = createApi({ ...quiet, docs: { access: user }, routes });
  const bob = api.with([[user, { id: "bob" }]]);
  assert.equal(bob.openapi(), api.openapi());
  assert.deepEqual(await (await ask(bob, "/me")).json(), { id: "bob" });
  assert.equal((await ask(bob, "/open")).status, 200);
  assert.deepEqual(await (await ask(bob, "/openapi.json")).json(), JSON.parse(JSON.stringify(api.openapi())));
  // The control: the API that the other was made of is as it was.
  for (const path of ["/me", "/openapi.json"]) assert.equal((await ask(api, path)).status, 401, path);
  assert.deepEqual(await (await ask(api, "/me", "t")).json(), { id: "alice" });
  // Overrides of overrides replace the same dependency, or another one.
  assert.deepEqual(await (await ask(bob.with([[user, { id: "eve" }]]), "/me")).json(), { id: "eve" });
  assert.deepEqual(await (await ask(bob.with([]), "/me")).json(), { id: "bob" });
});

test("a hidden route is served, guarded, checked and listed as any other, and is in no document", async () => {
  const hidden = get("/internal", { deps: { user }, hidden: true }, ({ user }) => user.id);
  const api = createApi({ ...quiet, docs: { public: "a test" }, routes: [hidden, get("/a", { public: "a test" }, () => 1)] });
  assert.ok(api.routes.some(({ template }) => template === "/internal"));
  assert.equal((await ask(api, "/internal")).status, 401);
  assert.equal(await (await ask(api, "/internal", "t")).json(), "alice");
  assert.equal((await ask(api, "/internal", "wrong")).status, 401);
  assert.deepEqual(Object.keys(api.openapi().paths), ["/a"]);
  const served = (await (await ask(api, "/openapi.json")).json()) as { readonly paths: object };
  assert.deepEqual(Object.keys(served.paths), ["/a"]);
  // A rule is a rule: hidden routes collide, and they need protection, as others do.
  assert.throws(() => createApi({ ...quiet, routes: [hidden, get("/internal", { public: "a test" }, () => 1)] }), {
    code: "duplicate_route",
  });
  const open = { ...hidden, definition: { ...hidden.definition, entries: [] } };
  assert.throws(() => createApi({ ...quiet, routes: [open] }), { code: "unprotected_route" });
});
