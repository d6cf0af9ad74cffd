import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { runAll } from "../dependency/execution.fixture.ts";
import { path } from "../input/path.ts";
import { untyped } from "./untyped.fixture.ts";
import { unowned } from "./unowned.ts";

const id = path("id", z.string());

test("an object for everyone needs no caller, and keeps the reason", async () => {
  const post = unowned("published posts are public", { id }, ({ id }) => ({ id }));
  assert.deepEqual(await runAll({ post }, { request: { params: { id: "1" } } }), { values: { post: { id: "1" } } });
  const node = post["~dep"];
  assert.ok(node.kind === "unowned");
  assert.equal(node.reason, "published posts are public");
});

test("a reason is a text with something in it", () => {
  for (const reason of ["", " ", "\n\t", undefined, null, 1, {}]) {
    assert.throws(() => untyped.unowned(reason, { id }, () => ({})), { code: "empty_reason", message: /unowned\(\): say why/ });
  }
});
