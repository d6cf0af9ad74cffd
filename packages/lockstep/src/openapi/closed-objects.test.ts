import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { z } from "zod";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { closeObjects } from "./closed-objects.ts";

const closed = (schema: AnySchema) => {
  const { $schema: _dialect, ...rest } = closeObjects(jsonSchemaOf(schema, "test"), "test");
  return rest;
};

test("objects are closed, at any depth, whichever library wrote them", () => {
  const expected = {
    type: "object",
    properties: {
      items: {
        type: "array",
        items: { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
      },
    },
    required: ["items"],
    additionalProperties: false,
  };
  assert.deepEqual(closed(z.object({ items: z.array(z.object({ a: z.string() })) })), expected);
  assert.deepEqual(closed(type({ items: type({ a: "string" }).array() })), expected);
});

test("objects that are declared open stay open", () => {
  assert.deepEqual(closed(z.record(z.string(), z.boolean())), {
    type: "object",
    propertyNames: { type: "string" },
    additionalProperties: { type: "boolean" },
  });
  assert.deepEqual(closed(z.looseObject({})), { type: "object", properties: {}, additionalProperties: {} });
});

test("each alternative of a union is closed for itself", () => {
  const a = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
  assert.deepEqual(closed(z.union([z.object({ a: z.string() }), z.string()])), { anyOf: [a, { type: "string" }] });
});

test("an intersection is closed as a whole, and its parts are not", () => {
  const part = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } }, required: [name] });
  const root = { allOf: [part("a"), { $ref: "#/$defs/B" }], $defs: { B: { ...part("b"), additionalProperties: false } } };
  assert.deepEqual(closeObjects(root, "test"), {
    allOf: [part("a"), { $ref: "#/$defs/B" }],
    unevaluatedProperties: false,
    $defs: { B: part("b") },
  });
});

test("members beside a union are closed with it", () => {
  const root = { type: "object", properties: { k: {} }, oneOf: [{ type: "object", properties: { a: {} } }, { required: ["b"] }] };
  assert.deepEqual(closeObjects(root, "test"), { ...root, unevaluatedProperties: false });
});

test("an intersection without objects, a condition and data stay as they are", () => {
  const root = { allOf: [{ type: "string" }, { minLength: 1 }], not: { type: "object" }, default: { type: "object" } };
  assert.deepEqual(closeObjects(root, "test"), root);
});

test("schemas that lead back to themselves end", () => {
  const root = { allOf: [{ $ref: "#" }, { type: "object", properties: { next: { $ref: "#" } } }] };
  assert.deepEqual(closeObjects(root, "test"), root);
});
