import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Refusal } from "../outcome/refusal.ts";
import { findParameters } from "./credential-parameters.ts";
import { sourceOf } from "./source.fixture.ts";

const sent = (authorization: string | readonly string[]) => {
  const found = findParameters(sourceOf({ headers: { authorization } }), "digest");
  return found instanceof Refusal ? `!${found.kind}` : found instanceof Map ? Object.fromEntries(found) : "absent";
};

test("reads parameters, quoted or not, in any case of their names (RFC 9110 §11.2)", () => {
  const header = 'Digest username="Mufasa", URI="/dir/index.html", qop=auth,nc=00000001 ,\topaque=""';
  assert.deepEqual(sent(header), { username: "Mufasa", uri: "/dir/index.html", qop: "auth", nc: "00000001", opaque: "" });
  assert.deepEqual(sent("DIGEST a=b"), { a: "b" });
  assert.deepEqual(sent(String.raw`Digest a="say \"hi\" \\ to, me=1"`), { a: String.raw`say "hi" \ to, me=1` });
});

test("is absent without a header, without parameters and under another scheme", () => {
  assert.equal(findParameters(sourceOf({}), "digest"), undefined);
  for (const header of ["Digest", "Digest ", "Digests a=b", "Bearer abc", 'Other a="b"'])
    assert.equal(sent(header), "absent", header);
});

test("anything but a list of parameters is malformed", () => {
  const wrong = [
    "abc",
    "a",
    "a=",
    "=b",
    "a =b",
    "a= b",
    "a=b,",
    ",a=b",
    "a=b,,c=d",
    "a=b c=d",
    'a="b',
    'a="b"c',
    "a=b;c=d",
    " a=b",
  ];
  for (const each of [...wrong, 'a="é"', "a=é", 'a="\\"', "a=b\t", "a=b "]) assert.equal(sent(`Digest ${each}`), "!invalid", each);
  assert.equal(sent("Digest\ta=b"), "!invalid");
});

test("a parameter that came twice is malformed, in any case: readers differ in which one they keep", () => {
  assert.deepEqual(sent("Digest a=1, b=2"), { a: "1", b: "2" });
  for (const header of ["Digest a=1, a=1", "Digest a=1, A=2"]) assert.equal(sent(header), "!invalid", header);
});

test("two credentials are refused, in two headers or joined by a proxy (RFC 9110 §5.3)", () => {
  for (const headers of [
    ["Digest a=1", "Digest a=1"],
    ["Bearer x", "Digest a=1"],
    'Digest a="1", Digest b="2"',
    "Digest a=1, Bearer x",
  ])
    assert.equal(sent(headers), "!repeated", String(headers));
});

test("reads up to 16 KiB", () => {
  const long = (length: number) => sent(`Digest a=${"b".repeat(length - 2)}`);
  assert.equal(Object.keys(long(16_384)).join(), "a");
  assert.equal(long(16_385), "!invalid");
});

test("what a client writes is read back unchanged", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_*-]{0,8}$/);
  const value = fc.string({ unit: "grapheme-ascii" });
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }), (parameters) => {
      const written = Object.entries(parameters).map(([key, text]) => `${key}="${text.replaceAll(/["\\]/g, "\\$&")}"`);
      assert.deepEqual(sent(`Digest ${written.join(", ")}`), parameters);
    }),
  );
});

test("no header makes it throw, and what it finds is within the header", () => {
  const noise = fc.string({ unit: fc.constantFrom("a", "=", '"', ",", " ", "\\", "\t", "é", "b") });
  fc.assert(
    fc.property(noise, (text) => {
      const found = sent(`Digest ${text}`);
      if (typeof found === "object") for (const each of Object.values(found)) assert.ok(each.length <= text.length);
    }),
  );
});
