import { InputFailure } from "../outcome/input-failure.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import type { AnySchema } from "./schema.ts";
import { validate } from "./validate.ts";

const place = { kind: "body", pointer: "" } as const;

async function outcome(schema: AnySchema, value: unknown): Promise<unknown> {
  const result = await validate(schema, value, place);
  return result instanceof InputFailure ? result.issues.map(({ pointer, detail }) => `${pointer}: ${detail}`) : result;
}

test("returns the schema's output", async () => {
  assert.equal(
    await outcome(
      z.string().transform((text) => text.length),
      "four",
    ),
    4,
  );
  assert.equal(await outcome(type("string.numeric.parse"), "4"), 4);
  assert.equal(await outcome(toStandardJsonSchema(v.pipe(v.string(), v.transform(Number))), "4"), 4);
});

test("a synchronous schema makes no promise, an asynchronous one does", () => {
  assert.equal(validate(z.string(), "x", place), "x");
  assert.ok(
    validate(
      z.string().refine(async () => true),
      "x",
      place,
    ) instanceof Promise,
  );
});

test("tells every issue of a value with its pointer (RFC 6901)", async () => {
  const schema = z.object({ a: z.string(), "x/y": z.array(z.object({ "~": z.number() })) });
  assert.deepEqual(await outcome(schema, { a: 1, "x/y": [{ "~": 1 }, { "~": "s" }] }), [
    "/a: Invalid input: expected string, received number",
    "/x~1y/1/~0: Invalid input: expected number, received string",
  ]);
});

const credentials: Readonly<Record<string, AnySchema>> = {
  zod: z.object({
    email: z.email(),
    password: z.string().min(15),
    role: z.enum(["a", "b"]),
    deep: z.union([z.object({ x: z.string() }), z.number()]),
  }),
  valibot: toStandardJsonSchema(
    v.object({
      email: v.pipe(v.string(), v.email()),
      password: v.pipe(v.string(), v.minLength(15)),
      role: v.picklist(["a", "b"]),
      deep: v.union([v.object({ x: v.string() }), v.number()]),
    }),
  ),
  arktype: type({ email: "string.email", password: "string>=15", role: "'a'|'b'", deep: type({ x: "string" }).or("number") }),
};

for (const [library, schema] of Object.entries(credentials)) {
  test(`${library}: no detail contains the value that was sent`, async () => {
    const sent = { email: "hunter2@@", password: "hunter2", role: "hunter2", deep: { x: ["hunter2"] } };
    const issues = await outcome(schema, sent);
    assert.ok(Array.isArray(issues) && issues.length >= 4, String(issues));
    assert.doesNotMatch(issues.join("\n"), /hunter2/u);
    for (const pointer of ["/email", "/password", "/role", "/deep"])
      assert.ok(
        issues.some((issue) => issue.startsWith(pointer)),
        pointer,
      );
  });

  test(`${library}: a missing member is required`, async () => {
    assert.deepEqual(await outcome(schema, { email: "a@example.org", password: "x".repeat(15), deep: 1 }), ["/role: required"]);
    assert.deepEqual(await outcome(schema, undefined), [": required"]);
  });
}

test("the detail says what is expected if the library's own words would quote the value", async () => {
  assert.deepEqual(await outcome(toStandardJsonSchema(v.object({ n: v.pipe(v.number(), v.maxValue(3)) })), { n: 7 }), [
    "/n: expected <=3",
  ]);
  assert.deepEqual(await outcome(type({ email: "string.email" }), { email: "foo" }), ["/email: expected an email address"]);
  assert.deepEqual(await outcome(toStandardJsonSchema(v.pipe(v.string(), v.email("Give an address"))), "foo"), [
    ": Give an address",
  ]);
});

test("the developer's own rule is told as it stands, wherever it points", async () => {
  const schema = z
    .object({ from: z.number(), to: z.number() })
    .refine(({ from, to }) => from <= to, { error: "The end is before the start", path: ["range"] });
  assert.deepEqual(await outcome(schema, { from: 2, to: 1 }), ["/range: The end is before the start"]);
});

test("at most 100 issues are told", async () => {
  const issues = await outcome(
    z.array(z.string()),
    Array.from({ length: 5000 }, () => 1),
  );
  assert.ok(Array.isArray(issues));
  assert.equal(issues.length, 100);
});

test("a path's segments may be objects (Standard Schema)", async () => {
  const schema: AnySchema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => ({ issues: [{ message: "no", path: [{ key: "a" }, { key: 0 }] }] }),
      jsonSchema: { input: () => ({}), output: () => ({}) },
    },
  };
  assert.deepEqual(await outcome(schema, { a: [1] }), ["/a/0: no"]);
});
