import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import runtime, { api } from "./main.ts";

test("the runtime's function and the API return the same answer", async () => {
  for (const entry of [runtime, api]) {
    assert.deepEqual((await ask(entry, "GET /cities/basel")).body, { name: "Basel", river: "Rhine" });
    assert.equal(await outcome(entry, "GET /cities/atlantis"), "404 not_found");
    assert.equal(await outcome(entry, "POST /cities/basel"), "405 method_not_allowed");
  }
});
