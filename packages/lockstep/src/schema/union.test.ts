import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { resultShape } from "../route/result-shape.ts";
import type { AnySchema } from "./schema.ts";
import { taken } from "./union.fixture.ts";

const sent = (schema: AnySchema, value: unknown): unknown => resultShape(schema, "test")(value);

const people: Readonly<Record<string, AnySchema>> = {
  zod: z.union([z.object({ id: z.string() }), z.object({ id: z.string(), email: z.string().max(20) })]),
  valibot: toStandardJsonSchema(
    v.union([v.object({ id: v.string() }), v.object({ id: v.string(), email: v.pipe(v.string(), v.maxLength(20)) })]),
  ),
  "valibot in a pipe": toStandardJsonSchema(
    v.pipe(
      v.union([
        v.object({ id: v.string() }),
        v.pipe(
          v.object({ id: v.string(), email: v.string() }),
          v.check(({ email }) => email.length <= 20),
        ),
      ]),
      v.check(({ id }) => id !== ""),
    ),
  ),
  // arktype leaves out an alternative that another one contains: with `{ id: "string" }` alone there would be no union.
  arktype: type({ id: "string", "nick?": "string" }).or({ id: "string", email: "string <= 20" }).or("null"),
};

const alice = { id: "1", email: "a@b.example" };
const long = { id: "1", email: "a-much-too-long-name@b.example" };

for (const [library, schema] of Object.entries(people)) {
  test(`${library}: the member of a later alternative reaches the handler and leaves in a response`, () => {
    assert.deepEqual(taken(schema, alice), alice);
    assert.deepEqual(sent(schema, alice), alice);
    assert.deepEqual(taken(schema, { id: "1" }), { id: "1" });
  });

  test(`${library}: a member that the alternative that accepts the value does not declare is refused and does not leave`, () => {
    assert.notDeepEqual(taken(schema, long), { id: "1" });
    assert.ok(Array.isArray(taken(schema, long)));
    assert.deepEqual(sent(schema, long), { id: "1" });
    assert.deepEqual(taken(schema, { ...alice, admin: true }), ["/admin"]);
  });

  test(`${library}: surplus members let no others out`, () => {
    assert.deepEqual(sent(schema, { ...alice, passwordHash: "x" }), { id: "1" });
  });
}

const nested: Readonly<Record<string, AnySchema>> = { zod: zodNested(), valibot: valibotNested(), arktype: arktypeNested() };

for (const [library, schema] of Object.entries(nested)) {
  test(`${library}: unions inside arrays, records and other unions decide for each object`, () => {
    const value = { list: [alice, { id: "2" }, alice], map: { a: alice }, nested: { kind: "x", who: alice } };
    assert.deepEqual(taken(schema, value), value);
    assert.deepEqual(sent(schema, value), value);
    const bad = { list: [alice, long], map: { a: { id: "1", x: 1 } }, nested: { kind: "x", who: alice, y: 1 } };
    const pointers = taken(schema, bad);
    assert.ok(Array.isArray(pointers));
    for (const pointer of ["/map/a/x", "/nested/y"]) assert.ok(pointers.includes(pointer), pointers.join());
    const { list: _list, ...rest } = bad;
    assert.ok(Array.isArray(taken(schema, { ...rest, list: [long], map: {}, nested: value.nested })));
    const cut = { list: [alice, { id: "1" }], map: { a: { id: "1" } }, nested: { kind: "x" } };
    assert.deepEqual(sent(schema, bad), cut);
    // Surplus members further down are not those of this object.
    const below = { kind: "x", who: { ...alice, passwordHash: "x" } };
    assert.deepEqual(sent(schema, { list: [], map: {}, nested: below }), {
      list: [],
      map: {},
      nested: { kind: "x", who: { id: "1" } },
    });
  });
}

function zodNested(): AnySchema {
  const person = z.union([z.object({ id: z.string() }), z.object({ id: z.string(), email: z.string().max(20) })]);
  const inner = z.union([z.object({ kind: z.string() }), z.object({ kind: z.string(), who: person })]);
  return z.object({ list: z.array(person), map: z.record(z.string(), person), nested: inner });
}

function valibotNested(): AnySchema {
  const email = v.pipe(v.string(), v.maxLength(20));
  const person = v.union([v.object({ id: v.string() }), v.object({ id: v.string(), email })]);
  const inner = v.union([v.object({ kind: v.string() }), v.object({ kind: v.string(), who: person })]);
  return toStandardJsonSchema(v.object({ list: v.array(person), map: v.record(v.string(), person), nested: inner }));
}

function arktypeNested(): AnySchema {
  const person = type({ id: "string", "nick?": "string" }).or({ id: "string", email: "string <= 20" });
  const inner = type({ kind: "string", "at?": "string" }).or({ kind: "string", who: person });
  return type({ list: person.array(), map: { "[string]": person }, nested: inner });
}
