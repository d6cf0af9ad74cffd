/** Dates, bigints, codecs and `undefined` in answers. JSON has none of them; the answer has the form that the document shows. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { reply } from "../outcome/reply.ts";
import type { AnySchema } from "../schema/schema.ts";
import { get, type Route } from "./route.ts";

const at = new Date(0);
const iso = "1970-01-01T00:00:00.000Z";
const time = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });
const amount = z.codec(z.string().regex(/^\d+$/), z.bigint(), { decode: (text) => BigInt(text), encode: (value) => String(value) });
const count = z.codec(z.string(), z.number(), { decode: Number, encode: String });

/** The compiler has not seen the route: through `any` everything may come. */
function routeOf(schema: AnySchema, result: unknown): Route {
  return get("/a", { public: "a test", response: schema as z.ZodType<unknown, string> }, () => result as string);
}

async function sent(schema: AnySchema, result: unknown) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const routes = [routeOf(schema, result)];
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError, routes });
  const response = await api.fetch(new Request("http://x/a"));
  const documented = api.openapi().paths["/a"]?.get?.responses["200"]?.content?.["application/json"]?.schema;
  return { status: response.status, text: await response.text(), documented, error: String(errors[0]) };
}

const text = (of: Record<string, unknown>) => ({
  type: "object",
  properties: of,
  required: Object.keys(of),
  additionalProperties: false,
});

describe("is sent as the document says", () => {
  const rows: readonly (readonly [name: string, schema: AnySchema, result: unknown, text: string, documented?: unknown])[] = [
    ["a Date where the schema is a date-time", z.object({ at: z.iso.datetime() }), { at }, `{"at":"${iso}"}`],
    ["a Date through a codec that is inverted", z.object({ at: z.invertCodec(time) }), { at }, `{"at":"${iso}"}`],
    [
      "a bigint through a codec that is inverted",
      z.object({ amount: z.invertCodec(amount) }),
      { amount: 2n ** 64n },
      '{"amount":"18446744073709551616"}',
      text({ amount: { type: "string", pattern: "^\\d+$" } }),
    ],
    [
      "a bigint that a schema turns into text",
      z.object({ amount: z.bigint().transform(String).pipe(z.string()) }),
      { amount: 12n },
      '{"amount":"12"}',
      text({ amount: { type: "string" } }),
    ],
    ["a codec to a number", z.object({ n: count }), { n: "12" }, '{"n":12}', text({ n: { type: "number" } })],
    ["a codec inside reply()", z.object({ at: z.invertCodec(time) }), reply(200, { at }), `{"at":"${iso}"}`],
    [
      "an optional member that is undefined",
      z.object({ a: z.string().optional(), b: z.string() }),
      { a: undefined, b: "x" },
      '{"b":"x"}',
    ],
    ["a member with a default", z.object({ a: z.string().default("d") }), { a: undefined }, '{"a":"d"}'],
    ["null in a list of texts or null", z.array(z.string().nullable()), ["a", null], '["a",null]'],
    ["a text that contains null", z.array(z.string()), ["null"], '["null"]'],
    [
      "null beside a date",
      z.object({ at: z.iso.datetime(), end: z.iso.datetime().nullable() }),
      { at, end: null },
      `{"at":"${iso}","end":null}`,
    ],
  ];
  for (const [name, schema, result, expected, document] of rows) {
    test(name, async () => {
      const answer = await sent(schema, result);
      assert.deepEqual([answer.status, answer.text], [200, expected], answer.error);
      if (document !== undefined) assert.deepEqual(answer.documented, document);
    });
  }
});

describe("is 500, and the error says where", () => {
  const rows: readonly (readonly [name: string, schema: AnySchema, result: unknown, error: RegExp])[] = [
    ["a bigint where the schema says text", z.object({ n: z.string() }), { n: 12n }, /at \/n: they do not fit/],
    ["a bigint where the schema takes anything", z.object({ n: z.unknown() }), { n: 12n }, /BigInt/],
    ["the decoded value where a codec decodes", z.object({ n: count }), { n: 12 }, /at \/n: they do not fit/],
    ["a member that is missing as undefined", z.object({ a: z.string() }), { a: undefined }, /at \/a: they do not fit/],
    ["undefined where null is meant", z.object({ a: z.string().nullable() }), { a: undefined }, /at \/a: they do not fit/],
    ["undefined in a list, which would be null", z.array(z.string().optional()), ["a", undefined], /leave undefined out of lists/],
    [
      "undefined in a list below",
      z.object({ a: z.array(z.object({ b: z.array(z.string().optional()) })) }),
      { a: [{ b: [undefined] }] },
      /the response of GET \/a: leave undefined out of lists/,
    ],
  ];
  for (const [name, schema, result, error] of rows) {
    test(name, async () => {
      const answer = await sent(schema, result);
      assert.equal(answer.status, 500);
      assert.match(answer.error, error);
    });
  }
});

test("a response whose output JSON does not have does not start, and the message says what to write", () => {
  const start = (schema: AnySchema) => createApi({ title: "t", version: "1", routes: [routeOf(schema, at)] });
  const advice = { code: "wrong_schema", message: /z\.iso\.datetime\(\) instead of z\.date\(\), z\.invertCodec\(codec\)/ };
  for (const schema of [time, amount, z.date(), z.bigint(), z.object({ a: time }), z.array(amount), z.bigint().transform(String)])
    assert.throws(() => start(schema), advice);
});
