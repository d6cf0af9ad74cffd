import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { scope } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import type { AnySchema } from "../schema/schema.ts";
import { ComponentSchemas } from "./component-schemas.ts";
import type { Direction } from "../schema/json-schema.ts";
import type { SchemaUse } from "./schema-source.ts";

const use = (schema: AnySchema, direction: Direction = "output", name = "GetX"): SchemaUse => ({
  schema,
  direction,
  where: `GET /${name}`,
  name,
});

/** How schemas are written: where they are used, and what they refer to. */
function written(...uses: SchemaUse[]) {
  const schemas = new ComponentSchemas(uses, {});
  const used = uses.map(({ schema, direction }) => schemas.schemaOf(schema, direction));
  return { used, all: schemas.all() };
}

const text = { type: "string" };
const object = (properties: Readonly<Record<string, unknown>>, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false,
});

/** Two schemas that refer to themselves, without a name. */
const Tree = z.object({
  get child() {
    return Tree.optional();
  },
});
const Other = z.object({
  name: z.string(),
  get other() {
    return Other.optional();
  },
});

test("a schema without a name is written in place, without its dialect", () => {
  assert.deepEqual(written(use(z.object({ a: z.string() }))), { used: [object({ a: text })], all: {} });
});

test("a named schema is hoisted, with the schemas that it refers to", () => {
  const Tag = z.object({ name: z.string() }).meta({ id: "Tag" });
  const Note = z.object({ text: z.string(), tags: z.array(Tag) }).meta({ id: "Note" });
  assert.deepEqual(written(use(Note), use(z.array(Note))), {
    used: [{ $ref: "#/components/schemas/Note" }, { type: "array", items: { $ref: "#/components/schemas/Note" } }],
    all: {
      Note: object({ text, tags: { type: "array", items: { $ref: "#/components/schemas/Tag" } } }),
      Tag: object({ name: text }),
    },
  });
});

test("one name for both directions where they say the same", () => {
  const Note = z.object({ text: z.string() }).meta({ id: "Note" });
  const reference = { $ref: "#/components/schemas/Note" };
  assert.deepEqual(written(use(Note, "input"), use(Note)), { used: [reference, reference], all: { Note: object({ text }) } });
});

test("where the directions differ, the plain name is what comes back and `Input` what is sent, however deep the difference", () => {
  const Tag = z.object({ name: z.string().default("new") }).meta({ id: "Tag" });
  const Note = z.object({ tag: Tag }).meta({ id: "Note" });
  const name = { type: "string", default: "new" };
  assert.deepEqual(written(use(Note, "input"), use(Note)), {
    used: [{ $ref: "#/components/schemas/NoteInput" }, { $ref: "#/components/schemas/Note" }],
    all: {
      NoteInput: object({ tag: { $ref: "#/components/schemas/TagInput" } }),
      TagInput: object({ name }, []),
      Note: object({ tag: { $ref: "#/components/schemas/Tag" } }),
      Tag: object({ name }),
    },
  });
});

test("a schema that refers to itself is hoisted, under its id or named after its operation", () => {
  const Tree = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree);
    },
  });
  const children = (name: string) =>
    object({ name: text, children: { type: "array", items: { $ref: `#/components/schemas/${name}` } } });
  assert.deepEqual(written(use(Tree)), { used: [{ $ref: "#/components/schemas/GetX" }], all: { GetX: children("GetX") } });
  const Named = z
    .object({
      name: z.string(),
      get children() {
        return z.array(Named);
      },
    })
    .meta({ id: "Named" });
  assert.deepEqual(written(use(Named)), { used: [{ $ref: "#/components/schemas/Named" }], all: { Named: children("Named") } });
});

test("what libraries number is named after its operation: no two operations share `__schema0`, `0` or `type1`", () => {
  const pair = (schema: z.ZodType) => z.object({ a: schema, b: schema });
  const names = (...uses: SchemaUse[]) => Object.keys(written(...uses).all);
  assert.deepEqual(names(use(pair(Tree), "output", "GetX"), use(pair(Other), "output", "GetY")), ["GetX", "GetY"]);
  assert.deepEqual(names(use(pair(Tree)), use(pair(Other))), ["GetX", "GetX2"]);
  const List: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => List)) });
  assert.deepEqual(names(use(toStandardJsonSchema(List))), ["GetX"]);
  const { a } = scope({ a: { "b?": "b" }, b: { "a?": "a" } }).export();
  assert.deepEqual(names(use(a)), ["GetX", "GetX2"]);
});

test("a named schema is the same in every place, also if a library numbers differently below it", () => {
  const Note = z.object({ a: Tree, b: Tree }).meta({ id: "Note" });
  const { all } = written(use(Note, "output", "GetX"), use(z.object({ x: Other, y: Other, note: Note }), "output", "GetY"));
  assert.deepEqual(Object.keys(all), ["Note", "GetX", "GetY"]);
});

test("data in a schema is not a reference", () => {
  const sample = { $ref: "#/$defs/Note" };
  const { used } = written(use(z.looseObject({}).meta({ examples: [sample], default: sample })));
  assert.deepEqual(used, [{ type: "object", properties: {}, additionalProperties: {}, examples: [sample], default: sample }]);
});

test("two different schemas of one id do not start, whichever way they clash", () => {
  const Note = (schema: z.ZodType) => z.object({ value: schema }).meta({ id: "Note" });
  assert.throws(() => written(use(Note(z.string()), "output", "GetX"), use(Note(z.int()), "output", "GetY")), {
    code: "wrong_schema",
    message: 'GET /GetY: choose another schema id than "Note": a different schema has it (GET /GetX)',
  });
  const Input = z.object({ other: z.string() }).meta({ id: "NoteInput" });
  const sent = use(Note(z.string().default("x")), "input");
  assert.throws(() => written(sent, use(sent.schema), use(Input)), { code: "wrong_schema", message: /"NoteInput"/ });
  assert.throws(() => written(sent, use(sent.schema), use(Input, "input")), { code: "wrong_schema", message: /"NoteInput"/ });
  assert.throws(() => new ComponentSchemas([use(Note(z.string()))], { Note: true }), {
    code: "wrong_schema",
    message: /choose another schema id .* the document uses it itself/,
  });
});

test("an id that cannot be a key does not start", () => {
  assert.throws(() => written(use(z.string().meta({ id: "my note" }))), {
    code: "wrong_schema",
    message: /GET \/GetX: write the schema id "my note"/,
  });
});

test("an invalid JSON Schema does not start, and the message says what to write", () => {
  for (const direction of ["input", "output"] as const) {
    assert.throws(() => written(use(z.object({ at: z.date() }), direction)), {
      code: "wrong_schema",
      message: /^GET \/GetX: .*z\.iso\.datetime\(\) instead of z\.date\(\)/,
    });
  }
});

test("a reference that leads out of the schema does not start", () => {
  const outside = { $ref: "https://example.com/note.json" };
  const schema = { "~standard": { ...z.string()["~standard"], jsonSchema: { input: () => outside, output: () => outside } } };
  assert.throws(() => written(use(schema)), { code: "wrong_schema", message: /GET \/GetX.*https:\/\/example\.com/ });
});
