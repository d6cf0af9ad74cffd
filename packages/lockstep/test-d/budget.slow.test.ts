/** What a route costs the type checker. Instantiations are counted, not timed: they are the same on every machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "../../../bench/types/measure.ts";
import { compilers } from "./compiler.ts";

/** For 1,000 routes, everything they import included. */
const budget = 600_000;

for (const compiler of compilers) {
  test(`${compiler.name} checks 1,000 routes in at most ${budget} instantiations`, async () => {
    const { instantiations } = await measure(compiler, 1_000);
    assert.ok(instantiations <= budget, `${instantiations} instantiations`);
  });
}

test("a route of 1,000 costs no more than one of 100", async () => {
  const [compiler] = compilers;
  assert.ok(compiler !== undefined);
  const [none, few, many] = await Promise.all([measure(compiler, 0), measure(compiler, 100), measure(compiler, 1_000)]);
  // Chained builders grow with the square; flat values do not grow at all.
  const ofFew = (few.instantiations - none.instantiations) / 100;
  const ofMany = (many.instantiations - few.instantiations) / 900;
  assert.ok(ofMany <= ofFew, `${ofFew} each of the first 100, ${ofMany} each of the others`);
});
