import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Redacted } from "./redacted.ts";
import { sameSecret } from "./same-secret.ts";

const same = (presented: string, expected: string): boolean => sameSecret(new Redacted(presented), expected);

test("equal secrets are the same", () => {
  for (const text of ["a", "secret", "пароль", "🔑", "é", " ", "\0", "x".repeat(10_000)])
    assert.ok(same(text, text), text.slice(0, 10));
});

test("prefixes, repetitions and other spellings are not the same", () => {
  const pairs = [
    ["secret", "secre"],
    ["secre", "secret"],
    // A shorter value is repeated for the comparison. Its length decides.
    ["ab", "abab"],
    ["abab", "ab"],
    ["a", "aaaa"],
    ["secret", "Secret"],
    ["secret", "secret "],
    ["secret", "secret\0"],
    // é in one code point and in two. A character and its low byte.
    ["\u00e9", "e\u0301"],
    ["a", "\u0161"],
    ["\u{1f511}", "\u{1f510}"],
  ] as const;
  for (const [presented, expected] of pairs) assert.ok(!same(presented, expected), `${presented} ${expected}`);
});

test("an empty expected secret matches nothing, not even an empty text", () => {
  assert.ok(!same("", ""));
  assert.ok(!same("a", ""));
  assert.ok(!same("", "a"));
});

test("two different lone surrogates, which have the same encoding, are not the same", () => {
  assert.ok(!same("\ud800", "\ud801"));
  assert.ok(!same("\ufffd", "\ud800"));
  assert.ok(!same("\ud800", "\ufffd"));
  assert.ok(!same("\ud800", "\ud800"));
  assert.ok(same("\ufffd", "\ufffd"));
});

test("agrees with === for all texts that are not empty and have no lone surrogate", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.string({ unit: fc.constantFrom("a", "b", "\0", "\ud800", "\udc00", "é", "\ufffd"), maxLength: 4 }),
  );
  const pairs = fc.oneof(
    fc.tuple(text, text),
    text.map((both) => [both, both] as const),
  );
  let equal = 0;
  fc.assert(
    fc.property(pairs, ([presented, expected]) => {
      const wanted = presented === expected && expected !== "" && expected.isWellFormed();
      equal += wanted ? 1 : 0;
      assert.equal(same(presented, expected), wanted);
      assert.ok(!same(`${expected}x`, expected));
    }),
    { numRuns: 2000 },
  );
  assert.ok(equal > 200, `${equal}`);
});
