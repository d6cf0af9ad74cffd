/** Kinds of unions, and what must not change around them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { resultShape } from "../route/result-shape.ts";
import type { AnySchema } from "./schema.ts";
import { taken, taker } from "./union.fixture.ts";

const sent = (schema: AnySchema, value: unknown): unknown => resultShape(schema, "test")(value);

test("alternatives of optional members", () => {
  const schemas = [
    z.union([z.object({ title: z.string().optional() }), z.object({ done: z.boolean().optional() })]),
    toStandardJsonSchema(v.union([v.object({ title: v.optional(v.string()) }), v.object({ done: v.optional(v.boolean()) })])),
    type({ "title?": "string" }).or({ "done?": "boolean" }),
  ];
  for (const schema of schemas) {
    assert.deepEqual(taken(schema, { done: true }), { done: true });
    assert.deepEqual(taken(schema, { title: "x" }), { title: "x" });
    assert.ok(Array.isArray(taken(schema, { title: "x", done: true })));
    assert.ok(Array.isArray(taken(schema, { title: "x", done: "y" })));
  }
});

test("a member that an alternative declares and refuses is told with that alternative's own words", () => {
  const schema = z.union([z.object({ t: z.string() }), z.object({ t: z.string(), owner: z.string().max(2) })]);
  assert.deepEqual(taken(schema, { t: "x", owner: "bobby" }, "detail"), ["Too big: expected string to have <=2 characters"]);
  const kept = type({ t: "string", owner: /^me$/u }).or({ t: "string", "c?": "string" });
  assert.deepEqual(taken(kept, { t: "x", owner: "bob" }), ["/owner"]);
  assert.deepEqual(taken(kept, { t: "x", owner: "me" }), { t: "x", owner: "me" });
});

test("an open alternative takes every member, a closed one before it none", () => {
  for (const schema of [
    z.union([z.object({ t: z.string() }), z.looseObject({ t: z.string() })]),
    z.union([z.object({ t: z.string() }), z.any()]),
    z.union([z.strictObject({ t: z.string() }), z.record(z.string(), z.unknown())]),
    z.union([z.object({ t: z.string() }), z.object({ t: z.string() }).catchall(z.number())]),
    toStandardJsonSchema(v.union([v.object({ t: v.string() }), v.looseObject({ t: v.string() })])),
    toStandardJsonSchema(v.union([v.strictObject({ t: v.string() }), v.objectWithRest({ t: v.string() }, v.number())])),
    type({ t: "string", "a?": "string" }).or({ t: "string", "[string]": "unknown" }),
  ]) {
    assert.deepEqual(taken(schema, { t: "x", n: 1 }), { t: "x", n: 1 });
    assert.deepEqual(sent(schema, { t: "x", n: 1 }), { t: "x", n: 1 });
  }
});

test("alternatives of one discriminator, and exclusive ones", () => {
  const same = toStandardJsonSchema(
    v.variant("k", [v.object({ k: v.literal("a"), x: v.string() }), v.object({ k: v.literal("a"), x: v.string(), y: v.string() })]),
  );
  assert.deepEqual(taken(same, { k: "a", x: "1", y: "2" }), { k: "a", x: "1", y: "2" });
  assert.deepEqual(taken(same, { k: "a", x: "1", y: 2 }), ["/y"]);
  const xor = z.xor([z.object({ t: z.string(), owner: z.string().max(2) }), z.object({ t: z.string(), c: z.string().optional() })]);
  assert.deepEqual(taken(xor, { t: "x", owner: "bobby" }), ["/owner"]);
  assert.deepEqual(taken(xor, { t: "x", c: "y" }), { t: "x", c: "y" });
  const tagged = z.discriminatedUnion("k", [
    z.object({ k: z.literal("a"), in: z.union([z.object({ x: z.string() }), z.object({ x: z.string(), y: z.string() })]) }),
    z.object({ k: z.literal("b"), y: z.string() }),
  ]);
  assert.deepEqual(taken(tagged, { k: "a", in: { x: "1", y: "2" } }), { k: "a", in: { x: "1", y: "2" } });
  assert.deepEqual(taken(tagged, { k: "b", y: "1", in: {} }), ["/in"]);
  assert.deepEqual(taken(tagged, { k: "c" }), ["/k"]);
});

test("an intersection of unions knows the members of all its parts", () => {
  const person = z.union([z.object({ id: z.string() }), z.object({ id: z.string(), email: z.string().optional() })]);
  const job = z.union([z.object({ job: z.string() }), z.object({ job: z.string(), pay: z.number() })]);
  const valibotPerson = v.union([v.object({ id: v.string() }), v.object({ id: v.string(), email: v.optional(v.string()) })]);
  const valibotJob = v.union([v.object({ job: v.string() }), v.object({ job: v.string(), pay: v.number() })]);
  for (const schema of [
    z.intersection(z.intersection(person, job), z.object({ a: z.string() })),
    z.intersection(z.object({ a: z.string() }), z.intersection(job, person)),
    toStandardJsonSchema(v.intersect([valibotPerson, v.object({ a: v.string() }), valibotJob])),
  ]) {
    for (const value of [
      { a: "", id: "1", email: "e", job: "j", pay: 1 },
      { a: "", id: "1", job: "j", pay: 1 },
      { a: "", id: "1", email: "e", job: "j" },
    ]) {
      assert.deepEqual(taken(schema, value), value);
      assert.deepEqual(sent(schema, value), value);
    }
    assert.deepEqual(taken(schema, { a: "", id: "1", job: "j", x: 1 }), ["/x"]);
    assert.ok(Array.isArray(taken(schema, { a: "", id: "1", job: "j", pay: "much" })));
    assert.deepEqual(sent(schema, { a: "", id: "1", job: "j", pay: "much" }), { a: "", id: "1", job: "j" });
  }
});

test("unions of arrays and of tuples", () => {
  const zodItems = [z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string() })] as const;
  const valibotItems = [v.object({ a: v.string() }), v.object({ a: v.string(), b: v.string() })] as const;
  for (const schema of [
    z.union([z.array(zodItems[0]), z.array(zodItems[1])]),
    z.union([z.tuple([zodItems[0]]), z.tuple([zodItems[1]])]),
    z.tuple([z.union(zodItems)]),
    toStandardJsonSchema(v.union([v.array(valibotItems[0]), v.array(valibotItems[1])])),
    toStandardJsonSchema(v.tuple([v.union(valibotItems)])),
    type({ a: "string", "c?": "string" })
      .array()
      .or(type({ a: "string", b: "string" }).array()),
    type([type({ a: "string", "c?": "string" }).or({ a: "string", b: "string" })]),
  ]) {
    assert.deepEqual(taken(schema, [{ a: "1", b: "2" }]), [{ a: "1", b: "2" }]);
    assert.deepEqual(sent(schema, [{ a: "1", b: "2" }]), [{ a: "1", b: "2" }]);
    assert.ok(Array.isArray(taken(schema, [{ a: "1", b: 2 }])));
    assert.deepEqual(sent(schema, [{ a: "1", b: 2 }]), [{ a: "1" }]);
  }
});

test("recursive unions decide at every depth", () => {
  const Tree = z.object({
    text: z.string(),
    get kids(): z.ZodType {
      return z.array(z.union([z.object({ text: z.string() }), Tree, z.object({ text: z.string(), size: z.number() })]));
    },
  });
  const Lazy: z.ZodType = z.lazy(() =>
    z.union([z.object({ text: z.string() }), z.object({ text: z.string(), kids: z.array(Lazy) })]),
  );
  const leaf = v.object({ text: v.string() });
  const branch: v.GenericSchema = v.object({ text: v.string(), kids: v.array(v.lazy(() => any)) });
  const any: v.GenericSchema = v.union([leaf, branch, v.object({ text: v.string(), size: v.number() })]);
  const named = type.module({
    tree: { text: "string", kids: "(tree | leaf)[]" },
    leaf: { text: "string", "size?": "number" },
  });
  const value = { text: "a", kids: [{ text: "b", kids: [{ text: "c", kids: [] }] }] };
  for (const schema of [Tree, Lazy, toStandardJsonSchema(any), named.tree]) {
    assert.deepEqual(taken(schema, value), value);
    const bad = { text: "a", kids: [{ text: "b", kids: [{ text: "c", kids: "none" }] }] };
    assert.ok(Array.isArray(taken(schema, bad)));
    assert.deepEqual(sent(schema, bad), { text: "a", kids: [{ text: "b", kids: [{ text: "c" }] }] });
  }
});

test("what the developer transforms may drop, rename and add members", () => {
  const renamed = z.union([
    z.object({ old: z.string(), drop: z.string() }).transform(({ old }) => ({ name: old, added: 1 })),
    z.object({ name: z.string(), text: z.string().transform(Number) }),
  ]);
  assert.deepEqual(taken(renamed, { old: "x", drop: "y" }), { name: "x", added: 1 });
  assert.deepEqual(taken(renamed, { name: "x", text: "4" }), { name: "x", text: 4 });
  const codec = z.codec(z.object({ at: z.string() }), z.object({ when: z.number() }), {
    decode: ({ at }) => ({ when: Date.parse(at), surplus: 1 }),
    encode: ({ when }) => ({ at: new Date(when).toISOString() }),
  });
  const at = "1970-01-01T00:00:00.000Z";
  assert.deepEqual(taken(z.union([codec, z.object({ at: z.string(), by: z.string() })]), { at }), { when: 0 });
  const parsed = z.string().transform((text): unknown => JSON.parse(text));
  const afterwards = z.object({ a: parsed.pipe(z.union([z.object({ x: z.string() }), z.object({ y: z.string() })])) });
  assert.deepEqual(taken(afterwards, { a: '{"x":"1","z":2}' }), { a: { x: "1" } });
  const preprocessed = z.preprocess(
    (one) => Object.assign({}, one),
    z.union([z.object({ x: z.string() }), z.object({ x: z.string(), y: z.string() })]),
  );
  assert.deepEqual(taken(preprocessed, { x: "1", y: "2" }), { x: "1", y: "2" });
});

test("defaults, checks and messages of the schemas around a union stay", () => {
  let made = 0;
  const inner = z.union([z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string() })]);
  const schema = z
    .object({
      id: z.number().default(() => (made += 1)),
      one: inner.refine(({ a }) => a !== "bad", "not bad"),
      maybe: inner.optional(),
    })
    .refine(({ one }) => one.a !== "worse", { error: "not worse", path: ["one"] });
  const take = taker(schema);
  const before = made;
  assert.deepEqual(take({ one: { a: "1", b: "2" } }), { id: before + 1, one: { a: "1", b: "2" } });
  assert.deepEqual(take({ one: { a: "1" } }), { id: before + 2, one: { a: "1" } });
  assert.deepEqual(taken(schema, { one: { a: "bad", b: "2" } }, "detail"), ["not bad"]);
  assert.deepEqual(taken(schema, { one: { a: "worse", b: "2" } }, "detail"), ["not worse"]);
});

test("an alternative that is asynchronous is waited for, and drops nothing", async () => {
  const schema = z.union([
    z.object({ id: z.string() }).refine(() => Promise.resolve(true)),
    z.object({ id: z.string(), email: z.string() }).refine(({ email }) => Promise.resolve(email !== "bad")),
  ]);
  assert.deepEqual(await taken(schema, { id: "1", email: "e" }), { id: "1", email: "e" });
  assert.ok(Array.isArray(await taken(schema, { id: "1", email: "bad" })));
});

test("the application's own valibot schema is as it was, even if it throws", () => {
  const union = v.union([
    v.object({ id: v.string() }),
    v.pipe(
      v.object({ id: v.string(), email: v.string() }),
      v.check(() => {
        throw new Error("broken");
      }),
    ),
  ]);
  const run = union["~run"];
  assert.throws(() => taken(toStandardJsonSchema(union), { id: "1", email: "e" }), /broken/u);
  assert.equal(union["~run"], run);
  assert.deepEqual(v.parse(union, { id: "1", email: "e" }), { id: "1" });
});

test("ambiguous unions nested in each other are asked a number of times that grows with their depth, not with a power of it", () => {
  let asked = 0;
  const counted = (further: z.ZodRawShape): z.ZodType =>
    z.object({ next: z.lazy(() => Any).optional(), ...further }).refine(() => (asked += 1) > 0);
  const Any: z.ZodType = z.union([counted({}), counted({ a: z.string().optional() }), counted({ b: z.string().optional() })]);
  let [good, bad]: object[] = [{ b: "x" }, { b: 1 }];
  for (let depth = 0; depth < 20; depth += 1)
    [good, bad] = [
      { next: good, b: "x" },
      { next: bad, b: "x" },
    ];
  assert.deepEqual(taken(Any, good), good);
  assert.ok(Array.isArray(taken(Any, bad)));
  assert.doesNotThrow(() => sent(Any, bad));
  assert.ok(asked < 20_000, String(asked));
});
