import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { parameterReader, TextMismatch } from "./parameter-text.ts";
import type { AnySchema } from "../schema/schema.ts";

function reader(schema: AnySchema, exact = false) {
  const json = jsonSchemaOf(schema, "test");
  return parameterReader(json, json, "test", exact);
}

function read(schema: AnySchema, texts: readonly string[], exact = false): unknown {
  const value = reader(schema, exact).read(texts);
  return value instanceof TextMismatch
    ? `expected ${value.expected}${value.index === undefined ? "" : ` at ${value.index}`}`
    : value;
}

const numbers: Readonly<Record<string, AnySchema>> = {
  "z.number": z.number(),
  "z.coerce.number": z.coerce.number().max(100).default(20),
  "z.literal": z.literal([5, 7]),
  "nullable z.number": z.number().nullable(),
  "valibot number": toStandardJsonSchema(v.optional(v.number())),
  "valibot picklist": toStandardJsonSchema(v.picklist([5, 7])),
  "arktype number": type("number"),
  "arktype literals": type("5|7"),
};

for (const [name, schema] of Object.entries(numbers)) {
  test(`${name} is handed a number, written as in JSON`, () => {
    assert.equal(read(schema, ["5"]), 5);
    assert.equal(read(schema, ["-1.5e3"]), -1500);
    for (const text of [
      "",
      " ",
      " 5",
      "5 ",
      "05",
      "+5",
      "5.",
      ".5",
      "0x5",
      "5n",
      "１",
      "NaN",
      "Infinity",
      "1e999",
      "5;",
      "[5]",
      "true",
    ]) {
      assert.match(String(read(schema, [text])), /^expected (?:a number|an integer)$/u, JSON.stringify(text));
    }
  });
}

test("an integer has one spelling (Z-06)", () => {
  for (const schema of [
    z.int(),
    z.coerce.number().int(),
    toStandardJsonSchema(v.pipe(v.number(), v.integer())),
    type("number.integer"),
  ]) {
    assert.equal(read(schema, ["1"]), 1);
    assert.equal(read(schema, ["-10"]), -10);
    for (const text of ["1.0", "01", " 1", "1e0", "-0", "[1]", '{"$ne":0}', "1;", "１", "9007199254740993"]) {
      assert.equal(read(schema, [text]), "expected an integer", text);
    }
  }
});

test("a number that identifies an object has one spelling (Z-06)", () => {
  assert.equal(read(z.number(), ["1"], true), 1);
  for (const text of ["1.0", "01", " 1", "1e0", "0.10", "１"])
    assert.equal(read(z.number(), [text], true), "expected a number", text);
});

test("truth is true or false", () => {
  for (const schema of [z.boolean(), z.coerce.boolean(), toStandardJsonSchema(v.boolean()), type("boolean")]) {
    assert.equal(read(schema, ["true"]), true);
    assert.equal(read(schema, ["false"]), false);
    for (const text of ["", "0", "1", "yes", "TRUE"]) assert.equal(read(schema, [text]), "expected true or false", text);
  }
});

test("text is handed over as it came wherever it is allowed", () => {
  for (const schema of [
    z.string(),
    z.any(),
    z.stringbool(),
    z.enum(["5"]),
    z.union([z.number(), z.string()]),
    z.iso.datetime(),
    type("string.numeric.parse"),
    toStandardJsonSchema(v.pipe(v.string(), v.transform(Number))),
  ]) {
    for (const text of ["5", "", " x", "true"]) assert.equal(read(schema, [text]), text);
  }
});

test("an array takes every value, and one value is an array of one", () => {
  for (const schema of [
    z.array(z.string()),
    toStandardJsonSchema(v.array(v.string())),
    type("string[]"),
    z.array(z.string()).default([]),
  ]) {
    assert.deepEqual(read(schema, ["a"]), ["a"]);
    assert.deepEqual(read(schema, ["a", "b"]), ["a", "b"]);
    assert.equal(reader(schema).repeats, true);
  }
  assert.equal(reader(z.string()).repeats, false);
  assert.equal(reader(z.any()).repeats, false);
});

test("items are read as their schema says, and a wrong one is told by its index", () => {
  assert.deepEqual(read(z.array(z.int()), ["1", "2"]), [1, 2]);
  assert.equal(read(z.array(z.int()), ["1", "x"]), "expected an integer at 1");
  assert.deepEqual(read(z.tuple([z.number(), z.string()]), ["1", "2"]), [1, "2"]);
});

test("beside an array, a scalar is what a single value is", () => {
  const schema = z.union([z.string(), z.array(z.string())]);
  assert.equal(read(schema, ["a"]), "a");
  assert.deepEqual(read(schema, ["a", "b"]), ["a", "b"]);
});

test("a schema of what text cannot be is refused", () => {
  for (const schema of [
    z.object({ a: z.string() }),
    z.record(z.string(), z.string()),
    z.null(),
    z.array(z.object({})),
    z.array(z.array(z.string())),
  ]) {
    assert.throws(() => reader(schema), { code: "wrong_input" });
  }
});

test("every integer and every finite number that JavaScript writes is read back", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.equal(read(z.int(), [String(value)]), value)));
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
      assert.equal(read(z.number(), [String(value)]), value + 0 === 0 ? 0 : value),
    ),
  );
});

test("text that is read as a number is a number in JSON", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-+0-9.eEx ]{0,6}$/u), (text) => {
      const value = read(z.number(), [text]);
      if (typeof value === "number") assert.equal(value, JSON.parse(text));
    }),
  );
});
