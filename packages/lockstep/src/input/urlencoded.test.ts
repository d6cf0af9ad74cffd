import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertLinear } from "../cpu-time.fixture.ts";
import { Problem } from "../problem/problem.ts";
import { parseUrlencoded } from "./urlencoded.ts";

function codeOf(text: string, maxPairs = 1000): string {
  try {
    parseUrlencoded(text, maxPairs);
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.code}`;
    throw error;
  }
  return "accepted";
}

const entries = (text: string) => Object.fromEntries(parseUrlencoded(text, 1000));

test("keeps every value of a repeated parameter, in order", () => {
  assert.deepEqual(entries("a=1&b=2&a=3"), { a: ["1", "3"], b: ["2"] });
});

test("reads a pair without = as empty and skips empty pairs", () => {
  assert.deepEqual(entries("&a&&b=&"), { a: [""], b: [""] });
  assert.deepEqual(entries(""), {});
});

test("decodes exactly once, and + as a space", () => {
  assert.deepEqual(entries("a=1+2%2B3&b=%2525&%C3%A9=%e2%82%ac"), { a: ["1 2+3"], b: ["%25"], é: ["€"] });
});

test("brackets and semicolons mean nothing (D-10)", () => {
  assert.deepEqual(entries("id[]=1&id[a]=2&id=1;id=2"), { "id[]": ["1"], "id[a]": ["2"], id: ["1;id=2"] });
});

test("refuses bad escapes and bytes that are not UTF-8", () => {
  for (const text of ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "%80=1", "a=%u0041"]) {
    assert.equal(codeOf(text), "400 malformed_request", text);
  }
  assert.equal(codeOf("a=%7f"), "accepted");
});

test("refuses what should have been escaped: controls and everything outside ASCII", () => {
  for (const text of ["a=\n", "a=\u0000", "a=é", "１=1", "a=\u007f"]) assert.equal(codeOf(text), "400 malformed_request", text);
  assert.equal(codeOf("a=b c"), "accepted");
});

test("refuses more pairs than allowed, and allows as many (D-07)", () => {
  assert.equal(codeOf(Array.from({ length: 1000 }, (_, index) => `k${index}=1`).join("&")), "accepted");
  assert.equal(codeOf(Array.from({ length: 1001 }, (_, index) => `k${index}=1`).join("&")), "413 too_many");
  assert.equal(codeOf("a=1&a=2&a=3", 2), "413 too_many");
});

test("agrees with URLSearchParams on what it accepts", () => {
  const piece = fc.oneof(
    fc.constantFrom("a", "%20", "+", "%C3%A9", "=", "[", ";", "%2B", "%26"),
    fc.stringMatching(/^[ -~]{0,4}$/u),
  );
  const text = fc.array(fc.oneof(piece, fc.constant("&")), { maxLength: 20 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (query) => {
      if (codeOf(query) !== "accepted") return;
      const expected = new Map<string, string[]>();
      for (const [name, value] of new URLSearchParams(`&${query}`)) expected.set(name, [...(expected.get(name) ?? []), value]);
      assert.deepEqual(parseUrlencoded(query, 1000), expected);
    }),
  );
});

test("reads back whatever was encoded", () => {
  const pair = fc.tuple(fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), (pairs) => {
      const well = pairs.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()] as const);
      const text = well.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
      const read = [...parseUrlencoded(text, 1000)].flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
      assert.deepEqual(read.toSorted(), well.map(([name, value]) => `${name}=${value}`).toSorted());
    }),
  );
});

test("hostile texts of 64 KiB cost linear time (D-12)", () => {
  for (const text of ["%", "&", "=", "+", "a=%41&", "%25"]) {
    const parsing = (size: number) => {
      const query = text.repeat(size / text.length);
      return () => void codeOf(query, 100_000);
    };
    assertLinear(parsing, 65_536, text);
  }
});
