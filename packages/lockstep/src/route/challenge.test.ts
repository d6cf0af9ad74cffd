/** What a challenge says: RFC 6750 §3, RFC 9728 §5.1, and the authorization chapter of the Model Context Protocol. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  anyOf,
  apiKeyHeader,
  type Api,
  authenticate,
  createApi,
  firstOf,
  get,
  httpBearer,
  identified,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  openIdConnect,
  optional,
  type Route,
  scopes,
} from "../index.ts";
import { oidc, oidcBearer } from "../oidc/index.ts";
import type { Redacted } from "../secret/redacted.ts";

const named = { "notes:read": "Read", "notes:write": "Write" } as const;
const resourceMetadata = 'resource_metadata="https://api.test/.well-known/oauth-protected-resource"';

/** The token is the list of scopes that it grants, with other separators. `bad` is not valid. */
const verified = ({ token }: { readonly token: Redacted<string> }) =>
  token.reveal() === "bad"
    ? undefined
    : identified({ id: "alice" }, { sub: "alice", scope: token.reveal().replaceAll("+", " ").replaceAll("_", ":") });

const verifier = oidc({ issuer: "https://as.example", audience: "https://api.test", algorithms: ["ES256"], typ: "at+jwt" });
const bearerSchemes = {
  httpBearer: httpBearer({ scopes: named }),
  oauth2PasswordBearer: oauth2PasswordBearer({ tokenUrl: "/token", scopes: named }),
  oauth2AuthorizationCode: oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl: "/token", scopes: named }),
  oauth2ClientCredentials: oauth2ClientCredentials({ tokenUrl: "/token", scopes: named }),
  openIdConnect: openIdConnect({ openIdConnectUrl: "https://as.test/.well-known/openid-configuration", scopes: named }),
  oidcBearer: oidcBearer({ issuer: verifier, scopes: named }),
};

function serve(route: Route): Api {
  const resource = { url: "https://api.test", authorizationServers: ["https://as.test"] } as const;
  return createApi({ title: "Notes", version: "1", audit: () => {}, resource, routes: [route] });
}

async function challenge(api: Api, token?: string, more: Readonly<Record<string, string>> = {}) {
  const headers: Record<string, string> = { ...more, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await api.fetch(new Request("http://x/", { headers }));
  return [response.status, response.headers.get("www-authenticate")] as const;
}

describe("the challenge of every scheme for bearer tokens", () => {
  for (const [name, scheme] of Object.entries(bearerSchemes)) {
    test(`names the metadata, the scopes and the error of a request: ${name}`, async () => {
      const user = authenticate({ token: scheme }, verified);
      const api = serve(get("/", { deps: { writer: scopes(user, "notes:write", "notes:read") } }, () => 1));
      const scope = 'scope="notes:read notes:write"';
      // A request without a credential did nothing wrong: it learns what to get, and of no error (RFC 6750 §3.1).
      assert.deepEqual(await challenge(api), [401, `Bearer realm="Notes", ${scope}, ${resourceMetadata}`]);
      const invalid = `Bearer realm="Notes", error="invalid_token", ${scope}, ${resourceMetadata}`;
      assert.deepEqual(await challenge(api, "bad"), [401, invalid]);
      assert.deepEqual(await challenge(api, "a b"), [401, invalid]);
      const insufficient = `Bearer realm="Notes", error="insufficient_scope", ${scope}, ${resourceMetadata}`;
      assert.deepEqual(await challenge(api, "notes_read"), [403, insufficient]);
      assert.deepEqual(await challenge(api, "notes_read+notes_write"), [200, null]);
    });
  }
});

describe("the scopes of a challenge", () => {
  const user = authenticate({ token: bearerSchemes.httpBearer }, verified);
  const key = apiKeyHeader({ name: "X-API-Key", scopes: { "notes:read": "Read" } });
  const client = authenticate({ key }, () => identified({ id: "c" }, { sub: "c", scope: "notes:read" }));

  test("are those of the route, and of no other", async () => {
    assert.deepEqual(await challenge(serve(get("/", { deps: { user } }, () => 1))), [
      401,
      `Bearer realm="Notes", ${resourceMetadata}`,
    ]);
    assert.deepEqual(await challenge(serve(get("/", { deps: { user: scopes(user, "notes:read") } }, () => 1))), [
      401,
      `Bearer realm="Notes", scope="notes:read", ${resourceMetadata}`,
    ]);
  });

  test("are those of the branch that the scheme belongs to", async () => {
    const apiKey = 'ApiKey realm="Notes", in="header", name="X-API-Key"';
    const either = anyOf({ user: scopes(user, "notes:write"), client: scopes(client, "notes:read") });
    assert.deepEqual(await challenge(serve(get("/", { deps: { either } }, () => 1))), [
      401,
      `Bearer realm="Notes", scope="notes:write", ${resourceMetadata}, ${apiKey}`,
    ]);
    // Both are needed, and the key is there.
    const both = serve(get("/", { deps: { user: scopes(user, "notes:write"), client } }, () => 1));
    assert.deepEqual(await challenge(both, undefined, { "x-api-key": "k" }), [
      401,
      `Bearer realm="Notes", scope="notes:write", ${resourceMetadata}`,
    ]);
  });

  test("are named to an optional caller whose token is not valid", async () => {
    const maybe = serve(get("/", { public: "a test", deps: { user: optional(scopes(user, "notes:read")) } }, () => 1));
    assert.deepEqual(await challenge(maybe), [200, null]);
    assert.deepEqual(await challenge(maybe, "bad"), [
      401,
      `Bearer realm="Notes", error="invalid_token", scope="notes:read", ${resourceMetadata}`,
    ]);
  });

  test("do not include those of one rule among several", async () => {
    const rules = firstOf({ writer: scopes(user, "notes:write"), reader: scopes(user, "notes:read") });
    const api = serve(get("/", { deps: { rules } }, () => 1));
    assert.deepEqual(await challenge(api), [401, `Bearer realm="Notes", ${resourceMetadata}`]);
    assert.deepEqual(await challenge(api, "other"), [
      403,
      `Bearer realm="Notes", error="insufficient_scope", scope="notes:write", ${resourceMetadata}`,
    ]);
  });
});
