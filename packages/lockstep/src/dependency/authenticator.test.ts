import assert from "node:assert/strict";
import { test } from "node:test";
import { anyOf, apiKeyHeader, authenticate, createApi, get, httpBearer, identified, scopes } from "../index.ts";
import { demandedScopes } from "./authenticator.ts";

const set = (...names: string[]) => new Set(names);

test("each is asked for the scopes that it declares, and all are asked for those that nobody declares", () => {
  assert.deepEqual(demandedScopes(["a", "b"], [set("a", "b")]), [["a", "b"]]);
  assert.deepEqual(demandedScopes(["a", "b"], [set("a"), set("b")]), [["a"], ["b"]]);
  assert.deepEqual(demandedScopes(["a"], [set("a"), set()]), [["a"], []]);
  assert.deepEqual(demandedScopes(["a", "b"], [set("a"), set("c")]), [["a", "b"], ["b"]]);
  assert.deepEqual(demandedScopes(["a"], [set()]), [["a"]]);
});

const token = httpBearer({ scopes: { "notes:read": "Read" } });
const key = apiKeyHeader({ name: "X-API-Key" });
const user = authenticate({ token }, ({ token }) => identified({ name: "user" }, { sub: "user", scope: token.reveal() }));
const client = authenticate({ key }, ({ key }) =>
  identified({ name: "client" }, { sub: "client", scope: key.reveal().replaceAll("+", " ") }),
);
const caller = scopes(anyOf({ user, client }), "notes:read");
const api = createApi({
  title: "t",
  version: "1",
  audit: () => {},
  routes: [get("/", { deps: { caller } }, ({ caller }) => caller.via)],
});

const ask = async (headers: Record<string, string>) => (await api.fetch(new Request("http://x/", { headers }))).status;

test("an API key beside a bearer token is asked for the scopes of the token, though it declares none", async () => {
  assert.equal(await ask({ authorization: "Bearer notes" }), 403);
  assert.equal(await ask({ "x-api-key": "notes:read+other" }), 200);
  assert.equal(await ask({ "x-api-key": "notes:readall" }), 403);
  assert.equal(await ask({ "x-api-key": "other" }), 403);
  assert.deepEqual(api.openapi().paths["/"]?.get?.security, [{ HTTPBearer: ["notes:read"] }, { APIKeyHeader: ["notes:read"] }]);
});
