import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { httpDateOf, parseHttpDate } from "./http-date.ts";

test("the three forms of a date are read (RFC 9110 §5.6.7)", () => {
  const at = Date.UTC(1994, 10, 6, 8, 49, 37);
  for (const text of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    assert.equal(parseHttpDate(text), at, text);
});

test("text that is only nearly a date is refused", () => {
  for (const text of [
    "",
    "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nox 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 1994 08:61:37 GMT",
    "784111777",
    " Sun, 06 Nov 1994 08:49:37 GMT",
  ]) {
    assert.equal(parseHttpDate(text), undefined, text);
  }
});

test("a date that is written is read back, in whole seconds", () => {
  const date = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
  fc.assert(fc.property(date, (one) => parseHttpDate(httpDateOf(one.getTime())) === Math.floor(one.getTime() / 1000) * 1000));
});
