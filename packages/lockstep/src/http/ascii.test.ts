import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrintable, isVisible } from "./ascii.ts";

test("printable is space to tilde, visible the same without the space (RFC 5234 appendix B.1)", () => {
  for (let unit = 0; unit < 0x180; unit += 1) {
    const text = `a${String.fromCharCode(unit)}b`;
    assert.equal(isPrintable(text), unit >= 0x20 && unit <= 0x7e, JSON.stringify(text));
    assert.equal(isVisible(text), unit >= 0x21 && unit <= 0x7e, JSON.stringify(text));
  }
  assert.ok(isPrintable("") && isVisible(""));
});
