import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BasicCredentials, httpBasic } from "./http-basic.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const login = httpBasic();
const definition = definitionOf(login);
const basic = (value: string | readonly string[]) => found(login, { headers: { authorization: value } });
const base64 = (bytes: string | readonly number[]) =>
  Buffer.from(typeof bytes === "string" ? bytes : Uint8Array.from(bytes)).toString("base64");

test("returns user name and password, in any case of the scheme (RFC 7617 §2, H-02)", () => {
  const expected = { found: { username: "Aladdin", password: "open sesame" } };
  for (const name of ["Basic", "basic", "BASIC"]) assert.deepEqual(basic(`${name} QWxhZGRpbjpvcGVuIHNlc2FtZQ==`), expected);
});

test("reads UTF-8 (RFC 7617 §2.1's own example)", () => {
  assert.deepEqual(basic("Basic dGVzdDoxMjPCow=="), { found: { username: "test", password: "123£" } });
  assert.deepEqual(basic(`Basic ${base64("\uFEFFé:🔑")}`), { found: { username: "\uFEFFé", password: "🔑" } });
});

test("the password may hold colons and may be empty (H-11)", () => {
  assert.deepEqual(basic(`Basic ${base64("u:a:b:")}`), { found: { username: "u", password: "a:b:" } });
  assert.deepEqual(basic(`Basic ${base64("u:")}`), { found: { username: "u", password: "" } });
});

test("is absent without a header, without credentials and under another scheme (H-03)", () => {
  assert.equal(found(login, {}), "absent");
  for (const value of ["Basic", "Basic ", "Bearer QTpC", "Basi QTpC", "BasicQTpC", "QTpC"])
    assert.equal(basic(value), "absent", value);
});

test("no colon and an empty user name are malformed (H-11)", () => {
  for (const text of ["nocolon", ":", ":password"]) assert.equal(basic(`Basic ${base64(text)}`), "!invalid", text);
});

test("an empty user name with an empty password is absent if the scheme says so, and nothing else is", () => {
  const lenient = httpBasic({ empty: "absent" });
  const read = (text: string) => found(lenient, { headers: { authorization: `Basic ${base64(text)}` } });
  assert.equal(read(":"), "absent");
  assert.equal(read(":password"), "!invalid");
  assert.deepEqual(read("u:"), { found: { username: "u", password: "" } });
  assert.equal(found(lenient, { headers: { authorization: ["Basic Og==", "Basic Og=="] } }), "!repeated");
});

test("anything but canonical base64 is malformed (H-11)", () => {
  // "YTpi" is "a:b". A missing pad, a wrong pad, stray bits, base64url and a space are what lenient decoders forgive.
  assert.deepEqual(basic("Basic YTpi"), { found: { username: "a", password: "b" } });
  for (const sent of [
    "YTpiYw",
    "YTpiYw=",
    "YTpiYx==",
    "YTpi=",
    "YTpi====",
    "YTp",
    "Y",
    "YTp-",
    "YTp_",
    "YTp.",
    "YTp~",
    "YT pi",
    "=",
    "!!!!",
    "a:b",
  ]) {
    assert.equal(basic(`Basic ${sent}`), "!invalid", sent);
  }
});

test("invalid UTF-8 is malformed (H-11)", () => {
  for (const bytes of [
    [0x61, 0x3a, 0xe9],
    [0x61, 0x3a, 0xc0, 0x80],
    [0x61, 0x3a, 0xed, 0xa0, 0x80],
    [0xff, 0x3a],
  ]) {
    assert.equal(basic(`Basic ${base64(bytes)}`), "!invalid", String(bytes));
  }
});

test("NUL and other control characters are malformed (H-11; RFC 7617 §2)", () => {
  for (const text of ["a\0:b", "a:b\0", "a:\n", "a:\r\n", "a:\t", "a:\u007f", "a:\u0085"]) {
    assert.equal(basic(`Basic ${base64(text)}`), "!invalid", JSON.stringify(text));
  }
});

test("credentials beyond 16 KiB are refused (H-11)", () => {
  assert.deepEqual(basic(`Basic ${base64(`u:${"a".repeat(12_286)}`)}`), { found: { username: "u", password: "a".repeat(12_286) } });
  assert.equal(basic(`Basic ${base64(`u:${"a".repeat(12_287)}`)}`), "!invalid");
  assert.equal(basic(`Basic ${base64(`u:${"a".repeat(102_400)}`)}`), "!invalid");
});

test("refuses malformed separators (H-04) and two headers (H-06)", () => {
  for (const value of ["Basic  YTpi", "Basic\tYTpi", "Basic YTpi ", "Basic YTpi,", "Basic YTpi YTpi", "Basic Basic YTpi"]) {
    assert.equal(basic(value), "!invalid", value);
  }
  assert.equal(basic(["Basic YTpi", "Basic YTpj"]), "!repeated");
  assert.equal(basic(["Basic YTpi", "Bearer T"]), "!repeated");
});

test("gives every user name and password back, and never throws", () => {
  const printable = fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text));
  const username = printable.filter((text) => text !== "" && !text.includes(":"));
  fc.assert(
    fc.property(username, printable, (user, password) => {
      assert.deepEqual(basic(`Basic ${base64(`${user}:${password}`)}`), { found: { username: user, password } });
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => basic(`Basic ${base64([...bytes])}`) !== undefined));
});

test("challenges with the realm and the charset (RFC 7617 §2.1), and never with an error", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'Basic realm="Notes", charset="UTF-8"');
  assert.equal(definition.challenge({ realm: "Notes", error: "invalid_token" }), 'Basic realm="Notes", charset="UTF-8"');
  assert.equal(
    definitionOf(httpBasic({ realm: String.raw`The "\" realm` })).challenge({ realm: "Notes" }),
    String.raw`Basic realm="The \"\\\" realm", charset="UTF-8"`,
  );
});

test("is attached by browsers, and has no scopes", () => {
  login satisfies Scheme<BasicCredentials>;
  assert.equal(definition.ambient, "browser");
  assert.deepEqual(login["~dep"].facts, new Set(["credential"]));
});

test("does not build with a name or a realm that cannot be written", () => {
  assert.throws(() => httpBasic({ schemeName: "a b" }), { code: "wrong_scheme" });
  for (const realm of ["a\r\nX: y", "\0", "é"])
    assert.throws(() => httpBasic({ realm }), { code: "wrong_scheme" }, JSON.stringify(realm));
});

test("OpenAPI", () => {
  assert.equal(definition.name, "HTTPBasic");
  assert.deepEqual(definition.openapi, { type: "http", scheme: "basic" });
  const told = definitionOf(httpBasic({ schemeName: "Metrics", description: "For the scraper" }));
  assert.equal(told.name, "Metrics");
  assert.deepEqual(told.openapi, { type: "http", scheme: "basic", description: "For the scraper" });
});
