import assert from "node:assert/strict";
import { test } from "node:test";
import { assertLinear } from "../cpu-time.fixture.ts";
import { entityTagOf, entityTagsIn, isSameTag, isSameTagWeakly } from "./entity-tag.ts";

test("a tag is taken as it is, and a text becomes one; a quote, a space or a control cannot be in it", () => {
  for (const [text, tag] of [
    ["abc", '"abc"'],
    ['"abc"', '"abc"'],
    ['W/"abc"', 'W/"abc"'],
    ["", '""'],
    ["a,b", '"a,b"'],
    ['a"b', undefined],
    ["a b", undefined],
    ["a\r\nx: y", undefined],
    ["☃", undefined],
    ['W/"a', undefined],
  ] as const) {
    assert.equal(entityTagOf(text), tag, JSON.stringify(text));
  }
});

test("a list of tags is read whatever is inside of their quotes; anything else is not a list (RFC 9110 §13.1.2)", () => {
  assert.deepEqual(entityTagsIn(['"a"']), ['"a"']);
  assert.deepEqual(entityTagsIn(['"a,b", W/"c" ,"d"']), ['"a,b"', 'W/"c"', '"d"']);
  assert.deepEqual(entityTagsIn(['"a"', '"b"']), ['"a"', '"b"']);
  assert.deepEqual(entityTagsIn([', "a",, ']), ['"a"']);
  assert.equal(entityTagsIn([" * "]), "*");
  assert.equal(entityTagsIn([]), undefined);
  for (const text of ["a", '"a', '"a" "b"', '*, "a"', 'w/"a"', '"a b"']) assert.equal(entityTagsIn([text]), undefined, text);
});

test("the strong comparison wants two strong tags, the weak one the same text (RFC 9110 §8.8.3.2)", () => {
  for (const [one, other, strong, weak] of [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ] as const) {
    assert.deepEqual([isSameTag(one, other), isSameTagWeakly(one, other)], [strong, weak], `${one} ${other}`);
  }
});

test("a long list takes linear time", () => {
  const list = (size: number) => () => void entityTagsIn([`${'"a",'.repeat(size)}x`]);
  assertLinear(list, 20_000, "a list of tags");
  assertLinear((size) => () => void entityTagsIn([`"${" ".repeat(size)}`]), 20_000, "spaces");
});
