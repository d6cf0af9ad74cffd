import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSchemeName, checkScopes, checkToken, checkVisible } from "./option.ts";

const refused = { name: "BuildError", code: "wrong_scheme" };

test("a scheme's name is a key of OpenAPI's components (OpenAPI 3.1 §4.8.7)", () => {
  assert.equal(checkSchemeName("f", "Partner-key_2.0"), "Partner-key_2.0");
  for (const name of ["", "a b", "a/b", "é"]) assert.throws(() => checkSchemeName("f", name), refused, name);
});

test("a header's or a cookie's name is a token (RFC 9110 §5.6.2)", () => {
  assert.equal(checkToken("f", "__Host-sid"), "__Host-sid");
  for (const name of ["", "a b", "a:b", "a=b", "a;b", "a\r\n", "é"]) assert.throws(() => checkToken("f", name), refused, name);
});

test("a URL is visible and not empty", () => {
  assert.equal(checkVisible("f", "tokenUrl", "/auth/token"), "/auth/token");
  for (const url of ["", " ", "/a b", "/a\n"]) assert.throws(() => checkVisible("f", "tokenUrl", url), refused, url);
});

test("scopes are scope-tokens (RFC 6749 §3.3), copied so that nobody changes them later", () => {
  const given = { "notes:read": "Read notes" };
  const scopes = checkScopes("f", given);
  assert.deepEqual(scopes, given);
  assert.ok(scopes !== given && Object.isFrozen(scopes));
  assert.deepEqual(checkScopes("f", undefined), {});
  for (const name of ["", "a b", 'a"b', "a\\b", "é", "a\n"]) assert.throws(() => checkScopes("f", { [name]: "" }), refused, name);
});

test("JavaScript callers meet the same rules", () => {
  // What a JavaScript caller passes: parsed JSON has no type to obey.
  const wrong = JSON.parse('{ "name": 1, "scopes": { "a": 1 } }');
  assert.throws(() => checkToken("f", wrong.name), refused);
  assert.throws(() => checkToken("f", wrong.absent), refused);
  assert.throws(() => checkScopes("f", wrong.scopes), refused);
});

test("the advice names the factory and says what to write", () => {
  assert.throws(() => checkToken("apiKeyHeader", ""), { message: /^apiKeyHeader\(\{ name \}\): write a token/ });
});
