/** Every kind of result, with a schema, without one and with unchecked(); returned, promised and inside reply(). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { BuildError } from "../problem/error.ts";
import type { AnySchema } from "../schema/schema.ts";
import { Problem } from "../problem/problem.ts";
import { reply } from "../outcome/reply.ts";
import { get, type Route } from "./route.ts";
import { checkSendable, plainResult } from "./sendable.ts";
import { answersOf } from "./declared-answer.ts";
import { stream } from "../outcome/stream.ts";
import { unchecked } from "./unchecked.ts";

/** How a handler hands its result over. */
const ways: Readonly<Record<string, (result: unknown) => unknown>> = {
  returned: (result) => result,
  promised: (result) => Promise.resolve(result),
  "inside reply()": (result) => reply(200, result),
  "promised inside reply()": (result) => Promise.resolve(reply(200, result)),
};

/** A union of everything that the tests below send with a schema. */
const anything = z.union([
  z.object({ a: z.int(), list: z.array(z.int()).optional() }),
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
]);
const schemas: Readonly<Record<string, AnySchema | undefined>> = {
  "without a schema": undefined,
  "with a schema": anything,
  unchecked: unchecked("a test"),
};

/** What leaves. The compiler has not seen the route: through `any` everything may come. */
async function sent(
  result: unknown,
  way: string,
  response: AnySchema | undefined,
): Promise<{ status: number; body: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const { definition } = get("/", { public: "a test" }, () => "x");
  const handler = (): unknown => ways[way]?.(result);
  const route: Route = {
    method: "GET",
    template: "/",
    definition: { ...definition, answers: answersOf("GET", "GET /", { response }), handler },
  };
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError: (error) => errors.push(error), routes: [route] });
  const answer = await api.fetch(new Request("http://x/"));
  return { status: answer.status, body: await answer.text(), errors };
}

/** Each refused: a 500 that says nothing, and `wrong_result` for the developer. */
async function isRefused(result: unknown, way: string, kind: string, message: RegExp): Promise<void> {
  const { status, body, errors } = await sent(result, way, schemas[kind]);
  const [error] = errors;
  const where = `${way}, ${kind}`;
  assert.deepEqual([status, errors.length], [500, 1], where);
  assert.match(body, /"code":"internal_error"/, where);
  assert.doesNotMatch(body, /secret/, where);
  assert.ok(error instanceof BuildError && error.code === "wrong_result", where);
  assert.match(error.message, message, where);
  assert.doesNotMatch(error.message, /secret/, "the message never shows the value");
}

class SecretError extends Error {
  override readonly name = "SecretError";
}

const never: readonly (readonly [name: string, make: () => unknown, message: RegExp])[] = [
  ["a web Response", () => new Response("secret"), /returned a web Response: return the body, or reply\(status, body/],
  ["a Map", () => new Map([["a", "secret"]]), /returned a collection that JSON writes as \{\}: return Object\.fromEntries\(map\)/],
  ["a Set", () => new Set(["secret"]), /returned a collection/],
  ["an Error", () => new SecretError("secret"), /returned an error \(SecretError\): throw it/],
  ["a Problem", () => new Problem(409, "taken", "secret"), /returned a problem: throw it/],
  ["a bigint", () => 12n, /returned a bigint: JSON has none, so return String\(value\)/],
  ["a function", () => () => "secret", /returned a function: return its value/],
  ["a symbol", () => Symbol("secret"), /returned a symbol/],
];

for (const [name, make, message] of never) {
  test(`${name} is never a result, whatever the schema says and however it is handed over`, async () => {
    for (const way of Object.keys(ways)) for (const kind of Object.keys(schemas)) await isRefused(make(), way, kind, message);
  });
}

test("a promise or another reply in a reply is not a body", async () => {
  const makes: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => Promise.resolve("secret"), /returned a promise in a reply: await it first/],
    [() => reply(200, "secret"), /returned a reply in a reply: return one of them/],
    [() => stream(["secret"], { type: "text/plain" }), /returned a reply in a reply/],
  ];
  for (const [make, message] of makes) {
    for (const way of ["inside reply()", "promised inside reply()"]) {
      for (const kind of Object.keys(schemas)) await isRefused(make(), way, kind, message);
    }
  }
});

test("an object or a list leaves through a schema or unchecked(), and not without one", async () => {
  const advice = /declare \{ response: schema \} or \{ response: unchecked\("reason"\) \}/;
  for (const way of Object.keys(ways)) {
    for (const result of [{ a: "secret" }, ["secret"], new Date(0), new URL("http://secret"), Object.create(null)]) {
      await isRefused(result, way, "without a schema", advice);
    }
    for (const kind of ["with a schema", "unchecked"]) {
      const { status, body } = await sent({ a: 1, list: [2] }, way, schemas[kind]);
      assert.deepEqual([status, body], [200, '{"a":1,"list":[2]}'], `${way}, ${kind}`);
    }
  }
});

test("a value without members needs no schema", async () => {
  const plain: readonly (readonly [result: unknown, body: string])[] = [
    ["Ok", '"Ok"'],
    [1, "1"],
    [true, "true"],
    [false, "false"],
    [null, "null"],
  ];
  for (const way of Object.keys(ways)) {
    for (const [result, body] of plain) {
      for (const kind of Object.keys(schemas)) {
        const answer = await sent(result, way, schemas[kind]);
        assert.deepEqual([answer.status, answer.body], [200, body], `${way}, ${kind}: ${body}`);
      }
    }
  }
});

test("bytes and nothing are not JSON: only unchecked() sends them as they are", async () => {
  for (const kind of Object.keys(schemas)) {
    const isUnchecked = kind === "unchecked";
    const bytes = await sent(new TextEncoder().encode("raw"), "returned", schemas[kind]);
    assert.deepEqual([bytes.status, isUnchecked ? bytes.body : undefined], isUnchecked ? [200, "raw"] : [500, undefined], kind);
    // The document says content: nothing would be another answer.
    const status = isUnchecked ? 204 : 500;
    assert.equal((await sent(undefined, "returned", schemas[kind])).status, status, kind);
    assert.equal((await sent(undefined, "promised", schemas[kind])).status, status, kind);
  }
});

test("a schema cuts and validates what it takes, in every way", async () => {
  const Note = z.object({ id: z.string() });
  for (const way of Object.keys(ways)) {
    assert.equal((await sent({ id: "1", passwordHash: "secret" }, way, Note)).body, '{"id":"1"}', way);
    const wrong = await sent({ id: 1, passwordHash: "secret" }, way, Note);
    assert.deepEqual([wrong.status, wrong.errors.length], [500, 1], way);
  }
});

test("the checks themselves: what passes is given back as it is, and the message names the kind", () => {
  for (const value of ["x", 1, true, null, undefined]) assert.equal(plainResult(value, "here"), value);
  for (const value of [{}, [], "x", null, undefined, new Date()]) checkSendable(value, "here");
  assert.throws(() => plainResult([], "here"), {
    code: "wrong_result",
    message: /^here: declare \{ response: schema \} .*, here an array$/,
  });
  assert.throws(() => plainResult({}, "here"), { code: "wrong_result", message: /here an object$/ });
});
