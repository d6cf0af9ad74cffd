import assert from "node:assert/strict";
import { test } from "node:test";
import { hostSuite } from "./host-suite.ts";

test("an unknown option is refused before any test is registered", () => {
  const serve = () => Promise.reject(new Error("not served"));
  assert.throws(() => hostSuite("a host", serve, { mispelt: true } as never), { code: "wrong_option", message: /"mispelt"/ });
});
