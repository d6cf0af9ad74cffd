import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Redacted } from "lockstep";
import { generateApiKey, type KeyKind, parseApiKey } from "./api-key-format.ts";

const live: KeyKind = { keyPrefix: "notes", keyEnvironment: "live" };
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const kinds = fc.record({
  keyPrefix: fc.stringMatching(/^[a-z][a-z0-9]{0,19}$/),
  keyEnvironment: fc.constantFrom("live" as const, "demo" as const),
});

function parsed(text: string, kind: KeyKind = live): { id: string; secret: string } | undefined {
  const parts = parseApiKey(new Redacted(text), kind);
  return parts && { id: parts.id, secret: parts.secret.reveal() };
}

test("reads keys that an earlier notes API issued, with checksums that another program computed", () => {
  assert.deepEqual(parsed("notes_live_0Az9bY7cX3dW_0123456789ABCDEFGHIJKLMNOPQRSTUV_1qctNB"), {
    id: "0Az9bY7cX3dW",
    secret: "0123456789ABCDEFGHIJKLMNOPQRSTUV",
  });
  assert.deepEqual(
    parsed("notes_demo_zzzzzzzzzzzz_abcdefghijklmnopqrstuvwxyzABCDEF_0PWzE1", { keyPrefix: "notes", keyEnvironment: "demo" }),
    { id: "zzzzzzzzzzzz", secret: "abcdefghijklmnopqrstuvwxyzABCDEF" },
  );
});

test("a generated key can be read, by its own kind only, and no two keys are alike", () => {
  fc.assert(
    fc.property(kinds, kinds, (kind, other) => {
      const { key, parts } = generateApiKey(kind);
      assert.match(key.reveal(), /^[a-z0-9]+_(?:live|demo)_[0-9A-Za-z]{12}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
      assert.deepEqual(parsed(key.reveal(), kind), { id: parts.id, secret: parts.secret.reveal() });
      const isSameKind = kind.keyPrefix === other.keyPrefix && kind.keyEnvironment === other.keyEnvironment;
      assert.equal(parsed(key.reveal(), other) !== undefined, isSameKind);
    }),
  );
  assert.equal(new Set(Array.from({ length: 500 }, () => generateApiKey(live).key.reveal())).size, 500);
});

test("the checksum detects every single wrong character and every two swapped characters (K-15)", () => {
  const key = generateApiKey(live).key.reveal();
  for (let index = 0; index < key.length; index += 1) {
    const [before, one, two, after] = [key.slice(0, index), key[index] ?? "", key[index + 1] ?? "", key.slice(index + 2)];
    for (const wrong of alphabet) if (wrong !== one) assert.equal(parsed(`${before}${wrong}${two}${after}`), undefined);
    if (one !== two && two !== "") assert.equal(parsed(`${before}${two}${one}${after}`), undefined, `${index}`);
  }
  assert.ok(parsed(key));
});

test("a key with anything around it, or spelled differently, is not the key (K-13)", () => {
  const key = generateApiKey(live).key.reveal();
  const around = [" ", "\n", "\r\n", "\t", "\0", "\u00a0", "\ufeff", "\u200b", "=", "0", ","];
  for (const extra of around) for (const text of [`${key}${extra}`, `${extra}${key}`]) assert.equal(parsed(text), undefined);
  const fullWidth = key.replace(/[a-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
  for (const text of [key.toUpperCase(), key.toLowerCase(), fullWidth, encodeURIComponent(`${key} `), `"${key}"`]) {
    assert.equal(parsed(text), undefined, text);
  }
  assert.ok(parsed(key));
});

test("any text is read or refused without an error, and only a key's own text is read", () => {
  const { key } = generateApiKey(live);
  const pieces = fc.constantFrom(
    "notes",
    "_",
    "live",
    "demo",
    "0Az9bY7cX3dW",
    "0123456789ABCDEFGHIJKLMNOPQRSTUV",
    "a".repeat(6),
    key.reveal(),
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.array(pieces, { maxLength: 12 }).map((each) => each.join("")),
    fc.stringMatching(/^notes_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/),
  );
  fc.assert(
    fc.property(texts, (text) => {
      if (text !== key.reveal()) assert.equal(parsed(text), undefined);
    }),
    { numRuns: 1000 },
  );
});

test("a text of a megabyte is refused because of its length alone (K-16)", () => {
  const { key } = generateApiKey(live);
  assert.equal(parsed(key.reveal().padEnd(1_048_576, "a")), undefined);
  assert.ok(parsed(key.reveal()));
});
