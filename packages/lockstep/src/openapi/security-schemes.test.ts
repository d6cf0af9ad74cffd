import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { entriesOf } from "../dependency/node.ts";
import { optional } from "../dependency/optional.ts";
import { compileRoute } from "../route/compiled-route.ts";
import { group } from "../route/group.ts";
import { get } from "../route/route.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import type { Scheme } from "../scheme/scheme.ts";
import { securitySchemesOf } from "./security-schemes.ts";

const using = (path: `/${string}`, scheme: Scheme<string>) =>
  compileRoute(
    get(path, { deps: { caller: authenticate({ scheme }, () => ({ id: "1" })) } }, () => "Ok"),
    [],
  );

test("every scheme is under its name, those of groups, of the API's guard and optional ones included", () => {
  const caller = authenticate({ token: httpBearer({ bearerFormat: "JWT" }) }, () => ({ id: "1" }));
  const key = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "1" }));
  const guard = entriesOf("test", {
    "#guard0": authenticate({ key: apiKeyHeader({ name: "X-App", schemeName: "App" }) }, () => ({ id: "1" })),
  });
  const v1 = group({ prefix: "/v1", deps: { caller } });
  const route = compileRoute(
    v1.get("/data", { deps: { key: optional(key) } }, () => "Ok"),
    guard,
  );
  assert.deepEqual(securitySchemesOf([route]), {
    App: { type: "apiKey", in: "header", name: "X-App" },
    HTTPBearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    APIKeyHeader: { type: "apiKey", in: "header", name: "X-Key" },
  });
});

test("two schemes that are defined alike are one", () => {
  const routes = [using("/a", apiKeyHeader({ name: "X-Key" })), using("/b", apiKeyHeader({ name: "X-Key" }))];
  assert.deepEqual(securitySchemesOf(routes), { APIKeyHeader: { type: "apiKey", in: "header", name: "X-Key" } });
});

test("two different schemes of one name do not start, and both routes are named", () => {
  const routes = [using("/a", apiKeyHeader({ name: "X-Key" })), using("/b", apiKeyHeader({ name: "X-Other" }))];
  assert.throws(() => securitySchemesOf(routes), {
    code: "scheme_name_taken",
    message:
      'use one security scheme for both, or name one of them with { schemeName: "…" }: two different schemes are named "APIKeyHeader" (GET /a; GET /b)',
  });
});

test("schemes that differ in their scopes only are different", () => {
  const read = authenticate({ scheme: httpBearer({ scopes: { read: "Read" } }) }, () => ({ id: "1" }));
  const routes = [
    using("/a", httpBearer()),
    compileRoute(
      get("/b", { deps: { read } }, () => "Ok"),
      [],
    ),
  ];
  assert.throws(() => securitySchemesOf(routes), { code: "scheme_name_taken" });
  const urls = ["/a", "/b"].map((tokenUrl) => using("/x", oauth2PasswordBearer({ tokenUrl })));
  assert.throws(() => securitySchemesOf(urls), { code: "scheme_name_taken" });
});
