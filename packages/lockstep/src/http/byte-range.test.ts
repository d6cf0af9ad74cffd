import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rangeOf } from "./byte-range.ts";

test("a part of the bytes: from a byte, to a byte, or the last ones (RFC 9110 §14.1.2)", () => {
  const size = 10_000;
  for (const [line, start, end] of [
    ["bytes=0-499", 0, 499],
    ["bytes=500-999", 500, 999],
    ["bytes=-500", 9500, 9999],
    ["bytes=9500-", 9500, 9999],
    ["bytes=0-0", 0, 0],
    ["bytes=-1", 9999, 9999],
    ["bytes=0-99999", 0, 9999],
    ["bytes=-99999", 0, 9999],
    ["bytes=9999-99999999999999999999999", 9999, 9999],
    ["Bytes= 0-1 ", 0, 1],
  ] as const) {
    assert.deepEqual(rangeOf([line], size), { start, end }, line);
  }
});

test("a part that begins behind the last byte cannot be satisfied", () => {
  for (const line of ["bytes=10-", "bytes=10-20", "bytes=99999999999999999999-", "bytes=-0"])
    assert.equal(rangeOf([line], 10), "unsatisfiable", line);
  for (const line of ["bytes=0-", "bytes=0-0", "bytes=-1"]) assert.equal(rangeOf([line], 0), "unsatisfiable", `empty: ${line}`);
});

test("several parts, another unit and broken syntax are all bytes", () => {
  for (const line of [
    "bytes=0-1,2-3",
    "bytes=0-1,",
    "bytes=,0-1",
    "bytes=0-1, -1",
    "items=0-1",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=5-2",
    "bytes=a-b",
    "bytes=0x1-2",
    "bytes=1.5-2",
    "bytes=+1-2",
    "bytes=--1",
    "bytes 0-1",
    "bytes=0-1 2",
    "bytes=0 -1",
    "",
  ]) {
    assert.equal(rangeOf([line], 10), "all", line);
  }
  assert.equal(rangeOf([], 10), "all");
  assert.equal(rangeOf(["bytes=0-1", "bytes=0-1"], 10), "all");
});

test("a part is always within the bytes", () => {
  const number = fc.oneof(fc.nat(20), fc.bigInt({ min: 0n, max: 10n ** 30n })).map(String);
  const line = fc
    .tuple(
      fc.constantFrom(number, fc.constant("")).chain((one) => one),
      number,
    )
    .map(([a, b]) => `bytes=${a}-${b}`);
  fc.assert(
    fc.property(fc.oneof(line, fc.string()), fc.nat(12), (text, size) => {
      const range = rangeOf([text], size);
      return typeof range === "string" || (range.start >= 0 && range.start <= range.end && range.end < size);
    }),
  );
});
