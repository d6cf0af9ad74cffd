import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import type { AnySchema } from "../schema/schema.ts";
import { secret } from "../secret/redacted.ts";
import { eventStream } from "./event-stream.ts";
import { json } from "./json.ts";
import { messages } from "./messages.ts";
import { checkLimited } from "./open-result.ts";
import { get } from "./route.ts";
import { unchecked } from "./unchecked.ts";

const open: Readonly<Record<string, AnySchema>> = {
  "z.any()": z.any(),
  "z.unknown()": z.unknown(),
  "z.any().optional()": z.any().optional(),
  "a list": z.array(z.unknown()),
  "a list of arktype": type("unknown[]"),
  "a tuple with a rest": z.tuple([z.string()]).rest(z.any()),
  "an alternative of a union": z.union([z.object({ id: z.string() }), z.unknown()]),
  "arktype's unknown": type("unknown"),
  "valibot's any()": toStandardJsonSchema(v.any()),
};

const Folder: z.ZodType = z.object({
  name: z.string(),
  folders: z.record(
    z.string(),
    z.lazy(() => Folder),
  ),
});
const limited: Readonly<Record<string, AnySchema>> = {
  "an object": z.object({ id: z.string() }),
  "arktype's object": type({ id: "string" }),
  "valibot's object": toStandardJsonSchema(v.object({ id: v.string() })),
  "a member that somebody named": z.object({ id: z.string(), settings: z.unknown() }),
  "z.record()": z.record(z.string(), z.unknown()),
  "a record of records": z.record(z.string(), z.record(z.string(), z.any())),
  "z.looseObject()": z.looseObject({ id: z.string() }),
  "z.json()": z.json(),
  "arktype's index signature": type({ "[string]": "unknown" }),
  "valibot's looseObject()": toStandardJsonSchema(v.looseObject({ id: v.string() })),
  "a record of numbers": z.record(z.string(), z.number()),
  "a record of a few names": z.partialRecord(z.enum(["a", "b"]), z.unknown()),
  "an intersection that limits it": z.intersection(z.object({ id: z.string() }), z.any()),
  "a tree": Folder,
  "nothing at all": z.never(),
  "a text": z.string(),
  "unchecked()": unchecked("administrators export whole rows"),
};

describe("a schema that anything fits is not a limit", () => {
  for (const [name, schema] of Object.entries(open)) {
    test(`${name} is refused`, () => {
      assert.throws(() => checkLimited(schema, "the response of GET /a"), {
        code: "wrong_schema",
        message: /^the response of GET \/a: list the members that may leave, .* or write unchecked\("reason"\)/,
      });
    });
  }
  for (const [name, schema] of Object.entries(limited)) test(`${name} is not`, () => checkLimited(schema, "here"));
});

const row = { id: "u1", passwordHash: "$argon2id$" };
const apiOf = (response: AnySchema, result: () => unknown) => {
  const route: unknown = Reflect.apply(get, undefined, ["/rows", { public: "a test", response }, result]);
  return createApi({ title: "t", version: "1", onError: () => {}, routes: [route as ReturnType<typeof get>] });
};
const textOf = async (response: AnySchema, result: () => unknown): Promise<string> =>
  (await apiOf(response, result).fetch(new Request("http://x/rows"))).text();

test("responses, JSON of another type, events and messages are limited, or say why not", async () => {
  const refused = { code: "wrong_schema", message: /list the members that may leave/ };
  const events = (): unknown => [{ data: row }];
  assert.throws(() => apiOf(z.any(), () => row), refused);
  assert.throws(() => apiOf(json("application/ld+json", z.any()), () => row), refused);
  assert.throws(() => apiOf(eventStream(z.any()), events), refused);
  assert.throws(() => messages({ sends: z.any() }), refused);

  assert.equal(await textOf(z.object({ id: z.string() }), () => row), '{"id":"u1"}');
  assert.equal(await textOf(eventStream(z.object({ id: z.string() })), events), 'data: {"id":"u1"}\n\n');
  const open = unchecked("administrators see whole rows");
  assert.equal(await textOf(open, () => row), JSON.stringify(row));
  assert.equal(await textOf(eventStream(open), events), `data: ${JSON.stringify(row)}\n\n`);
  messages({ sends: open });
});

test("the document shows the reason beside the events", () => {
  const api = apiOf(eventStream(unchecked("administrators see whole rows")), () => []);
  assert.match(JSON.stringify(api.openapi().paths), /"x-lockstep-unchecked":"administrators see whole rows"/);
});

test("a Secret in an event that is not limited is not sent", async () => {
  const events = (): unknown => [{ data: { hash: secret("a") } }];
  await assert.rejects(textOf(eventStream(unchecked("everything")), events), { code: "secret_in_response" });
});
