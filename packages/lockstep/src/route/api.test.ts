import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, depends, deny, get, httpBearer, resource, unchecked } from "../index.ts";

const token = httpBearer();
const user = authenticate({ token }, ({ token }) => (token.reveal() === "t" ? { id: "alice" } : undefined));
const quiet = { title: "t", version: "1", audit: () => {}, onError: () => {} };
const ask = (api: ReturnType<typeof createApi>, path: string, token?: string) =>
  api.fetch(new Request(`http://x${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }));

test("what stands in for an app value is used by the app values above it, and the real one is never made", async () => {
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
  assert.equal((await ask(closed, "/me", "t")).status, 403);
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
  assert.throws(() => createApi(misspelt), { code: "wrong_option", message: /there is no option "gaurd"/ });
  const route = { public: "test", depz: { user } };
  assert.throws(() => get("/", route, () => 1), { code: "wrong_option", message: /there is no option "depz"/ });
});

test("two routes of one method and path do not start, whatever their parameters are called", () => {
  const open = { public: "test" } as const;
  const twice = [get("/a", open, () => 1), get("/a", open, () => 2)];
  assert.throws(() => createApi({ ...quiet, routes: twice }), { code: "duplicate_route" });
});
