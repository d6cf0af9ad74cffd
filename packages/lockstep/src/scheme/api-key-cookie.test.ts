import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyCookie } from "./api-key-cookie.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const session = apiKeyCookie({ name: "__Host-sid" });
const definition = definitionOf(session);
const sent = (value: string | readonly string[]) => found(session, { headers: { cookie: value } });

test("returns the cookie's value, among others", () => {
  assert.deepEqual(sent("__Host-sid=abc-_"), { found: "abc-_" });
  assert.deepEqual(sent("theme=dark; __Host-sid=a=b; lang=en"), { found: "a=b" });
});

test("is absent without the cookie, where it is empty, and under another name or case", () => {
  assert.equal(found(session, {}), "absent");
  for (const value of ["theme=dark", "__Host-sid=", "sid=abc", "__host-sid=abc", "x__Host-sid=abc"])
    assert.equal(sent(value), "absent", value);
});

test("refuses two cookies of one name, in either order and in two headers (H-13)", () => {
  assert.equal(sent("__Host-sid=GOOD; __Host-sid=BAD"), "!repeated");
  assert.equal(sent("__Host-sid=BAD; a=b; __Host-sid=GOOD"), "!repeated");
  assert.equal(sent(["__Host-sid=GOOD", "__Host-sid=BAD"]), "!repeated");
  assert.equal(sent("__Host-sid=GOOD; __Host-sid=GOOD"), "!repeated");
  assert.equal(sent("__Host-sid=; __Host-sid=GOOD"), "!repeated");
});

test("reads no other place", () => {
  assert.equal(found(session, { query: "__Host-sid=K", headers: { authorization: "Bearer K", "__host-sid": "K" } }), "absent");
});

test("refuses characters that are not visible ASCII (H-10), and values beyond 16 KiB", () => {
  for (const value of ["a b", "a\t", "a\0", "a\u007f", "é", "🔑"])
    assert.equal(sent(`__Host-sid=${value}`), "!invalid", JSON.stringify(value));
  assert.deepEqual(sent(`__Host-sid=${"a".repeat(16_384)}`), { found: "a".repeat(16_384) });
  assert.equal(sent(`__Host-sid=${"a".repeat(16_385)}`), "!invalid");
});

test("challenges with the cookie's name (RFC 9110 §11.6.1)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'Cookie realm="Notes", name="__Host-sid"');
  assert.equal(
    definition.challenge({ realm: 'a "b"', error: "invalid_token" }),
    String.raw`Cookie realm="a \"b\"", name="__Host-sid"`,
  );
});

test("says in its type and on its node that the credential comes from a cookie", () => {
  const scoped = apiKeyCookie({ name: "sid", scopes: { "notes:read": "Read notes" } });
  scoped satisfies Scheme<string, "notes:read", "cookie">;
  session satisfies Scheme<string, never, "cookie">;
  // The fact cannot be widened away.
  const forgotten: typeof session extends Scheme<string> ? true : false = false;
  assert.equal(forgotten, false);
  assert.deepEqual(scoped["~dep"].facts, new Set(["credential", "scope:notes:read", "cookie"]));
  assert.equal(definition.ambient, "cookie");
});

test("does not build with a name or a scope that cannot be written (RFC 6265 §4.1.1)", () => {
  for (const name of ["", "a b", "a=b", "a;b", "é"]) assert.throws(() => apiKeyCookie({ name }), { code: "wrong_scheme" }, name);
  assert.throws(() => apiKeyCookie({ name: "sid", schemeName: "a b" }), { code: "wrong_scheme" });
  assert.throws(() => apiKeyCookie({ name: "sid", scopes: { "a b": "" } }), { code: "wrong_scheme" });
});

test("OpenAPI", () => {
  assert.equal(definition.name, "APIKeyCookie");
  assert.deepEqual(definition.openapi, { type: "apiKey", in: "cookie", name: "__Host-sid" });
  const told = definitionOf(apiKeyCookie({ name: "sid", schemeName: "Session", description: "Set at sign-in" }));
  assert.equal(told.name, "Session");
  assert.deepEqual(told.openapi, { type: "apiKey", in: "cookie", name: "sid", description: "Set at sign-in" });
});
