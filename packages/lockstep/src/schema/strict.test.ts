import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import type { AnySchema } from "./schema.ts";
import { strictnessOf } from "./strict.ts";

const unknownKeys = (schema: AnySchema, value: unknown) => strictnessOf(schema, "test").unknownKeys(value);
const prune = (schema: AnySchema, value: unknown) => strictnessOf(schema, "test").prune(value);

const users: Readonly<Record<string, AnySchema>> = {
  zod: z.object({ name: z.string(), tags: z.array(z.object({ text: z.string() })).optional() }),
  "zod strict": z.strictObject({ name: z.string(), tags: z.array(z.strictObject({ text: z.string() })).optional() }),
  valibot: toStandardJsonSchema(v.object({ name: v.string(), tags: v.optional(v.array(v.object({ text: v.string() }))) })),
  arktype: type({ name: "string", "tags?": type({ text: "string" }).array() }),
};

for (const [library, schema] of Object.entries(users)) {
  test(`${library}: an undeclared member is unknown on the way in and dropped on the way out`, () => {
    const value = { name: "a", isAdmin: true, tags: [{ text: "x" }, { text: "y", "a/b~": 1 }] };
    assert.deepEqual(unknownKeys(schema, value), ["/isAdmin", "/tags/1/a~1b~0"]);
    assert.deepEqual(prune(schema, value), { name: "a", tags: [{ text: "x" }, { text: "y" }] });
    assert.equal(value.isAdmin, true);
  });

  test(`${library}: a value without undeclared members is not copied`, () => {
    const value = { name: "a", tags: [{ text: "x" }] };
    assert.deepEqual(unknownKeys(schema, value), []);
    assert.equal(prune(schema, value), value);
  });
}

const open: Readonly<Record<string, AnySchema>> = {
  looseObject: z.looseObject({ a: z.string() }),
  catchall: z.object({ a: z.string() }).catchall(z.unknown()),
  record: z.record(z.string(), z.unknown()),
  any: z.any(),
  "valibot record": toStandardJsonSchema(v.record(v.string(), v.unknown())),
  "valibot looseObject": toStandardJsonSchema(v.looseObject({ a: v.string() })),
  "valibot objectWithRest": toStandardJsonSchema(v.objectWithRest({ a: v.string() }, v.unknown())),
  "arktype index": type({ a: "string", "[string]": "unknown" }),
};

for (const [name, schema] of Object.entries(open)) {
  test(`${name} is open`, () => {
    const value = { a: "x", further: { anything: 1 } };
    assert.deepEqual(unknownKeys(schema, value), []);
    assert.equal(prune(schema, value), value);
  });
}

const closed: Readonly<Record<string, AnySchema>> = {
  "an empty object": z.object({}),
  "arktype's object": type("object"),
  "valibot's object": toStandardJsonSchema(v.object({})),
  "valibot's strictObject": toStandardJsonSchema(v.strictObject({})),
  "zod's strictObject": z.strictObject({}),
  "arktype's object literal, which keeps the rest by itself": type({ "b?": "string", "+": "ignore" }),
  "arktype's object that drops the rest": type({ "b?": "string", "+": "delete" }),
  "arktype's object that refuses the rest": type({ "b?": "string", "+": "reject" }),
};

for (const [name, schema] of Object.entries(closed)) {
  test(`${name} is closed`, () => {
    assert.deepEqual(unknownKeys(schema, { a: 1 }), ["/a"]);
    assert.deepEqual(prune(schema, { a: 1 }), {});
  });
}

test("records are strict inside, and limited to their names", () => {
  assert.deepEqual(unknownKeys(z.record(z.string(), z.object({ a: z.string() })), { x: { a: "", b: 1 } }), ["/x/b"]);
  assert.deepEqual(unknownKeys(z.partialRecord(z.enum(["a", "b"]), z.string()), { a: "", c: "" }), ["/c"]);
  assert.deepEqual(prune(type({ "[/^x-/]": "string" }), { "x-a": "1", y: "2" }), { "x-a": "1" });
});

test("a value is strict with the alternative it belongs to", () => {
  const admin = z.object({ kind: z.literal("admin"), power: z.string() });
  const guest = z.object({ kind: z.literal("guest"), day: z.string() });
  for (const schema of [z.discriminatedUnion("kind", [admin, guest]), z.union([admin, guest])]) {
    assert.deepEqual(unknownKeys(schema, { kind: "guest", day: "x", power: "all" }), ["/power"]);
    assert.deepEqual(prune(schema, { kind: "admin", day: "x", power: "all" }), { kind: "admin", power: "all" });
    assert.deepEqual(unknownKeys(schema, { kind: "admin", power: "all" }), []);
  }
});

test("a discriminator decides even if a coercing member has another type than its schema says", () => {
  const schema = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), count: z.coerce.number() }),
    z.object({ kind: z.literal("b"), count: z.coerce.number(), secret: z.string() }),
  ]);
  assert.deepEqual(prune(schema, { kind: "a", count: "5", secret: "x" }), { kind: "a", count: "5" });
  assert.deepEqual(prune(schema, { kind: "b", count: "5", secret: "x" }), { kind: "b", count: "5", secret: "x" });
});

test("if several alternatives fit, any that knows all members accepts", () => {
  const schema = z.union([z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string().optional() })]);
  assert.deepEqual(unknownKeys(schema, { a: "x", b: "y" }), []);
  assert.deepEqual(unknownKeys(schema, { a: "x", c: "y" }), ["/c"]);
  assert.deepEqual(unknownKeys(z.object({ a: z.string() }).nullable(), { a: "", b: 1 }), ["/b"]);
  assert.deepEqual(
    unknownKeys(
      toStandardJsonSchema(v.variant("t", [v.object({ t: v.literal(1) }), v.object({ t: v.literal(2), x: v.string() })])),
      { t: 1, x: "" },
    ),
    ["/x"],
  );
  assert.deepEqual(unknownKeys(type({ t: "'a'" }).or({ t: "'b'", x: "string" }), { t: "a", x: "" }), ["/x"]);
});

test("an intersection knows the members of all its parts", () => {
  const both = toStandardJsonSchema(
    v.intersect([v.object({ a: v.object({ x: v.string() }) }), v.object({ a: v.object({ y: v.string() }), b: v.string() })]),
  );
  assert.deepEqual(unknownKeys(both, { a: { x: "", y: "", z: 1 }, b: "", c: "" }), ["/a/z", "/c"]);
  assert.deepEqual(
    unknownKeys(z.intersection(z.object({ a: z.string() }), z.union([z.object({ b: z.string() }), z.object({ c: z.string() })])), {
      a: "",
      c: "",
      d: "",
    }),
    ["/d"],
  );
});

test("tuples are strict at each position", () => {
  const schema = z.tuple([z.object({ a: z.string() })], z.object({ b: z.string() }));
  assert.deepEqual(unknownKeys(schema, [{ a: "", b: "" }, { b: "" }, { a: "", b: "" }]), ["/0/b", "/2/a"]);
});

test("recursive schemas are strict all the way down", () => {
  const Tree = z.object({
    text: z.string(),
    get children() {
      return z.array(Tree);
    },
  });
  const LazyTree: v.GenericSchema = v.object({ text: v.string(), children: v.array(v.lazy(() => LazyTree)) });
  const named = type.module({ node: { text: "string", children: "node[]" } });
  for (const schema of [Tree, toStandardJsonSchema(LazyTree), named.node]) {
    const value = { text: "", children: [{ text: "", children: [{ text: "", children: [], extra: 1 }] }] };
    assert.deepEqual(unknownKeys(schema, value), ["/children/0/children/0/extra"]);
    assert.deepEqual(prune(schema, value), { text: "", children: [{ text: "", children: [{ text: "", children: [] }] }] });
  }
});

// The timeout does not measure speed: 3 to the power of 30 visits would not end in it.
test("ambiguous unions nested in each other cost no power of their depth (D-13)", { timeout: 60_000 }, () => {
  const branch = (rest: z.ZodRawShape) => z.object({ next: z.lazy(() => Any).optional(), ...rest });
  const Any: z.ZodType = z.union([branch({}), branch({ a: z.string().optional() }), branch({ b: z.string().optional() })]);
  let value: object = { odd: 1 };
  for (let depth = 0; depth < 30; depth += 1) value = { next: value };
  assert.deepEqual(unknownKeys(Any, value), [`${"/next".repeat(30)}/odd`]);
});

test("a prototype's name is never known and never let out", () => {
  const value = JSON.parse('{"__proto__":{"isAdmin":true},"a":"x","constructor":1}');
  assert.deepEqual(unknownKeys(z.object({ a: z.string() }), value), ["/__proto__", "/constructor"]);
  const kept = prune(z.looseObject({ a: z.string() }), value);
  assert.deepEqual(Object.keys(Object(kept)), ["a", "constructor"]);
  assert.equal(Reflect.get(Object(kept), "isAdmin"), undefined);
});

test("an instance of a class becomes a plain object with the declared members, getters included", () => {
  class User {
    readonly id = "1";
    readonly passwordHash = "$argon2id$";
    get name(): string {
      return "Ann";
    }
    toJSON(): object {
      return { ...this };
    }
  }
  const schema = z.object({ id: z.string(), name: z.string(), toString: z.string().optional() });
  assert.equal(JSON.stringify(prune(schema, new User())), '{"id":"1","name":"Ann"}');
  assert.equal(JSON.stringify(prune(z.array(schema), [new User()])), '[{"id":"1","name":"Ann"}]');
  class Exact {
    readonly id = "1";
    toJSON(): object {
      return { id: this.id, passwordHash: "$argon2id$" };
    }
  }
  assert.equal(JSON.stringify(prune(z.object({ id: z.string() }), new Exact())), '{"id":"1"}');
});

test("values that are not objects are left to the validator", () => {
  for (const value of [undefined, null, 1, "x", true, [], [1]]) {
    assert.deepEqual(unknownKeys(z.object({ a: z.string() }), value), []);
    assert.equal(prune(z.object({ a: z.string() }), value), value);
  }
  const date = new Date(0);
  assert.equal(Reflect.get(Object(prune(z.object({ at: z.any() }), { at: date })), "at"), date);
});

test("at most 100 unknown members are told", () => {
  assert.equal(
    unknownKeys(z.object({}), Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, 1]))).length,
    100,
  );
});

/** A schema with two levels and a value that has some of its members and some others. */
const names = fc.constantFrom("a", "b", "c", "d", "e", "toString", "x/y");
const inner = fc.uniqueArray(names);
const declared = fc.dictionary(names, fc.option(inner), { noNullPrototype: true });
const sent = fc.dictionary(names, fc.oneof(fc.integer(), fc.dictionary(names, fc.integer(), { noNullPrototype: true })), {
  noNullPrototype: true,
});

test("prune lets out exactly what is declared", () => {
  fc.assert(
    fc.property(declared, sent, (members, value) => {
      const object = (keys: readonly string[]) => z.object(Object.fromEntries(keys.map((key) => [key, z.any()])));
      const schema = z.object(
        Object.fromEntries(Object.entries(members).map(([key, nested]) => [key, nested === null ? z.any() : object(nested)])),
      );
      const expected: Record<string, unknown> = {};
      for (const [key, one] of Object.entries(value)) {
        if (!Object.hasOwn(members, key)) continue;
        const nested = members[key];
        const filters = typeof one === "object" && nested !== null && nested !== undefined;
        expected[key] = filters
          ? Object.fromEntries(Object.entries(one).filter(([name]) => nested.some((one) => one === name)))
          : one;
      }
      assert.deepEqual(prune(schema, value), expected);
      assert.equal(unknownKeys(schema, value).length === 0, JSON.stringify(expected) === JSON.stringify(value));
      assert.deepEqual(unknownKeys(schema, expected), []);
    }),
  );
});
