/** Unions that their library does not show, or that cannot be told which alternative to take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { z } from "zod";
import { resultShape } from "../route/result-shape.ts";
import type { AnySchema } from "./schema.ts";
import { taken } from "./union.fixture.ts";

/** A library that nobody knows, whose validator is zod's. */
function unknownLibrary(schema: z.ZodType): AnySchema {
  const { validate, jsonSchema } = z.toJSONSchema(schema)["~standard"];
  return { "~standard": { version: 1, vendor: "unknown", validate, jsonSchema } };
}

const people = [v.object({ id: v.string() }), v.object({ id: v.string(), email: v.string() })] as const;

const unasked: Readonly<Record<string, AnySchema>> = {
  "an unknown library": unknownLibrary(z.union([z.object({ id: z.string() }), z.object({ id: z.string(), email: z.string() })])),
  "a frozen union of valibot": toStandardJsonSchema(Object.freeze(v.union(people))),
  "a union of valibot that is made anew each time": toStandardJsonSchema(v.lazy(() => v.union(people))),
  "an asynchronous union of valibot": toStandardJsonSchema(
    // The types refuse it, but JavaScript may pass it.
    v.unionAsync([...people]) as unknown as v.GenericSchema,
  ),
};

for (const [what, schema] of Object.entries(unasked)) {
  test(`${what} cannot be told: a member that not all alternatives declare is refused, and makes a result fail`, async () => {
    const shape = resultShape(schema, "test");
    assert.deepEqual(await taken(schema, { id: "1" }), { id: "1" });
    assert.deepEqual(await shape({ id: "1", passwordHash: "x" }), { id: "1" });
    assert.deepEqual(await taken(schema, { id: "1", email: "e" }), ["/email"]);
    assert.throws(() => shape({ id: "1", email: "e" }), { code: "wrong_result" });
  });
}

test("a discriminator is enough for a library that cannot be told", () => {
  const [a, b] = [z.object({ k: z.literal("a"), x: z.string() }), z.object({ k: z.literal("b"), y: z.string() })];
  const schema = unknownLibrary(z.union([a, b]));
  assert.deepEqual(taken(schema, { k: "b", y: "1" }), { k: "b", y: "1" });
  assert.deepEqual(taken(schema, { k: "b", y: "1", x: "2" }), ["/x"]);
  assert.deepEqual(resultShape(schema, "test")({ k: "b", y: "1", x: "2" }), { k: "b", y: "1" });
});
