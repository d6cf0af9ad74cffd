import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { body } from "../input/body.ts";
import { form } from "../input/form.ts";
import { query } from "../input/query.ts";
import { post } from "../route/route.ts";
import { type Direction, jsonSchemaOf } from "./json-schema.ts";
import type { AnySchema } from "./schema.ts";
import { strictnessOf } from "./strict.ts";

const quiet = { title: "t", version: "1", audit: () => {}, onError: () => {} };

/** A schema that counts the calls of its library's own converter. */
function counted(schema: AnySchema) {
  const counts: Record<Direction, number> = { input: 0, output: 0 };
  const { jsonSchema, ...standard } = schema["~standard"];
  const counting =
    (direction: Direction): typeof jsonSchema.input =>
    (options) => {
      counts[direction] += 1;
      return jsonSchema[direction](options);
    };
  const same: AnySchema = { "~standard": { ...standard, jsonSchema: { input: counting("input"), output: counting("output") } } };
  return { schema: same, counts };
}

test("an API converts a schema once for each direction, whatever asks: inputs, strictness, checks, documentation, responses", () => {
  for (const schema of [z.object({ text: z.string() }), toStandardJsonSchema(v.object({ text: v.string() }))]) {
    const sent = counted(schema);
    const asked = counted(schema);
    const spec = { public: "test", response: sent.schema } as const;
    const api = createApi({
      ...quiet,
      docs: { public: "test" },
      routes: [
        post("/a", { ...spec, deps: { given: body(asked.schema) } }, ({ given }) => given),
        post("/b", { ...spec, deps: { given: form(asked.schema) } }, ({ given }) => given),
      ],
    });
    assert.deepEqual(asked.counts, { input: 1, output: 0 });
    assert.deepEqual(sent.counts, { input: 1, output: 1 });
    api.with([]).with([]);
    assert.deepEqual(
      [asked.counts, sent.counts],
      [
        { input: 1, output: 0 },
        { input: 1, output: 1 },
      ],
    );
  }
});

test("a copy of a schema is another schema, with its own description", () => {
  const number: AnySchema = z.number();
  const text: AnySchema = { ...number, "~standard": z.string()["~standard"] };
  assert.equal(jsonSchemaOf(number, "test")["type"], "number");
  assert.equal(jsonSchemaOf(text, "test")["type"], "string");
  // Two schemas of one constant JSON Schema are two schemas, too.
  const json = { type: "object", properties: { a: {} } };
  const own = (value: string): AnySchema => ({
    "~standard": { version: 1, vendor: "x", validate: () => ({ value }), jsonSchema: { input: () => json, output: () => json } },
  });
  const shown = ["one", "other"].map((name) => strictnessOf(own(name), "test").schema["~standard"].validate(1));
  assert.deepEqual(shown, [{ value: "one" }, { value: "other" }]);
});

test("a failure is not kept: each use of the schema is named, and what becomes convertible is converted", () => {
  const dates = z.object({ at: z.date() });
  for (const where of ["body()", "GET /a: the response"]) {
    assert.throws(
      () => jsonSchemaOf(dates, where),
      (error: Error) => error.message.startsWith(`${where}: `),
    );
  }
  const bare = v.string();
  assert.throws(() => Reflect.apply(jsonSchemaOf, undefined, [bare, "test"]), { code: "wrong_schema" });
  assert.equal(jsonSchemaOf(toStandardJsonSchema(bare), "test")["type"], "string");
});

test("zod's metadata counts as it is when the API is made, also if it was registered after the schema was first used", () => {
  const Inner = z.object({ text: z.string() });
  const Note = z.object({ inner: Inner, also: Inner });
  const given = body(Note);
  const limit = z.int().optional();
  const page = query("limit", limit);
  const componentsOf = () => {
    const route = post("/", { public: "test", deps: { given, page } }, () => undefined);
    const document = createApi({ ...quiet, routes: [route] }).openapi();
    const { Problem: _own, ...named } = document.components.schemas ?? {};
    return { names: Object.keys(named), limit: document.paths["/"]?.post?.parameters?.[0]?.description };
  };
  assert.deepEqual(componentsOf(), { names: [], limit: undefined });
  Inner.register(z.globalRegistry, { id: "InnerNote" });
  z.globalRegistry.add(limit, { description: "How many" });
  assert.deepEqual(componentsOf(), { names: ["InnerNote"], limit: "How many" });
  z.globalRegistry.remove(Inner);
  assert.deepEqual(componentsOf(), { names: [], limit: "How many" });
});

test("a change to the document does not change what the next API checks", async () => {
  const Note = z.object({ kind: z.enum(["a", "b"]), text: z.string() });
  const make = () => {
    const route = post("/", { public: "test", deps: { given: body(Note) } }, () => undefined);
    return createApi({ ...quiet, routes: [route] });
  };
  const written = make().openapi().paths["/"]?.post?.requestBody?.content["application/json"]?.schema;
  const before = structuredClone(written);
  // What JavaScript may try.
  const { required, properties } = written as { required: string[]; properties: { kind: { enum: string[] } } };
  required.length = 0;
  properties.kind.enum.push("c");
  assert.deepEqual(make().openapi().paths["/"]?.post?.requestBody?.content["application/json"]?.schema, before);
});

test("a valibot response with a transformation is documented as what is sent, or as anything if nothing describes that", () => {
  const sent = (response: AnySchema): unknown => {
    const api = createApi({ ...quiet, routes: [post("/", { public: "test", response }, () => "1")] });
    return api.openapi().paths["/"]?.post?.responses["200"]?.content?.["application/json"]?.schema;
  };
  for (const schema of [
    v.pipe(v.string(), v.transform(Number)),
    v.pipe(v.string(), v.toNumber(), v.minValue(3)),
    v.pipe(v.string(), v.toDate()),
    v.pipe(v.string(), v.parseJson()),
  ]) {
    assert.deepEqual(sent(toStandardJsonSchema(schema)), {});
  }
  // The controls: a schema follows, or the type stays.
  assert.deepEqual(sent(toStandardJsonSchema(v.pipe(v.string(), v.toNumber(), v.number()))), { type: "number" });
  const loud = v.pipe(v.string(), v.trim(), v.toUpperCase(), v.brand("Loud"), v.readonly());
  assert.deepEqual(sent(toStandardJsonSchema(loud)), { type: "string" });
});
