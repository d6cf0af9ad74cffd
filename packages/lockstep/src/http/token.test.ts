import assert from "node:assert/strict";
import { test } from "node:test";
import { isToken } from "./token.ts";

test("a token is letters, digits and fifteen signs (RFC 9110 §5.6.2)", () => {
  const allowed = new Set(`!#$%&'*+-.^_\`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`);
  for (let unit = 0; unit < 0x180; unit += 1) {
    const character = String.fromCharCode(unit);
    assert.equal(isToken(character), allowed.has(character), JSON.stringify(character));
    assert.equal(isToken(`a${character}b`), allowed.has(character), JSON.stringify(character));
  }
  for (const text of ["", "a\n", "\ud83d\ude00"]) assert.equal(isToken(text), false, JSON.stringify(text));
});
