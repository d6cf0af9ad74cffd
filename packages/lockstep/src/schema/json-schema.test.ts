import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { followReference, jsonSchemaOf } from "./json-schema.ts";
import { compileShape } from "./shape.ts";

test("returns the JSON Schema of the input of zod, valibot and arktype", () => {
  for (const schema of [z.object({ a: z.string() }), toStandardJsonSchema(v.object({ a: v.string() })), type({ a: "string" })]) {
    const { type: kind, properties, required } = jsonSchemaOf(schema, "test");
    assert.deepEqual({ kind, properties, required }, { kind: "object", properties: { a: { type: "string" } }, required: ["a"] });
  }
});

test("rules that are code do not keep a schema from being described", () => {
  const weak = (text: string) => text.length > 8;
  for (const schema of [
    z.string().refine(weak),
    type("string").narrow(weak),
    toStandardJsonSchema(v.pipe(v.string(), v.trim(), v.check(weak))),
  ]) {
    assert.equal(jsonSchemaOf(schema, "test")["type"], "string");
  }
  assert.throws(() => jsonSchemaOf(toStandardJsonSchema(v.object({ at: v.date() })), "test"), { code: "wrong_schema" });
});

test("a schema without JSON Schema is refused with what to write instead", () => {
  assert.throws(() => jsonSchemaOf(z.object({ at: z.date() }), "body()"), {
    code: "wrong_schema",
    message: /^body\(\): .*z\.iso\.datetime\(\)/u,
  });
  const bare = v.string();
  assert.throws(() => Reflect.apply(jsonSchemaOf, undefined, [bare, "body()"]), {
    code: "wrong_schema",
    message: /toStandardJsonSchema/u,
  });
});

test("a value that is not a schema is refused", () => {
  for (const none of [undefined, null, "string", {}, () => {}]) {
    assert.throws(() => Reflect.apply(jsonSchemaOf, undefined, [none, 'query("a")']), {
      code: "wrong_schema",
      message: /^query\("a"\): pass a Standard Schema/u,
    });
  }
});

test("follows references inside the document only", () => {
  const root = { $defs: { "a/b": { type: "string" }, list: [true, { type: "null" }] } };
  assert.equal(followReference(root, "#", "test"), root);
  assert.deepEqual(followReference(root, "#/$defs/a~1b", "test"), { type: "string" });
  assert.deepEqual(followReference(root, "#/$defs/list/1", "test"), { type: "null" });
  for (const away of ["#/$defs/c", "https://example.org/schema", "#anchor", "#/constructor", "other.json#/a"]) {
    assert.throws(() => followReference(root, away, "test"), { code: "wrong_schema" }, away);
  }
});

test("a pattern that is not a regular expression is refused", () => {
  assert.throws(() => compileShape({ patternProperties: { "(": {} } }, "test"), { code: "wrong_schema" });
});
