import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits, inputLimits } from "./limits.ts";

test("a limit that is not given keeps its default, or the value that applies otherwise", () => {
  assert.deepEqual(inputLimits(), defaultLimits);
  assert.deepEqual(inputLimits({ maxBodyBytes: 1 }), { ...defaultLimits, maxBodyBytes: 1 });
  assert.deepEqual(inputLimits({ maxCookies: 2 }, inputLimits({ maxBodyBytes: 1 })), {
    ...defaultLimits,
    maxBodyBytes: 1,
    maxCookies: 2,
  });
});

test("a limit cannot be switched off or misspelt", () => {
  for (const value of [0, -1, 1.5, Infinity, Number.NaN, "1", undefined, null]) {
    assert.throws(() => Reflect.apply(inputLimits, undefined, [{ maxBodyBytes: value }]), { code: "wrong_option" }, String(value));
  }
  assert.throws(() => inputLimits({ maxJsonDepth: 201 }), { code: "wrong_option" });
  assert.throws(() => Reflect.apply(inputLimits, undefined, [{ maxBody: 1 }]), { code: "wrong_option", message: /maxBodyBytes/u });
});
