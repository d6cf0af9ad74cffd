import assert from "node:assert/strict";
import { test } from "node:test";
import { isScopeToken } from "./scope-token.ts";

test("a scope is visible ASCII without quotes and backslashes (RFC 6749 §3.3)", () => {
  for (let unit = 0; unit < 0x180; unit += 1) {
    const character = String.fromCharCode(unit);
    const isAllowed = unit === 0x21 || (unit >= 0x23 && unit <= 0x5b) || (unit >= 0x5d && unit <= 0x7e);
    assert.equal(isScopeToken(character), isAllowed, JSON.stringify(character));
    assert.equal(isScopeToken(`a${character}b`), isAllowed, JSON.stringify(character));
  }
  assert.equal(isScopeToken(""), false);
});
