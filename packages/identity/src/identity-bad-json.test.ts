/**
 * JSON that is malformed, or sent to a route of identity by a method that it does not have: the answer is a 4xx with a stable
 * code, and nothing changes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { password } from "./identity.fixture.ts";
import { json, long, openWorld, wrongTypes } from "./identity-bad-input.fixture.ts";
import { describeOnEach } from "./store/database.fixture.ts";

const wrongTexts = ["", "\0", "a\0b", "\ud800", "\udfff!", "\r\nBcc: x@example.com", "\u202e", "\x1b[31m", long];
const wrongValues: readonly unknown[] = [null, true, -1, 1.5, 1e300, [], {}, ["\0"], [[]], { $ne: null }, ...wrongTexts];

/** Bodies that are not JSON, or not the JSON that a route expects. */
const wrongBodies: readonly (readonly [what: string, raw: string | Uint8Array<ArrayBuffer>])[] = [
  ["an empty body", ""],
  ["half an object", '{"email":'],
  ["a comma too many", '{"email":"a@example.com",}'],
  ["single quotes", "{'email':'a@example.com'}"],
  ["a comment", '{}/* */{"a":1}'],
  ["a repeated field", '{"email":"a@example.com","email":"b@example.com"}'],
  ["a prototype", '{"__proto__":{"admin":true}}'],
  ["a constructor", '{"constructor":{"prototype":{"admin":true}}}'],
  ["a list", "[]"],
  ["null", "null"],
  ["a number", "1"],
  ["a text", '"text"'],
  ["very deep lists", "[".repeat(5000) + "]".repeat(5000)],
  ["very deep objects", '{"a":'.repeat(5000) + "1" + "}".repeat(5000)],
  ["a very long text", JSON.stringify({ email: "x".repeat(2_000_000) })],
  ["very many fields", JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`a${index}`, 1])))],
  ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
  ["a byte order mark", new Uint8Array([0xef, 0xbb, 0xbf, 0x5b, 0x5d])],
  ["a lone surrogate", String.raw`{"email":"\ud800@example.com","password":"\udfff","token":"\ud800","name":"\ud800","scopes":[]}`],
  ["a NUL", String.raw`{"email":"a\u0000@example.com","password":"\u0000","token":"\u0000","name":"\u0000","scopes":["\u0000"]}`],
  ["an unknown field", '{"admin":true}'],
  ["a number too large", '{"graceSeconds":1e999}'],
];

describeOnEach("bad input: every route of identity", (database) => {
  test("refuses methods that it does not have with 405 and Allow, without checking the credential (A-32)", async (t) => {
    const { operations, refused, assertUnchanged, token } = await openWorld(t, database);
    const paths = new Map(operations.map(({ template, path }) => [template, path]));
    for (const [template, path] of paths) {
      const own = operations.filter((each) => each.template === template).map(({ method }) => method);
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "PROPFIND", "X"]) {
        if (own.includes(method) || (method === "HEAD" && own.includes("GET"))) continue;
        for (const credential of [{}, { token }]) {
          const { status, headers } = await refused(method, path, credential);
          assert.equal(status, 405);
          for (const each of own) assert.ok(headers.get("allow")?.includes(each));
        }
      }
    }
    for (const path of [
      "/auth",
      "/auth/",
      "/auth/nothing",
      "/auth/token/",
      "/AUTH/token",
      "/auth//token",
      "/auth/token%00",
      "/.well-known",
    ]) {
      assert.equal((await refused("POST", path, { token })).status, 404, path);
    }
    await assertUnchanged();
  });

  test("refuses bodies that are not JSON, not the expected JSON, too large or of another type", async (t) => {
    const { operations, refused, assertUnchanged, token } = await openWorld(t, database);
    const taking = operations.filter(({ takes }) => takes === json);
    assert.ok(taking.length >= 12);
    for (const { method, path, template } of taking) {
      const isRotation = template.endsWith("/rotate");
      for (const [what, raw] of wrongBodies) {
        // The body of a rotation may be empty. The refusal is then about the key, which does not exist.
        if (isRotation && raw === "") continue;
        await refused(method, path, { token, raw, headers: { "content-type": json } }, what);
      }
      for (const type of wrongTypes) {
        await refused(method, path, { token, raw: '{"password":"x"}', headers: { "content-type": type } }, type);
      }
      await refused(method, path, { token, raw: "{}", headers: { "content-type": json, "content-encoding": "gzip" } });
      await refused(method, path, { token, form: { email: "a@example.com", password } });
    }
    await assertUnchanged();
  });

  test("refuses values of every wrong type in each field", async (t) => {
    const { api, operations, refused, assertUnchanged, token } = await openWorld(t, database);
    const { schemas = {} } = api.openapi().components ?? {};
    const names = new Set(
      Object.values(schemas).flatMap((schema) => Object.keys((schema as { properties?: object }).properties ?? {})),
    );
    for (const name of ["email", "password", "token", "currentPassword", "newPassword", "name", "scopes", "jwks", "graceSeconds"]) {
      assert.ok(names.has(name), name);
    }
    const right = { email: "new@example.com", token: "A".repeat(43), name: "name", scopes: [] };
    const value = fc.oneof(fc.constantFrom(...wrongValues), fc.jsonValue({ maxDepth: 3 }));
    const body = fc.tuple(
      fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 4 }),
      fc.subarray(Object.keys(right)),
    );
    const operation = fc.constantFrom(
      ...operations.filter(({ takes, path }) => takes === json && !path.includes("service-accounts")),
    );
    await fc.assert(
      fc.asyncProperty(operation, body, async ({ method, path }, [wrong, kept]) => {
        const some = Object.fromEntries(Object.entries(right).filter(([key]) => kept.includes(key)));
        // One field that no route has, so the body is refused even if all other fields are right by chance.
        await refused(method, path, { token, json: { ...some, ...wrong, "x-unknown": 1 } }, JSON.stringify(wrong));
      }),
      { numRuns: 150 },
    );
    for (const wrong of wrongValues) {
      for (const [method, path, others] of [
        ["POST", "/auth/register", { password: "lagoon 41 whisper anvil", email: wrong }],
        ["POST", "/auth/register", { email: "new@example.com", password: wrong }],
        ["POST", "/auth/password/forgot", { email: wrong }],
        ["POST", "/auth/verify", { password, token: wrong }],
        ["POST", "/auth/password/reset", { password: "lagoon 41 whisper anvil", token: wrong }],
        ["POST", "/auth/password", { currentPassword: password, newPassword: wrong }],
        ["POST", "/auth/email", { password, email: wrong }],
        ["POST", "/auth/account/delete", { password: wrong }],
        ["POST", "/auth/api-keys", { name: wrong, scopes: [] }],
        ["POST", "/auth/api-keys", { name: "name", scopes: [wrong] }],
        ["POST", "/auth/api-keys", { name: "name", scopes: [], expiresInDays: wrong }],
        ["POST", "/auth/service-accounts", { name: wrong, scopes: [] }],
        ["POST", "/auth/service-accounts", { name: "name", scopes: [wrong] }],
        ["POST", "/auth/service-accounts", { name: "name", scopes: [], jwks: wrong }],
        ["POST", "/auth/service-accounts", { name: "name", scopes: [], jwks: { keys: [wrong] } }],
        [
          "POST",
          "/auth/service-accounts",
          { name: "name", scopes: [], jwks: { keys: [{ kty: "EC", crv: wrong, x: wrong, y: wrong }] } },
        ],
        ["POST", "/auth/service-accounts/a-service/api-keys", { name: wrong, scopes: [] }],
      ] as const) {
        await refused(method, path, { token, json: others }, JSON.stringify(others));
      }
    }
    await assertUnchanged();
  });
});
