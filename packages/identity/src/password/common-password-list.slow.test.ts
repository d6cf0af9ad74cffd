import assert from "node:assert/strict";
import { test } from "node:test";
import { commonPasswordList } from "./common-password-list.ts";
import { passwordWeakness } from "./password-policy.ts";

test("every entry of the list is refused, lengthened with digits or written in capitals with an exclamation mark", () => {
  for (const entry of commonPasswordList()) {
    for (const password of [entry.padEnd(15, "1"), `${entry.toUpperCase()}!`.padEnd(15, "!"), `${entry} ${entry}`.padEnd(15, "0")])
      assert.notEqual(passwordWeakness(password), undefined, password);
  }
});
