import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocsClient } from "./docs-client.ts";
import { oauth2AuthorizationCode } from "./oauth2-authorization-code.ts";
import { openIdConnect } from "./open-id-connect.ts";

const urls = { authorizationUrl: "https://as.test/authorize", tokenUrl: "https://as.test/token" };
const openIdConnectUrl = "https://as.test/.well-known/openid-configuration";

test("a scheme keeps the client of the page, and the document says nothing of it", () => {
  const docs: DocsClient = { clientId: "docs", authorizationParameters: { audience: "https://api.test" }, scopes: ["a", "a", "b"] };
  for (const [scheme, plain] of [
    [oauth2AuthorizationCode({ ...urls, docs }), oauth2AuthorizationCode(urls)],
    [openIdConnect({ openIdConnectUrl, docs }), openIdConnect({ openIdConnectUrl })],
  ] as const) {
    const [node, other] = [scheme["~dep"], plain["~dep"]];
    assert.ok(node.kind === "scheme" && other.kind === "scheme");
    const [entry] = node.scheme.documented;
    assert.deepEqual(entry?.signIn, { ...docs, scopes: ["a", "b"] });
    assert.deepEqual(node.scheme.openapi, other.scheme.openapi);
    assert.deepEqual(other.scheme.documented, [{ name: other.scheme.name, openapi: other.scheme.openapi }]);
  }
});

test("a page has no secret", () => {
  // The types refuse it; JavaScript can pass it.
  const docs = { clientId: "docs", clientSecret: "s3cret" } as unknown as DocsClient;
  const message = /^oauth2AuthorizationCode\(\{ docs \}\): remove clientSecret and register a public client/;
  assert.throws(() => oauth2AuthorizationCode({ ...urls, docs }), { code: "wrong_option", message });
  assert.throws(() => openIdConnect({ openIdConnectUrl, docs }), { code: "wrong_option", message: /remove clientSecret/ });
});
