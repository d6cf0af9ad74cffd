import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, get, InvalidCredential } from "../index.ts";
import { apiKeyHeader } from "./api-key-header.ts";
import type { Scheme } from "./scheme.ts";
import { signedHeader } from "./signed-header.ts";
import { definitionOf, found } from "./source.fixture.ts";

const stamp = signedHeader("X-Timestamp");
const definition = definitionOf(stamp);
const sent = (value: string | readonly string[]) => found(stamp, { headers: { "x-timestamp": value } });

test("returns the value as it was sent, with spaces and commas", () => {
  for (const value of ["1700000000", "Tue, 14 Nov 2023 22:13:20 GMT", 'sig1=("@method" "date");created=1', "a".repeat(16_384)]) {
    assert.deepEqual(sent(value), { found: value });
  }
});

test("is absent without the header and if it is empty", () => {
  assert.equal(found(stamp, {}), "absent");
  assert.equal(sent(""), "absent");
  assert.equal(sent([""]), "absent");
});

test("reads no other place", () => {
  const other = { authorization: "Bearer 1", cookie: "X-Timestamp=1", "x-timestamp-other": "1" };
  assert.equal(found(stamp, { query: "X-Timestamp=1&x-timestamp=1", headers: other }), "absent");
});

test("refuses the header sent twice, an empty one included: the signature covers one of them", () => {
  for (const value of [
    ["1", "2"],
    ["1", "1"],
    ["", "1"],
    ["1", ""],
    ["", ""],
  ])
    assert.equal(sent(value), "!repeated", String(value));
});

test("refuses control characters and what is not ASCII, and more than 16 KiB", () => {
  for (const value of ["a\t", "a\0", "a\n", "a\r\nb", "a\u007f", "é", "１", "🔑"]) {
    assert.equal(sent(value), "!invalid", JSON.stringify(value));
  }
  assert.equal(sent("a".repeat(16_385)), "!invalid");
});

test("does not build for Authorization and Cookie, nor with a name that cannot be written", () => {
  for (const name of ["Authorization", "authorization", "COOKIE"]) {
    assert.throws(() => signedHeader(name), { code: "wrong_scheme", message: /use the security scheme that reads this header/ });
  }
  for (const name of ["", "X Timestamp", "X-Time:", "X-Tïme", "X-Time\r\n"]) {
    assert.throws(() => signedHeader(name), { code: "wrong_scheme" }, name);
  }
  assert.throws(() => signedHeader("X-Timestamp", { schemeName: "a b" }), { code: "wrong_scheme" });
});

test("is a credential that a browser does not attach, and declares no scopes", () => {
  stamp satisfies Scheme<string>;
  assert.deepEqual(stamp["~dep"].facts, new Set(["credential"]));
  assert.deepEqual([definition.ambient, definition.scopes], [false, {}]);
  // It is in the place of a key in the same header.
  assert.equal(definition.place, definitionOf(apiKeyHeader({ name: "x-timestamp" })).place);
});

const signature = apiKeyHeader({ name: "X-Signature" });
const sender = authenticate({ signature, stamp }, ({ signature, stamp }) => {
  if (signature.reveal() !== `signed ${stamp.reveal()}`.replaceAll(" ", "-")) throw new InvalidCredential("not signed");
  return { id: "sender" };
});
const api = createApi({
  title: "t",
  version: "1",
  audit: () => {},
  routes: [get("/", { deps: { sender } }, ({ sender }) => sender.id)],
});
const ask = async (headers: Record<string, string>) => {
  const answer = await api.fetch(new Request("http://x/", { headers }));
  return [answer.status, answer.headers.get("www-authenticate")];
};

test("without it the answer is 401 with a challenge for it, as for the signature", async () => {
  const challenges = 'ApiKey realm="t", in="header", name="X-Signature", ApiKey realm="t", in="header", name="X-Timestamp"';
  assert.deepEqual(await ask({ "x-timestamp": "12:00", "x-signature": "signed-12:00" }), [200, null]);
  for (const headers of [{}, { "x-signature": "signed-12:00" }, { "x-timestamp": "12:00" }]) {
    assert.deepEqual(await ask(headers), [401, challenges]);
  }
  // Another time than the one that was signed.
  assert.deepEqual((await ask({ "x-timestamp": "12:01", "x-signature": "signed-12:00" }))[0], 401);
});

test("OpenAPI", () => {
  assert.equal(definition.name, "SignedHeader.X-Timestamp");
  const described = "Sent beside the signature that covers it.";
  assert.deepEqual(definition.openapi, { type: "apiKey", description: described, in: "header", name: "X-Timestamp" });
  const told = definitionOf(signedHeader("X-Nonce", { schemeName: "Nonce", description: "Used once" }));
  assert.equal(told.name, "Nonce");
  assert.deepEqual(told.openapi, { type: "apiKey", description: "Used once", in: "header", name: "X-Nonce" });
  // Characters that a name in components may not have are replaced.
  assert.equal(definitionOf(signedHeader("X!Odd")).name, "SignedHeader.X_Odd");
  const { paths, components } = api.openapi();
  assert.deepEqual(paths["/"]?.get?.security, [{ APIKeyHeader: [], "SignedHeader.X-Timestamp": [] }]);
  assert.deepEqual(Object.keys(components?.securitySchemes ?? {}), ["APIKeyHeader", "SignedHeader.X-Timestamp"]);
});
