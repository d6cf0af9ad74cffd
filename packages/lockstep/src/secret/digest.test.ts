import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Redacted } from "./redacted.ts";

test("digest() is the SHA-256 of the text, in hexadecimal", async () => {
  // FIPS 180-2, appendix B.1.
  assert.equal(await new Redacted("abc").digest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
      assert.equal(await new Redacted(text).digest(), createHash("sha256").update(text).digest("hex"));
    }),
  );
});
