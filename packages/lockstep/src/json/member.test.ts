import assert from "node:assert/strict";
import { test } from "node:test";
import { defined } from "./member.ts";

test("a member that is undefined is left out", () => {
  assert.deepEqual(Object.keys(defined({ type: "http", description: undefined })), ["type"]);
});
