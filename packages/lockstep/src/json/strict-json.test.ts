import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { isJsonObject, parseStrictJson, StrictJsonError } from "./strict-json.ts";
import type { Json, StrictJsonReason } from "./strict-json.ts";

const limits = { maxDepth: 20, maxMembers: 10_000 };

function reason(text: string, over: Partial<typeof limits> = {}): StrictJsonReason {
  try {
    parseStrictJson(text, { ...limits, ...over });
  } catch (error) {
    assert.ok(error instanceof StrictJsonError);
    return error.reason;
  }
  return assert.fail(`accepted ${text.slice(0, 80)}`);
}

/** The same value with ordinary prototypes, to compare with `JSON.parse`. */
function plain(value: Json): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return value;
}

describe("strict JSON", () => {
  test("reads what JSON.stringify writes as JSON.parse does (RFC 8259)", () => {
    const anyJson = fc.json({ maxDepth: 6, stringUnit: "grapheme" }).filter((text) => !text.includes("__proto__"));
    fc.assert(
      fc.property(anyJson, fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        assert.deepEqual(plain(parseStrictJson(spaced, limits)), JSON.parse(spaced));
      }),
      { numRuns: 500 },
    );
  });

  test("never accepts what JSON.parse refuses, and never fails in another way", () => {
    const scraps = fc.array(
      fc.constantFrom(...'{}[]:,"\\u0az1-+.eE \n\t'.split(""), "true", "null", '"a"', '"b":1', "\u0001", "\u00a0", "é"),
      {
        maxLength: 14,
      },
    );
    fc.assert(
      fc.property(scraps, (parts) => {
        const text = parts.join("");
        let value: Json;
        try {
          value = parseStrictJson(text, limits);
        } catch (error) {
          assert.ok(error instanceof StrictJsonError);
          return;
        }
        assert.deepEqual(plain(value), JSON.parse(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test("refuses what JSON does not have: comments, trailing commas, single quotes, leading zeros, NaN, two documents", () => {
    const wrong = [
      "",
      " ",
      "{",
      "[",
      "[1,]",
      '{"a":1,}',
      "{'a':1}",
      "01",
      "+1",
      "1.",
      ".5",
      "1e",
      "-",
      "NaN",
      "Infinity",
      "tru",
      "nulll",
      "1 2",
      "/**/1",
      "[1 2]",
      '{"a" 1}',
      "{a:1}",
      '"a',
      '"\\x41"',
      '"\\u00g0"',
      '"\t"',
      "\ufeff1",
      "\u00a01",
    ];
    for (const text of wrong) assert.equal(reason(text), "syntax", JSON.stringify(text));
    assert.deepEqual(parseStrictJson(" [1 , 2.5e-1 ] ", limits), [1, 0.25]);
  });

  test("refuses a number that no double can hold (RFC 7493 §2.2), which JSON.parse reads as Infinity", () => {
    for (const text of ["1e400", "-1e400", "9".repeat(400), '{"a":[1,1E+309]}']) assert.equal(reason(text), "syntax", text);
    assert.deepEqual(parseStrictJson("[1.7976931348623157e308,-1e308,1e-400]", limits), [Number.MAX_VALUE, -1e308, 0]);
  });

  test("refuses a duplicate member at any depth and in any spelling (J-34; RFC 8259 §4)", () => {
    for (const text of ['{"a":1,"a":1}', '{"sub":1,"s\\u0075b":2}', '[{"b":{"c":1,"c":2}}]', '{"":1,"":2}', '{"1":1,"1":2}']) {
      assert.equal(reason(text), "duplicate", text);
    }
    assert.deepEqual(plain(parseStrictJson('{"a":{"a":1},"A":2}', limits)), { a: { a: 1 }, A: 2 });
  });

  test("refuses __proto__ in any spelling, and returns objects without a prototype (J-36)", () => {
    assert.equal(reason('{"__proto__":{"admin":true}}'), "forbidden-key");
    assert.equal(reason('[{"__pr\\u006fto__":1}]'), "forbidden-key");
    const value = parseStrictJson('{"constructor":1,"hasOwnProperty":2,"a":{}}', limits);
    assert.ok(isJsonObject(value));
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(Object.getPrototypeOf(value["a"]), null);
    assert.equal(value["toString"], undefined);
    assert.equal(value["hasOwnProperty"], 2);
  });

  test("refuses names of the caller's choice", () => {
    const forbiddenKeys = new Set(["constructor"]);
    assert.throws(() => parseStrictJson('{"constructor":1}', { ...limits, forbiddenKeys }), { reason: "forbidden-key" });
  });

  test("refuses lone surrogates and accepts pairs (RFC 7493 §2.1)", () => {
    assert.equal(reason('"\\ud800"'), "syntax");
    assert.equal(reason('"\ud800"'), "syntax");
    assert.equal(reason('{"\\udc00":1}'), "syntax");
    assert.equal(parseStrictJson('"\\ud83d\\ude00"', limits), "😀");
  });

  test("bounds depth and the number of members, and accepts exactly the bound", () => {
    assert.equal(reason("[[[]]]", { maxDepth: 2 }), "depth");
    assert.equal(reason('{"a":{"b":[]}}', { maxDepth: 2 }), "depth");
    assert.ok(parseStrictJson("[[]]", { ...limits, maxDepth: 2 }));
    assert.equal(parseStrictJson("1", { ...limits, maxDepth: 0 }), 1);
    assert.equal(reason("[1,2,3]", { maxMembers: 2 }), "members");
    assert.equal(reason('{"a":[1],"b":2}', { maxMembers: 2 }), "members");
    assert.ok(parseStrictJson('{"a":[1]}', { ...limits, maxMembers: 2 }));
  });

  test("takes time in proportion to the text, and does not overflow the stack", () => {
    assert.equal(reason("[".repeat(1_000_000)), "depth");
    assert.equal(reason("[".repeat(1_000_000), { maxDepth: 1_000_000 }), "depth");
    const long = JSON.stringify({ text: '\\"x'.repeat(300_000) });
    assert.ok(parseStrictJson(long, limits));
    assert.equal(reason(`[${"1,".repeat(20_000)}1]`), "members");
  });
});
