import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { comparableUrl } from "./request-url.ts";

describe("addresses are compared as RFC 3986 §6.2.2 and §6.2.3 normalise them", () => {
  for (const [same, written] of [
    ["https://api.example.com/notes", "https://API.Example.com/notes"],
    ["https://api.example.com/notes", "HTTPS://api.example.com:443/notes"],
    ["http://api.example.com/notes", "http://api.example.com:80/notes"],
    ["https://api.example.com:8443/notes", "https://api.example.com:8443/notes"],
    ["https://api.example.com/", "https://api.example.com"],
    ["https://api.example.com/", "https://api.example.com?a=b"],
    ["https://api.example.com/notes", "https://api.example.com/notes?q=/../#top"],
    ["https://api.example.com/notes", "https://api.example.com/n%6Ftes"],
    ["https://api.example.com/a-b._~", "https://api.example.com/a%2db%2E%5f%7E"],
    ["https://api.example.com/a%2Fb%C3%A9", "https://api.example.com/a%2fb%c3%a9"],
    ["https://[::1]:3000/", "https://[0:0:0:0:0:0:0:1]:3000/"],
  ] as const) {
    test(`${written} is ${same}`, () => assert.equal(comparableUrl(written), same));
  }

  for (const [one, other] of [
    ["https://api.example.com/notes", "http://api.example.com/notes"],
    ["https://api.example.com/notes", "https://api.example.com:444/notes"],
    ["https://api.example.com/notes", "https://api.example.com./notes"],
    ["https://api.example.com/notes", "https://api.example.com/Notes"],
    ["https://api.example.com/notes", "https://api.example.com/notes/"],
    ["https://api.example.com/notes", "https://api.example.com//notes"],
    ["https://api.example.com/a/b", "https://api.example.com/a%2Fb"],
    ["https://api.example.com/a", "https://api.example.com/a;b"],
    ["https://api.example.com/a%20b", "https://api.example.com/a+b"],
  ] as const) {
    test(`${other} is another address than ${one}`, () => {
      assert.ok(comparableUrl(one) !== undefined && comparableUrl(other) !== undefined);
      assert.notEqual(comparableUrl(other), comparableUrl(one));
    });
  }
});

describe("has no normal form", () => {
  for (const [why, text] of [
    ["another scheme", "ftp://api.example.com/notes"],
    ["a WebSocket", "wss://api.example.com/notes"],
    ["a path alone", "/notes"],
    ["nothing", ""],
    ["no host", "https:///notes"],
    ["a user name, which hides the host", "https://api.example.com@evil.example/notes"],
    ["a backslash, which some parsers read as a slash", "https://api.example.com\\notes"],
    ["a backslash in the host", "https://evil.example\\@api.example.com/notes"],
    ["a dot segment", "https://api.example.com/notes/../admin"],
    ["a dot segment at the end", "https://api.example.com/notes/.."],
    ["an escaped dot segment", "https://api.example.com/notes/%2e%2E/admin"],
    ["a single dot", "https://api.example.com/./notes"],
    ["a broken escape", "https://api.example.com/%zz"],
    ["half an escape", "https://api.example.com/%4"],
    ["a space", "https://api.example.com/a b"],
    ["a line break", "https://api.example.com/a\nb"],
    ["a tab, which some parsers drop", "https://api.exam\tple.com/"],
    ["a letter outside ASCII", "https://api.example.com/é"],
    ["a port that does not exist", "https://api.example.com:65536/"],
  ] as const) {
    test(`${why}: ${JSON.stringify(text)}`, () => assert.equal(comparableUrl(text), undefined));
  }
});

const hex = (code: number): string => `%${code.toString(16).padStart(2, "0")}`;
/** A character of a path, and the ways to write it: as it is, and escaped in either case if that means the same. */
const letter = fc.constantFrom(..."abcXYZ019-_~").chain((character) => {
  const escaped = hex(character.charCodeAt(0));
  return fc.constantFrom(character, escaped, escaped.toUpperCase()).map((written) => ({ character, written }));
});
/** A character that means something else when it is not escaped. */
const special = fc.constantFrom(0x20, 0x2f, 0x3f, 0x25, 0xc3).chain((code) => {
  const escaped = hex(code);
  return fc.constantFrom(escaped, escaped.toUpperCase()).map((written) => ({ character: escaped.toUpperCase(), written }));
});
const segment = fc.array(fc.oneof(letter, special), { minLength: 1, maxLength: 8 });
const path = fc.array(segment, { maxLength: 4 });
const cased = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((character, index) => (upper[index] === true ? character.toUpperCase() : character)).join(""));

test("every way to write an address has one normal form, which is its own", () => {
  fc.assert(
    fc.property(
      path,
      cased("https"),
      cased("api.example.com"),
      fc.constantFrom("", ":443", ":"),
      fc.constantFrom("", "?a=b&c", "#x", "?a#b"),
      (segments, scheme, host, port, rest) => {
        const join = (member: "character" | "written"): string =>
          segments.map((each) => `/${each.map((part) => part[member]).join("")}`).join("");
        const normal = comparableUrl(`${scheme}://${host}${port}${join("written")}${rest}`);
        assert.equal(normal, `https://api.example.com${join("character") || "/"}`);
        assert.equal(comparableUrl(normal), normal);
      },
    ),
  );
});

test("two paths that a router tells apart have two normal forms", () => {
  const decoded = (text: string): string[] => text.split("/").map((part) => decodeURIComponent(part));
  const plain = fc.array(fc.array(letter, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
  const written = (segments: readonly (readonly { readonly written: string }[])[]): string =>
    segments.map((each) => `/${each.map((part) => part.written).join("")}`).join("");
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      const [a, b] = [written(one), written(other)];
      const isSame = JSON.stringify(decoded(a)) === JSON.stringify(decoded(b));
      assert.equal(comparableUrl(`https://h${a}`) === comparableUrl(`https://h${b}`), isSame);
    }),
  );
});

test("whatever a client writes is read without an error", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl({ withQueryParameters: true })), (text) => {
      const normal = comparableUrl(text);
      if (normal !== undefined) assert.equal(comparableUrl(normal), normal);
    }),
  );
});
