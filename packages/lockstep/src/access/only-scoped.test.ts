import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anyOf } from "../dependency/any-of.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { firstOf } from "../dependency/first-of.ts";
import {
  anyScope,
  apiKeyHeader,
  authenticate,
  authorize,
  createApi,
  get,
  httpBearer,
  identified,
  onlyScoped,
  scopes,
  type Api,
} from "../index.ts";

const declared = { read: "Read", write: "Write" };
const bearer = httpBearer({ scopes: { ...declared, account: "Administer the account" } });
const header = apiKeyHeader({ name: "x-api-key", schemeName: "ApiKey", scopes: declared });

// The text of each credential is the scopes that it grants; nobody has the credential `bad`.
const person = (text: string) => (text === "bad" ? undefined : identified({ id: text }, { sub: text, scope: text }));
const token = authenticate({ bearer }, ({ bearer }) => person(bearer.reveal()));
const key = authenticate({ header }, ({ header }) => person(header.reveal()));
const user = authenticate({ caller: anyOf({ token, key: onlyScoped(key) }) }, ({ caller }) => caller.value);
const reader = scopes(user, "read");
const writer = scopes(user, "write");

/** Serves a route with a dependency. */
function serve(who: AnyDependency): Api {
  // The facts of the dependency are those of the tests below.
  const route = Reflect.apply(get, undefined, ["/it", { deps: { who } }, () => "done"]);
  return createApi({ title: "t", version: "1", audit: () => {}, routes: [route] });
}

async function statuses(who: AnyDependency) {
  const api = serve(who);
  const ask = async (headers: Record<string, string>) => (await api.fetch(new Request("https://a.test/it", { headers }))).status;
  return {
    token: await ask({ authorization: "Bearer read" }),
    key: await ask({ "x-api-key": "read" }),
    wrongKey: await ask({ "x-api-key": "bad" }),
    none: await ask({}),
  };
}

function security(who: AnyDependency): unknown {
  return serve(who).openapi().paths["/it"]?.get?.security;
}

describe("onlyScoped()", () => {
  it("refuses a valid key if the route demands no scope, a wrong key as everywhere, and lets a token in", async () => {
    assert.deepEqual(await statuses(user), { token: 200, key: 403, wrongKey: 401, none: 401 });
    assert.deepEqual(await statuses(anyScope(user, "a test")), { token: 200, key: 403, wrongKey: 401, none: 401 });
    assert.deepEqual(await statuses(authorize({ user }, ({ user }) => user)), { token: 200, key: 403, wrongKey: 401, none: 401 });
  });

  it("accepts a key with the scope if the route demands it", async () => {
    assert.deepEqual(await statuses(reader), { token: 200, key: 200, wrongKey: 401, none: 401 });
    assert.deepEqual(await statuses(writer), { token: 403, key: 403, wrongKey: 401, none: 401 });
  });

  it("asks every rule of a firstOf() to demand a scope", async () => {
    assert.equal((await statuses(firstOf({ writer, reader }))).key, 200);
    assert.equal((await statuses(firstOf({ writer, anyone: authorize({ user }, ({ user }) => user) }))).key, 403);
  });

  it("looks at the whole route: a scope that is demanded beside the dependency counts", async () => {
    const route = get("/it", { deps: { user, reader } }, () => "done");
    const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [route] });
    const answer = await api.fetch(new Request("https://a.test/it", { headers: { "x-api-key": "read" } }));
    assert.equal(answer.status, 200);
  });

  it("documents a route as open to keys only if they are", () => {
    assert.deepEqual(security(user), [{ HTTPBearer: [] }]);
    assert.deepEqual(security(reader), [{ HTTPBearer: ["read"] }, { ApiKey: ["read"] }]);
    assert.deepEqual(security(firstOf({ writer, anyone: authorize({ user }, ({ user }) => user) })), [
      { HTTPBearer: ["write"] },
      { HTTPBearer: [] },
    ]);
  });

  it("is not needed for a scope that no key can hold: the route is neither open to keys nor documented so", async () => {
    const holder = scopes(
      authenticate({ caller: anyOf({ token, key }) }, ({ caller }) => caller.value),
      "account",
    );
    assert.deepEqual(await statuses(holder), { token: 403, key: 403, wrongKey: 401, none: 401 });
    assert.deepEqual(security(holder), [{ HTTPBearer: ["account"] }]);
  });

  it("needs a caller", () => {
    assert.throws(() => Reflect.apply(onlyScoped, undefined, [header]), { code: "wrong_dependency" });
  });
});
