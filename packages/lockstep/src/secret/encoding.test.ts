import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64, decodeHex, encodeBase64, encodeBase64url, encodeHex } from "./encoding.ts";

test("bytes are written as Node writes them, and read back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(encodeHex(bytes), Buffer.from(bytes).toString("hex"));
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
      assert.equal(encodeBase64url(bytes), Buffer.from(bytes).toString("base64url"));
      assert.deepEqual(decodeHex(encodeHex(bytes)), Uint8Array.from(bytes));
      assert.deepEqual(decodeHex(encodeHex(bytes).toUpperCase()), Uint8Array.from(bytes));
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), Uint8Array.from(bytes));
    }),
  );
});

test("any other text is refused", () => {
  for (const text of ["a", "abc", "0x00", "zz", " 00", "00 ", "00\n", "é0"]) assert.equal(decodeHex(text), undefined, text);
  // Missing padding, too much of it, stray bits, spaces, the other alphabet.
  for (const text of ["QQ", "QQ=", "QQ===", "QR==", "Q Q==", "QQ==\n", "_-8=", "====", "é"])
    assert.equal(decodeBase64(text), undefined, text);
  assert.deepEqual(decodeBase64("QQ=="), Uint8Array.of(65));
});

test("reads as much text as fits into a body", () => {
  const bytes = new Uint8Array(1_000_000).fill(7);
  assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
});
