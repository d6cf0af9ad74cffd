import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildChallenge, quotedString } from "./www-authenticate.ts";

/** Reads a quoted string as a client does (RFC 9110 §5.6.4). */
function unquoted(text: string): string {
  assert.match(text, /^"(?:[^"\\]|\\.)*"$/);
  return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

test("escapes quotes and backslashes (RFC 9110 §5.6.4)", () => {
  assert.equal(quotedString(String.raw`a "b" \c`), String.raw`"a \"b\" \\c"`);
  assert.equal(quotedString(""), '""');
});

test("printable text comes back unchanged, and cannot leave its quotes", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => unquoted(quotedString(text)) === text));
});

test("control characters and letters outside ASCII are refused: a realm cannot add a header", () => {
  for (const text of ["a\r\nSet-Cookie: x=y", "a\nb", "\0", "\t", "\u007f", "Café", "🔑"]) {
    assert.throws(() => quotedString(text), { name: "BuildError", code: "wrong_scheme" }, JSON.stringify(text));
  }
});

test("writes the parameters in their order and leaves out what is undefined", () => {
  assert.equal(buildChallenge("Bearer", { realm: "Notes", error: undefined, scope: "a b" }), 'Bearer realm="Notes", scope="a b"');
});

test("writes parameters without quotes where a scheme demands it (RFC 7616 §3.3)", () => {
  const digest = buildChallenge("Digest", { realm: "Notes", qop: "auth" }, { algorithm: "SHA-256", stale: undefined });
  assert.equal(digest, 'Digest realm="Notes", qop="auth", algorithm=SHA-256');
});

test("a challenge without parameters is the name alone", () => {
  assert.equal(buildChallenge("Negotiate", {}), "Negotiate");
  assert.equal(buildChallenge("Negotiate", { realm: undefined }), "Negotiate");
});

test("a name or a token that would end the parameter is refused", () => {
  const refused = { code: "wrong_scheme", message: /^buildChallenge\(\): write the/ };
  for (const wrong of ["", "a b", "a,b", 'a"', "a=b", "a\r\nb", "é"]) {
    assert.throws(() => buildChallenge(wrong, {}), refused, wrong);
    assert.throws(() => buildChallenge("Digest", { [wrong]: "a" }), refused, wrong);
    assert.throws(() => buildChallenge("Digest", {}, { stale: wrong }), refused, wrong);
  }
});
