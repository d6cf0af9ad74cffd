/** Which parts of an input are ids of objects: by name, by format, and by what is said. */
import type { ObjectIds } from "../dependency/input-place.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { z } from "zod";
import { body } from "./body.ts";
import { form } from "./form.ts";
import type { IdentifiesMembers } from "./identifies.ts";
import { nothing } from "./nothing.ts";
import { query } from "./query.ts";
import { rawBody } from "./raw-body.ts";
import type { AnySchema } from "../schema/schema.ts";

function objectIdsOf(dep: { readonly "~dep": ReturnType<typeof body>["~dep"] }): ObjectIds {
  const node = dep["~dep"];
  assert.ok(node.kind === "input");
  return node.input.objectIds;
}

/** The ids of a body, without their place, sorted. */
function idsOf(schema: AnySchema, identifies?: IdentifiesMembers): readonly string[] {
  const dep = Reflect.apply(body, undefined, [schema, identifies === undefined ? {} : { identifies }]) as ReturnType<typeof body>;
  return objectIdsOf(dep)
    .ids.map((id) => id.replace(/^body\.?/, ""))
    .toSorted();
}

test("members named like ids are ids, by their paths, however deep", () => {
  const order = z.object({
    noteId: z.string(),
    text: z.string(),
    customer: z.object({
      id: z.int(),
      name: z.string(),
      address: z.object({ country: z.string(), regionId: z.bigint().optional() }),
    }),
  });
  assert.throws(() => idsOf(order), { code: "wrong_schema" }, "a bigint is not JSON");
  const plain = order.extend({ customer: z.object({ id: z.int(), address: z.object({ regionId: z.string().nullish() }) }) });
  assert.deepEqual(idsOf(plain), ["customer.address.regionId", "customer.id", "noteId"]);
});

test("the items of a list have the path of the list", () => {
  const items = z.object({
    ids: z.array(z.string()),
    items: z.array(z.object({ productId: z.string() })),
    pairs: z.array(z.tuple([z.object({ leftId: z.string() }), z.object({ rightId: z.string() })])),
    grid: z.array(z.array(z.object({ id: z.int() }))),
  });
  assert.deepEqual(idsOf(items), ["grid.id", "ids", "items.productId", "pairs.leftId", "pairs.rightId"]);
  assert.deepEqual(idsOf(z.array(z.object({ id: z.string() }))), ["id"]);
});

test("a format of uuid is an id under any name, also of a whole body", () => {
  assert.deepEqual(idsOf(z.object({ after: z.uuid(), to: z.guid().optional(), list: z.array(z.uuid()) })), ["after", "list", "to"]);
  assert.deepEqual(idsOf(z.uuid()), [""]);
  assert.deepEqual(objectIdsOf(query("after", z.uuid())).ids, ["query.after"]);
  assert.deepEqual(idsOf(toStandardJsonSchema(v.object({ after: v.pipe(v.string(), v.uuid()) }))), ["after"]);
  assert.deepEqual(idsOf(type({ after: "string.uuid" })), ["after"]);
  // Other formats are not ids.
  assert.deepEqual(idsOf(z.object({ at: z.iso.datetime(), url: z.url(), mail: z.email() })), []);
});

test("literals, enums, booleans and objects of that name are not ids", () => {
  const few = z.object({
    owner: z.enum(["me", "all"]),
    id: z.literal("self"),
    kindId: z.union([z.literal(1), z.literal(2)]),
    user: z.boolean(),
    account: z.null(),
    teamId: z.object({ name: z.string() }),
    member: z.array(z.object({ name: z.string() })),
    "x-org": z.enum(["a"]).nullable(),
  });
  assert.deepEqual(idsOf(few), []);
  // Positive control: the same names with text.
  const open = Object.fromEntries(Object.keys(few.shape).map((name) => [name, z.string()]));
  assert.deepEqual(idsOf(z.object(open)), Object.keys(few.shape).toSorted());
});

test("a union, an intersection or what may be absent is an id if any part is one", () => {
  const sent = z.object({
    id: z.union([z.literal("me"), z.string()]),
    ownerId: z.string().nullish().default(null),
    userId: z.union([z.object({ name: z.string() }), z.int()]),
    orgId: z.string().and(z.string().min(1)),
    who: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("user"), userId: z.string() }),
      z.object({ kind: z.literal("team"), teamId: z.int() }),
    ]),
  });
  assert.deepEqual(idsOf(sent), ["id", "orgId", "ownerId", "userId", "who.teamId", "who.userId"]);
});

test("references are followed, and what refers to itself is followed four levels deep, as the types are", () => {
  const category = z.object({
    id: z.string(),
    get children() {
      return z.array(category);
    },
    get parent() {
      return category.optional();
    },
  });
  // A list and its items are a level each.
  assert.deepEqual(idsOf(category), [
    "children.id",
    "children.parent.id",
    "id",
    "parent.children.id",
    "parent.id",
    "parent.parent.id",
    "parent.parent.parent.id",
  ]);
  const shared = { type: "object", properties: { noteId: { $ref: "#/$defs/id" } } };
  const document = {
    $defs: { id: { type: "string" }, shared },
    type: "object",
    properties: { left: { $ref: "#/$defs/shared" }, right: shared },
  };
  assert.deepEqual(idsOf(described(document)), ["left.noteId", "right.noteId"]);
  // What refers to itself alone ends.
  assert.deepEqual(idsOf(described({ type: "object", properties: { id: { $ref: "#/properties/id" } } })), []);
  assert.deepEqual(idsOf(described({ $ref: "#" })), []);
});

/** A schema with a JSON Schema of its own. */
function described(json: Record<string, unknown>): AnySchema {
  const jsonSchema = { input: () => json, output: () => json };
  return { "~standard": { version: 1, vendor: "a test", validate: (value) => ({ value }), jsonSchema } };
}

test("records: names that are listed are members, others are a record of unknown names", () => {
  assert.deepEqual(idsOf(z.record(z.enum(["noteId", "text"]), z.string())), ["noteId"]);
  assert.deepEqual(idsOf(z.object({ by: z.partialRecord(z.enum(["userId", "at"]), z.string()) })), ["by.userId"]);
  assert.equal(objectIdsOf(body(z.record(z.enum(["noteId", "text"]), z.string()))).unsaid, undefined);
  assert.deepEqual(idsOf(z.object({ by: z.record(z.string(), z.object({ userId: z.string() })) })), ["by.*.userId"]);
});

test("an open root says one or the other; a closed one need not", () => {
  const open: Readonly<Record<string, readonly [AnySchema, string]>> = {
    anything: [z.any(), "anything"],
    unknown: [z.unknown(), "anything"],
    record: [z.record(z.string(), z.string()), "a record of unknown names"],
    loose: [z.looseObject({ text: z.string() }), "a record of unknown names"],
    catchall: [z.object({ text: z.string() }).catchall(z.string()), "a record of unknown names"],
    patterns: [described({ type: "object", patternProperties: { "^x-": { type: "string" } } }), "a record of unknown names"],
    text: [z.string(), "text or numbers without a name"],
    number: [z.int(), "text or numbers without a name"],
    list: [z.array(z.string()), "text or numbers without a name"],
    "list of anything": [z.array(z.any()), "anything"],
    union: [z.union([z.object({ text: z.string() }), z.string()]), "text or numbers without a name"],
    optional: [z.looseObject({ text: z.string() }).optional(), "a record of unknown names"],
  };
  for (const [name, [schema, what]] of Object.entries(open)) {
    const unsaid = (identifies?: unknown) => objectIdsOf(Reflect.apply(body, undefined, [schema, { identifies }])).unsaid;
    assert.equal(unsaid(), what, name);
    assert.equal(unsaid(nothing("a test")), undefined, name);
  }
  const closed = [
    z.object({ text: z.string() }),
    z.object({ noteId: z.string() }),
    z.strictObject({ text: z.string() }),
    z.array(z.object({ text: z.string() })),
    z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    z.enum(["a", "b"]),
    z.boolean(),
    z.uuid(),
  ];
  for (const schema of closed) assert.equal(objectIdsOf(body(schema)).unsaid, undefined);
  assert.equal(objectIdsOf(rawBody()).unsaid, "bytes that may hold anything");
  assert.equal(objectIdsOf(rawBody({ identifies: "object" })).unsaid, undefined);
  assert.equal(objectIdsOf(form(z.looseObject({ a: z.string() }))).unsaid, "a record of unknown names");
});

const sent = z.object({
  noteRef: z.string(),
  cursorId: z.string(),
  items: z.array(z.object({ productRef: z.string(), lineId: z.int() })),
});

test("members are said by path, and their reasons are kept for the document", () => {
  const said = {
    noteRef: "object",
    "items.productRef": "object",
    cursorId: nothing("a cursor"),
    "items.lineId": nothing("a line number"),
  } as const;
  const { ids, nothing: reasons } = objectIdsOf(body(sent, { identifies: said }));
  assert.deepEqual(ids.toSorted(), ["body.items.productRef", "body.noteRef"]);
  assert.deepEqual(reasons, { "body.cursorId": "a cursor", "body.items.lineId": "a line number" });
  // A member that is not declared keeps the meaning of its name.
  assert.deepEqual(idsOf(sent, { noteRef: "object" }), ["cursorId", "items.lineId", "noteRef"]);
  const all = objectIdsOf(body(sent, { identifies: nothing("a test of the whole") }));
  assert.deepEqual([all.ids, all.nothing], [[], { body: "a test of the whole" }]);
  assert.deepEqual(objectIdsOf(form(z.object({ ref: z.string() }), { identifies: { ref: "object" } })).ids, ["form.ref"]);
});

test("a misspelt statement switches nothing off: neither the word, nor the path, nor the reason", () => {
  const wrong = (identifies: unknown) => () => Reflect.apply(body, undefined, [sent, { identifies }]);
  const words = ["objects", "nothing", "", null, true, 1, [], ["object"], Symbol("object")];
  for (const word of words) {
    assert.throws(wrong(word), { code: "wrong_input", message: /^body\(\): write \{ identifies: "object" \} or/ });
  }
  for (const word of [...words, { reason: "a cursor" }, {}]) {
    assert.throws(wrong({ cursorId: word }), { code: "wrong_input", message: /^body\(\), "cursorId": write/ });
  }
  for (const path of [
    "noteref",
    "items.productref",
    "item.productRef",
    "items.0.productRef",
    "",
    "noteRef.id",
    "__proto__x",
    "constructor",
  ]) {
    const error = { code: "wrong_input", message: new RegExp(`^body\\(\\): correct "${path}" in identifies`) };
    assert.throws(wrong({ [path]: "object" }), error, path);
    assert.throws(wrong({ [path]: nothing("a test") }), error, path);
  }
  // A record as a whole is not an id; its members are.
  assert.throws(wrong("object"), { code: "wrong_input", message: /say which members are ids/ });
  for (const reason of ["", " ", undefined, 1]) {
    assert.throws(() => Reflect.apply(nothing, undefined, [reason]), { code: "empty_reason" });
  }
});

test("paths into what is open, and along what refers to itself, may be named", () => {
  const tree = z.object({
    ref: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  assert.deepEqual(idsOf(tree, { "children.children.children.ref": "object" }), ["children.children.children.ref"]);
  assert.deepEqual(idsOf(z.object({ meta: z.any() }), { "meta.note": "object" }), ["meta.note"]);
  assert.deepEqual(idsOf(z.looseObject({ a: z.string() }), { note: "object" }), ["note"]);
  assert.deepEqual(idsOf(z.record(z.string(), z.object({ ref: z.string() })), { "*.ref": "object" }), ["*.ref"]);
});
