import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertLinear } from "../cpu-time.fixture.ts";
import { tokenPattern } from "../http/token.ts";
import { parseCookies } from "./cookies.ts";

const entries = (...headers: string[]) => Object.fromEntries(parseCookies(headers, 200));

test("reads the cookies of a header", () => {
  assert.deepEqual(entries("a=1; b=2;c=3"), { a: ["1"], b: ["2"], c: ["3"] });
  assert.deepEqual(entries(), {});
});

test("keeps every value of a name, over several headers too (D-11)", () => {
  assert.deepEqual(entries("sid=mine; sid=planted", "sid=other"), { sid: ["mine", "planted", "other"] });
});

test("a name with white space around it is the same name (D-11)", () => {
  assert.deepEqual(entries("sid=mine; sid =planted;\tsid\t=again"), { sid: ["mine", "planted", "again"] });
});

test("takes values as they are: quoted, escaped, with further equals signs", () => {
  assert.deepEqual(entries('a="x y"; b=%41; c=x=y; d='), { a: ['"x y"'], b: ["%41"], c: ["x=y"], d: [""] });
});

test("names are compared with case", () => {
  assert.deepEqual(entries("A=1; a=2"), { A: ["1"], a: ["2"] });
});

test("skips cookies without a name or an equals sign", () => {
  assert.deepEqual(entries("=x; y; ; a=1;"), { a: ["1"] });
});

test("refuses more cookies than allowed, and allows as many", () => {
  const header = (count: number) => Array.from({ length: count }, (_, index) => `c${index}=1`).join("; ");
  assert.equal(parseCookies([header(200)], 200).size, 200);
  assert.throws(() => parseCookies([header(201)], 200), { code: "too_many", status: 413 });
  assert.throws(() => parseCookies([";".repeat(65_536)], 200), { code: "too_many" });
});

test("reads back whatever a server may set (RFC 6265 §4.1.1)", () => {
  const name = fc.stringMatching(new RegExp(`^${tokenPattern}$`, "u"));
  const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]*$/u);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (pairs) => {
      const read = parseCookies([pairs.map((pair) => pair.join("=")).join("; ")], 200);
      const expected = new Map<string, string[]>();
      for (const [key, one] of pairs) expected.set(key, [...(expected.get(key) ?? []), one]);
      assert.deepEqual(read, expected);
    }),
  );
});

test("never throws anything but too_many, and never loses a named cookie", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const read = parseCookies([`${text};planted=1`], 10_000);
      assert.ok(read.get("planted")?.includes("1"));
    }),
  );
});

test("hostile headers of 64 KiB cost linear time (D-12)", () => {
  for (const text of [" ", "=", " =", "\t", "a", "a= "]) {
    const parsing = (size: number) => {
      const header = text.repeat(size / text.length);
      return () => void parseCookies([header], 100_000);
    };
    assertLinear(parsing, 65_536, text);
  }
});
