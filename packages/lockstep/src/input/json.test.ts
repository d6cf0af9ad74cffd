import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertLinear } from "../cpu-time.fixture.ts";
import { Problem } from "../problem/problem.ts";
import { parseJson } from "./json.ts";
import { defaultLimits } from "./limits.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function outcome(body: string | Uint8Array, limits = defaultLimits): string {
  try {
    parseJson(typeof body === "string" ? bytes(body) : body, limits);
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.code}`;
    throw error;
  }
  return "accepted";
}

/** The refusal of a text, to be repeated. */
function refusing(text: string, expected: string): () => void {
  const body = bytes(text);
  return () => assert.equal(outcome(body), expected);
}

test("reads JSON", () => {
  assert.equal(JSON.stringify(parseJson(bytes(`{"a":[1,"x",null,true]}`), defaultLimits)), `{"a":[1,"x",null,true]}`);
});

test("refuses names that reach a prototype, at any depth and in any spelling (D-01)", () => {
  for (const text of [
    '{"__proto__":{"isAdmin":true}}',
    '{"a":{"__proto__":1}}',
    '[[{"__proto__":1}]]',
    '{"__pr\\u006fto__":1}',
    '{"constructor":{"prototype":{}}}',
    '{"prototype":1}',
  ]) {
    assert.equal(outcome(text), "400 forbidden_key", text);
  }
  assert.equal(Reflect.get({}, "isAdmin"), undefined);
  assert.equal(outcome('{"proto":"__proto__","a":["constructor"]}'), "accepted");
});

test("refuses a member named twice, in any spelling (D-03)", () => {
  for (const text of ['{"role":"user","role":"admin"}', '[{"a":{"b":1,"b":1}}]', '{"a":1,"\\u0061":2}'])
    assert.equal(outcome(text), "400 duplicate_member", text);
  assert.equal(outcome('{"role":"user","Role":"admin","nested":{"role":1}}'), "accepted");
});

test("refuses deep nesting at once (D-05)", () => {
  const nested = [
    (depth: number) => "[".repeat(depth),
    (depth: number) => '{"a":'.repeat(depth),
    (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`,
  ];
  for (const text of nested) assertLinear((depth) => refusing(text(depth), "413 too_deep"), 100_000, text(3));
  assert.equal(outcome("[".repeat(32) + "]".repeat(32)), "accepted");
  assert.equal(outcome("[".repeat(33) + "]".repeat(33)), "413 too_deep");
});

test("refuses many members in linear time (D-07)", () => {
  const object = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(",")}}`;
  assert.equal(outcome(object(10_000)), "accepted");
  assert.equal(outcome(object(10_001)), "413 too_many");
  const array = (count: number) => `[${"1,".repeat(count)}1]`;
  for (const text of [object, array]) assertLinear((count) => refusing(text(count), "413 too_many"), 1_000_000, text(2));
});

test("refuses text that is not JSON", () => {
  for (const text of [
    "",
    " ",
    "{",
    "{'a':1}",
    "{a:1}",
    "[1,]",
    "01",
    "+1",
    "1.",
    ".5",
    "NaN",
    "Infinity",
    "undefined",
    '"\t"',
    "1 2",
    "/**/1",
    "\ufeff1",
    '"\\x"',
    '"\\ud800"',
  ]) {
    assert.equal(outcome(text), "400 malformed_json", JSON.stringify(text));
  }
});

test("refuses a number that is not finite, at any depth (D-04)", () => {
  const digits = "9".repeat(400);
  for (const number of ["1e400", "-1e400", "1E+309", "1.8e308", digits, `-${digits}`, `${digits}.5`, `1e${"9".repeat(50)}`]) {
    for (const text of [number, `[${number}]`, `{"a":{"b":[1,${number}]}}`])
      assert.equal(outcome(text), "400 malformed_json", text);
  }
  // Finite numbers are for the schema to judge, in any spelling.
  for (const text of ["1.7976931348623157e308", "-1e308", "1e-400", "-0", "9007199254740993", "0.1e1", '"1e400"', "0e999"])
    assert.equal(outcome(text), "accepted", text);
});

test("refuses bytes that are not UTF-8, and a byte order mark", () => {
  for (const raw of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0xef, 0xbb, 0xbf, 0x31],
    [0xff, 0xfe, 0x31, 0x00],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    assert.equal(outcome(Uint8Array.from(raw)), "400 malformed_json", raw.join(" "));
  }
  assert.equal(outcome(Uint8Array.from([0x22, 0xc3, 0xa9, 0x22])), "accepted");
});

test("agrees with JSON.parse on every document within the limits", () => {
  const key = fc.string().filter((name) => !["__proto__", "constructor", "prototype"].includes(name));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: "grapheme" }),
      fc.array(tie("value")),
      fc.dictionary(key, tie("value")),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (document, indent) => {
      const text = JSON.stringify(document, undefined, indent);
      assert.equal(
        JSON.stringify(parseJson(bytes(text), { maxJsonDepth: 200, maxJsonMembers: 100_000 })),
        JSON.stringify(JSON.parse(text)),
      );
    }),
  );
});

test("never accepts what JSON.parse rejects", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    '"',
    "1",
    "-",
    "0",
    ".5",
    "e3",
    "true",
    "null",
    " ",
    "\n",
    "\\",
    "\\u0041",
    "\u0000",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      if (outcome(text) === "accepted") JSON.parse(text);
    }),
    { numRuns: 2000 },
  );
});
