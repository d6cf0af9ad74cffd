import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { bigEndian, decodeText, isCanonicalBase64url, parseBase64url } from "./base64url.ts";

describe("canonical base64url (RFC 7515 §2)", () => {
  test("decodes what an encoder writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.deepEqual(parseBase64url(Buffer.from(bytes).toString("base64url")), bytes);
      }),
    );
  });

  test("accepts a text exactly when encode(decode(text)) gives it back (J-43)", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."AQgwBCZ_-/+= \n?é9".split("")), maxLength: 12 });
    fc.assert(
      fc.property(nearly, (text) => {
        const again = Buffer.from(text, "base64url").toString("base64url");
        assert.equal(isCanonicalBase64url(text), again === text);
      }),
      { numRuns: 2_000 },
    );
  });

  test("decodes text as a fatal UTF-8 decoder does, byte order marks included (J-41)", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: "binary" }).map((text) => new Uint8Array(Buffer.from(text))),
    );
    fc.assert(
      fc.property(some, (bytes) => {
        const encoded = Buffer.from(bytes).toString("base64url");
        let expected: string;
        try {
          expected = decoder.decode(bytes);
        } catch {
          assert.throws(() => decodeText(encoded), TypeError);
          return;
        }
        assert.equal(decodeText(encoded), expected);
      }),
      { numRuns: 1_000 },
    );
    assert.equal(decodeText("77u_e30"), "\ufeff{}");
  });

  test("reads numbers most significant byte first", () => {
    assert.equal(bigEndian(new Uint8Array([1, 0, 255])), 65_791n);
  });

  test("refuses padding, the other alphabet, spaces, unused bits and impossible lengths (RFC 4648 §3.5)", () => {
    for (const text of ["AA==", "+/AA", "A A", "AA\n", "AB", "AAB", "A", "AAAAA", "AAé"]) {
      assert.equal(parseBase64url(text), undefined, JSON.stringify(text));
    }
    assert.deepEqual(parseBase64url("AA"), new Uint8Array([0]));
    assert.deepEqual(parseBase64url(""), new Uint8Array());
    assert.equal(parseBase64url(12), undefined);
  });
});
