import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { Redacted } from "lockstep";
import { generateIdentityKey, identityKey, type Purpose } from "./identity-key.ts";
import { isSealedUnder, seal, SealBroken, unseal } from "./seal.ts";

const keys = { current: identityKey(generateIdentityKey()), previous: [] };
const binding = { purpose: "signing-key-seal", record: "kid-1" } as const;
const canary = "canary-of-a-private-key";
const sealed = seal(new Redacted(canary), binding, keys);
const purposes: readonly Purpose[] = ["signing-key-seal", "refresh-successor", "device-cookie", "throttle-fingerprint"];

describe("seal() and unseal()", () => {
  test("give any text back, for the same purpose and record", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom(...purposes), fc.string(), (text, purpose, record) => {
        const opened = unseal(seal(new Redacted(text), { purpose, record }, keys), { purpose, record }, keys);
        assert.equal(opened.reveal(), text);
      }),
    );
  });

  test("seal the same text differently each time", () => {
    const all = Array.from({ length: 100 }, () => seal(new Redacted(canary), binding, keys));
    assert.equal(new Set(all).size, 100);
  });

  test("a text that was sealed for another purpose or another record does not open (M-12, S-16)", () => {
    assert.equal(unseal(sealed, binding, keys).reveal(), canary);
    for (const purpose of purposes.filter((each) => each !== binding.purpose)) {
      assert.throws(() => unseal(sealed, { ...binding, purpose }, keys), SealBroken);
    }
    for (const record of ["", "kid-2", "kid-1 ", '","'])
      assert.throws(() => unseal(sealed, { ...binding, record }, keys), SealBroken);
  });

  test("no text but the sealed one opens: one bit, a piece more or less, or another spelling are refused", () => {
    const bytes = fc.nat({ max: sealed.length - 1 });
    fc.assert(
      fc.property(bytes, fc.string({ minLength: 1, maxLength: 1, unit: "binary" }), (at, character) => {
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1);
        if (changed !== sealed) assert.throws(() => unseal(changed, binding, keys), SealBroken);
      }),
      { numRuns: 2000 },
    );
    for (let end = 0; end < sealed.length; end += 1) assert.throws(() => unseal(sealed.slice(0, end), binding, keys), SealBroken);
    for (const more of ["=", ".", ".x", " ", "\n", "A"]) assert.throws(() => unseal(sealed + more, binding, keys), SealBroken);
  });

  test("any text is refused with one error, whatever it is", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assert.throws(() => unseal(text, binding, keys), SealBroken)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = `1.${keys.current.id}.${Buffer.from(bytes).toString("base64url")}`;
        assert.throws(() => unseal(text, binding, keys), SealBroken);
      }),
    );
  });

  test("a previous key still opens, a key that is not given does not, and the error names IDENTITY_KEY", () => {
    const next = identityKey(generateIdentityKey());
    assert.equal(unseal(sealed, binding, { current: next, previous: [keys.current] }).reveal(), canary);
    assert.throws(() => unseal(sealed, binding, { current: next, previous: [] }), { name: "SealBroken", message: /IDENTITY_KEY/ });
    assert.ok(isSealedUnder(sealed, keys.current));
    assert.ok(!isSealedUnder(sealed, next));
  });

  test("a key that claims the id of another does not open what that sealed", () => {
    const other = identityKey(generateIdentityKey());
    const impostor = { id: keys.current.id, derive: other.derive };
    assert.throws(() => unseal(sealed, binding, { current: impostor, previous: [] }), SealBroken);
  });

  test("neither the sealed text nor an error contains the plain text (M-08)", () => {
    assert.ok(!sealed.includes(canary) && !sealed.includes(Buffer.from(canary).toString("base64url")));
    assert.throws(
      () => unseal(sealed, { ...binding, record: "other" }, keys),
      (error) => !inspect(error, { depth: 9, showHidden: true }).includes(canary),
    );
    assert.ok(!inspect(unseal(sealed, binding, keys)).includes(canary));
  });
});
