import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { isPrintableLine } from "./printable-line.ts";

/** Texts that name nobody, by what is wrong with them. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  "are empty": [""],
  "begin or end with a blank": [" alice", "alice ", "\u00a0alice", "alice\u3000", "\ufeffalice"],
  "hold a control character": ["ali\u0000ce", "alice\n", "ali\r\nce", "ali\tce", "\u001b[31malice", "ali\u007fce", "ali\u0085ce"],
  "hold a bidi control": ["\u202ealice", "ali\u2066ce", "ali\u200fce", "ali\u061cce"],
  "hold an invisible character": [
    "ali\u200bce",
    "ali\u200dce",
    "ali\u00adce",
    "ali\u2060ce",
    "alice\u{e0041}",
    "ali\ufe0fce",
    "ali\u3164ce",
    "ali\u034fce",
  ],
  "hold a line or paragraph separator": ["ali\u2028ce", "ali\u2029ce"],
  "are not well-formed": ["ali\ud800ce", "\udc00"],
  "hold a private or unassigned character": ["ali\ue000ce", "ali\uffffce", "ali\u0378ce"],
  "are too long": ["a".repeat(256)],
};

describe("a printable line", () => {
  test("is what names people, clients and sessions", () => {
    const good = [
      "alice",
      "auth0|5f7c8ec7c33c6c004bbafe82",
      "client:web",
      "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c",
      "a b",
      "Zoë",
      "アリス",
      "https://as.test/u/1",
      "a".repeat(255),
    ];
    for (const text of good) assert.ok(isPrintableLine(text), text);
  });

  for (const [what, texts] of Object.entries(wrong)) {
    test(`is not a text that ${what}`, () => {
      for (const text of texts) assert.equal(isPrintableLine(text), false, JSON.stringify(text));
    });
  }

  test("accepts printable ASCII with blanks only in between, and no other character in any place (property)", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 100,
    });
    const control = fc
      .oneof(fc.integer({ min: 0, max: 0x1f }), fc.integer({ min: 0x7f, max: 0x9f }))
      .map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(printable, printable, control, (before, after, other) => {
        assert.ok(isPrintableLine(`${before} ${after}`));
        assert.equal(isPrintableLine(`${before}${other}${after}`), false);
      }),
    );
  });
});
