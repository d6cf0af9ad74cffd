/** What the tests of keys and of sets share: reading one key, and the refusal of one. */
import assert from "node:assert/strict";
import { BuildError } from "../problem/error.ts";
import type { BuildCode } from "../problem/code.ts";
import { publicKeyAlgorithms } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { readKeySet } from "./key-set.ts";
import type { KeySet } from "./key-set.ts";

/** A set with this key alone. */
export function read(key: unknown, algorithms: readonly Algorithm[] = publicKeyAlgorithms): KeySet {
  return readKeySet({ keys: [key] }, "public", { algorithms });
}

/** Asserts that a key or a set is refused, with this code. */
export function refused(code: BuildCode, message: RegExp, build: () => unknown): void {
  assert.throws(build, (error) => {
    assert.ok(error instanceof BuildError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}
