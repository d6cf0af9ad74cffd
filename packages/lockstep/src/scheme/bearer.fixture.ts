/** The suite that every scheme over bearer tokens passes: they differ in what they document, and in nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScopedOptions } from "./option.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

/** A factory whose own options are given. */
export type MakeBearer = <const Sc extends string = never>(options: ScopedOptions<Sc>) => Scheme<string, Sc>;

/** Registers the tests of a scheme, except those of its documentation. */
export function bearerSuite(make: MakeBearer): void {
  const token = make({ scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
  const definition = definitionOf(token);
  const bearer = (value: string | readonly string[]): unknown => found(token, { headers: { authorization: value } });

  test("returns the token of `Bearer SP b64token`, in any case of the scheme (H-02)", () => {
    for (const name of ["Bearer", "bearer", "BEARER"])
      assert.deepEqual(bearer(`${name} abc.def-_~+/==`), { found: "abc.def-_~+/==" });
  });

  test("is absent without a header, without a token and under another scheme (H-03, H-05)", () => {
    assert.equal(found(token, {}), "absent");
    for (const value of ["Bearer", "Bearer ", "Basic eDp5", "Token T", "JWT T", "DPoP T", "T", "xBearer T"]) {
      assert.equal(bearer(value), "absent", value);
    }
  });

  test("refuses a malformed (H-04, H-05, H-10) or too long token", () => {
    const malformed = ["T U", " T", "T ", "T,", "Bearer T", '"T"', "é", "%00"].map((rest) => `Bearer ${rest}`);
    for (const value of [...malformed, "Bearer\tT"]) assert.equal(bearer(value), "!invalid", value);
    assert.equal(bearer(`Bearer ${"a".repeat(16_385)}`), "!invalid");
  });

  test("reads a token of 16 KiB, and as much as `maxCredentialBytes` says", () => {
    const sent = (dependency: Scheme<string>, length: number): unknown =>
      found(dependency, { headers: { authorization: `Bearer ${"a".repeat(length)}` } });
    assert.deepEqual(sent(make({}), 16_384), { found: "a".repeat(16_384) });
    const long = make({ maxCredentialBytes: 40_000 });
    assert.deepEqual(sent(long, 40_000), { found: "a".repeat(40_000) });
    assert.equal(sent(long, 40_001), "!invalid");
    assert.equal(sent(make({ maxCredentialBytes: 10 }), 11), "!invalid");
    for (const maxCredentialBytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "9"])
      assert.throws(() => make({ maxCredentialBytes } as never), { code: "wrong_option", message: /maxCredentialBytes/ });
  });

  test("refuses two Authorization headers in either order (H-06)", () => {
    assert.equal(bearer(["Bearer GOOD", "Bearer BAD"]), "!repeated");
    assert.equal(bearer(["Bearer BAD", "Bearer GOOD"]), "!repeated");
  });

  test("never reads a token from the query (H-07, RFC 6750 §2.3)", () => {
    for (const query of ["access_token=T", "token=T", "api_key=T"]) assert.equal(found(token, { query }), "absent");
  });

  test("challenges as a bearer scheme (RFC 6750 §3)", () => {
    assert.equal(definition.challenge({ realm: "Notes" }), 'Bearer realm="Notes"');
    assert.equal(
      definition.challenge({ realm: "Notes", error: "insufficient_scope", scope: "notes:read" }),
      'Bearer realm="Notes", error="insufficient_scope", scope="notes:read"',
    );
  });

  test("declares its scopes in its type and on its node", () => {
    token satisfies Scheme<string, "notes:read" | "notes:write">;
    make({}) satisfies Scheme<string>;
    // Facts are invariant: a scheme with scopes is not one without.
    const widened: typeof token extends Scheme<string> ? true : false = false;
    assert.equal(widened, false);
    assert.deepEqual(token["~dep"].facts, new Set(["credential", "scope:notes:read", "scope:notes:write"]));
    assert.deepEqual(definition.scopes, { "notes:read": "Read notes", "notes:write": "Change notes" });
  });

  test("is not attached by a browser", () => {
    assert.equal(definition.ambient, false);
  });

  test("does not build with a name or a scope that cannot be written", () => {
    for (const schemeName of ["", "my scheme"]) assert.throws(() => make({ schemeName }), { code: "wrong_scheme" });
    assert.throws(() => make({ scopes: { "two words": "" } }), { code: "wrong_scheme" });
  });
}
