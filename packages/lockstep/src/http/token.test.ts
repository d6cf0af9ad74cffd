import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrintable, isScopeToken, isToken, isVisible } from "./token.ts";

/** The characters up to U+017F that a text may hold, found by asking about each, alone and between others. */
function allowedBy(isAllowed: (text: string) => boolean): string {
  const characters = Array.from({ length: 0x180 }, (_, unit) => String.fromCharCode(unit));
  for (const one of characters) assert.equal(isAllowed(`a${one}b`), isAllowed(one), JSON.stringify(one));
  return characters.filter(isAllowed).join("");
}

const visible = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index)).join("");

test("a token is letters, digits and fifteen signs (RFC 9110 §5.6.2)", () => {
  assert.equal(allowedBy(isToken), "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  for (const text of ["", "a\n", "\ud83d\ude00"]) assert.equal(isToken(text), false, JSON.stringify(text));
});

test("a scope is visible ASCII without quotes and backslashes (RFC 6749 §3.3)", () => {
  assert.equal(allowedBy(isScopeToken), visible.replaceAll(/["\\]/g, ""));
  assert.equal(isScopeToken(""), false);
});

test("printable is space to tilde, visible the same without the space (RFC 5234 appendix B.1)", () => {
  assert.equal(allowedBy(isPrintable), ` ${visible}`);
  assert.equal(allowedBy(isVisible), visible);
  assert.ok(isPrintable("") && isVisible(""));
});
