/**
 * Random unions of objects in three libraries, compared with a model: an alternative accepts the members that it declares, and no
 * others.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import { resultShape } from "../route/result-shape.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import type { AnySchema } from "./schema.ts";
import { taker } from "./union.fixture.ts";

type Kind = "text" | "short" | "number";
type Alternative = Readonly<Record<string, { readonly kind: Kind; readonly optional: boolean }>>;
type Sent = Readonly<Record<string, string | number>>;

const name = fc.constantFrom("a", "b", "c", "d");
const member = fc.record({ kind: fc.constantFrom<Kind>("text", "short", "number"), optional: fc.boolean() });
const alternatives = fc.array(fc.dictionary(name, member, { minKeys: 1, noNullPrototype: true }), { minLength: 2, maxLength: 4 });
const sentMember = fc.constantFrom<string | number>("x", "too long", 1);
const sentObject = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), sentMember, { noNullPrototype: true });

const fits = (kind: Kind, value: string | number): boolean =>
  kind === "number" ? typeof value === "number" : typeof value === "string" && (kind === "text" || value.length <= 2);

/** Whether an alternative alone accepts a value, and declares all of it. */
function accepts(alternative: Alternative, value: Sent): boolean {
  return (
    Object.entries(value).every(([key, one]) => {
      const declared = Object.hasOwn(alternative, key) ? alternative[key] : undefined;
      return declared !== undefined && fits(declared.kind, one);
    }) && Object.entries(alternative).every(([key, { optional }]) => optional || Object.hasOwn(value, key))
  );
}

/** The part of a value that an alternative declares. */
function cutTo(alternative: Alternative, value: Sent): Sent {
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(alternative, key)));
}

const zodKinds = { text: z.string(), short: z.string().max(2), number: z.number() };
const valibotKinds = { text: v.string(), short: v.pipe(v.string(), v.maxLength(2)), number: v.number() };
const arktypeKinds = { text: "string", short: "string <= 2", number: "number" } as const;

function zodList(model: readonly Alternative[]): AnySchema {
  const objects = model.map((one) =>
    z.object(
      Object.fromEntries(
        Object.entries(one).map(([key, { kind, optional }]) => [key, optional ? zodKinds[kind].optional() : zodKinds[kind]]),
      ),
    ),
  );
  return z.array(z.union(objects));
}

function valibotList(model: readonly Alternative[]): AnySchema {
  const objects = model.map((one) =>
    v.object(
      Object.fromEntries(
        Object.entries(one).map(([key, { kind, optional }]) => [
          key,
          optional ? v.optional(valibotKinds[kind]) : valibotKinds[kind],
        ]),
      ),
    ),
  );
  return toStandardJsonSchema(v.array(v.union(objects)));
}

function arktypeList(model: readonly Alternative[]): AnySchema {
  const objects = model.map((one) =>
    type(
      Object.fromEntries(Object.entries(one).map(([key, { kind, optional }]) => [optional ? `${key}?` : key, arktypeKinds[kind]])),
    ),
  );
  const [first = type({}), ...others] = objects;
  return others.reduce((union, one) => union.or(one), first).array();
}

/** Whether the library has kept all alternatives; arktype leaves out those that others contain. */
function keepsAll(schema: AnySchema, model: readonly Alternative[]): boolean {
  const items: unknown = Reflect.get(Object(jsonSchemaOf(schema, "test")["items"]), "anyOf");
  return Array.isArray(items) && items.length === model.length;
}

for (const [library, list] of Object.entries({ zod: zodList, valibot: valibotList, arktype: arktypeList })) {
  test(`${library}: a body is taken whole exactly if an alternative alone accepts it`, () => {
    let whole = 0;
    fc.assert(
      fc.property(alternatives, fc.array(sentObject, { minLength: 6, maxLength: 6 }), (model, values) => {
        const schema = list(model);
        const take = taker(schema);
        const complete = keepsAll(schema, model);
        for (const value of values) {
          const expected = model.some((one) => accepts(one, value));
          const result = take([value]);
          const isTaken = Array.isArray(result) && typeof result[0] === "object";
          if (isTaken) assert.deepEqual(result, [value]);
          if (isTaken || complete) assert.equal(isTaken, expected, JSON.stringify([model, value, result]));
          if (isTaken) whole += 1;
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(whole > 20);
  });

  test(`${library}: of a result leaves only what an alternative that accepts it declares, and all of a result that fits`, () => {
    let left = 0;
    fc.assert(
      fc.property(alternatives, fc.array(sentObject, { minLength: 6, maxLength: 6 }), (model, values) => {
        const schema = list(model);
        const shape = resultShape(schema, "test");
        const complete = keepsAll(schema, model);
        for (const value of values) {
          const cuts = model.map((one) => ({ one, cut: cutTo(one, value) })).filter(({ one, cut }) => accepts(one, cut));
          const sent = firstItem(() => shape([value]));
          const about = JSON.stringify([model, value, sent]);
          if (sent === undefined) {
            assert.equal(cuts.length, 0, about);
            continue;
          }
          left += 1;
          assert.ok(
            model.some((one) => accepts(one, sent)),
            about,
          );
          for (const [key, member] of Object.entries(sent)) assert.equal(member, value[key], about);
          if (cuts.length > 0)
            assert.ok(
              cuts.some(({ cut }) => isDeepStrictEqual(cut, sent)),
              about,
            );
          if (complete && model.some((one) => accepts(one, value))) assert.deepEqual(sent, value);
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(left > 20);
  });
}

/** The only item of what a result is cut to; `undefined` if the result does not fit. */
function firstItem(shaped: () => unknown): Sent | undefined {
  try {
    const items = shaped();
    const [first]: readonly Sent[] = Array.isArray(items) ? items : [];
    // arktype's copies may have another prototype.
    return first && { ...first };
  } catch (error) {
    assert.equal(Reflect.get(Object(error), "code"), "wrong_result");
    return undefined;
  }
}
