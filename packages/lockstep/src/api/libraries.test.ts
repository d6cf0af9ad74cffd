/**
 * Every library, every kind of rule, every place where a route takes a schema: it starts, it is documented, and the rule holds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { body } from "../input/body.ts";
import { form } from "../input/form.ts";
import { query } from "../input/query.ts";
import { text as plainText } from "../route/text.ts";
import { post, type Route } from "../route/route.ts";
import type { AnySchema } from "../schema/schema.ts";
import { type Api, createApi } from "./api.ts";

/** The value that is sent for `text`, and the value that arrives. */
interface Case {
  /** A schema of `{ text }` … */
  readonly object: AnySchema;
  /** … and of the text alone, where the library has one. */
  readonly alone?: AnySchema;
  readonly sent: string | undefined;
  readonly arrives: unknown;
  /** A text that is refused; `undefined` if the rule refuses none. */
  readonly refused?: string;
  /** The documented types of the input and of the output. */
  readonly types: readonly [sent: string, received: string];
}

const short = (text: string): boolean => text.length < 5;
const text = ["string", "string"] as const;
const checked = { sent: "ok", arrives: "ok", refused: "too long", types: text };
const trimmed = { sent: " ok ", arrives: "ok", types: text };
const byDefault = { sent: undefined, arrives: "none", types: text };
const counted = { sent: "42", arrives: 42, refused: "many", types: ["string", "number"] } as const;

function zod(alone: z.ZodType, rest: Omit<Case, "object" | "alone">): Case {
  return { object: z.object({ text: alone }), alone, ...rest };
}

function valibot(alone: v.GenericSchema, rest: Omit<Case, "object" | "alone">): Case {
  return { object: toStandardJsonSchema(v.object({ text: alone })), alone: toStandardJsonSchema(alone), ...rest };
}

const cases: Readonly<Record<string, Case>> = {
  "zod: refine": zod(z.string().refine(short), checked),
  "zod: superRefine": zod(
    z.string().superRefine((value, context) => {
      if (!short(value)) context.addIssue("too long");
    }),
    checked,
  ),
  "zod: trim": zod(z.string().trim(), trimmed),
  "zod: default": zod(z.string().default("none"), byDefault),
  "zod: transform and pipe": zod(z.string().transform(Number).pipe(z.number()), counted),
  "zod: refine of the object": {
    object: z.object({ text: z.string() }).refine((value) => short(value.text)),
    ...checked,
  },
  "valibot: check": valibot(v.pipe(v.string(), v.check(short)), checked),
  "valibot: rawCheck": valibot(
    v.pipe(
      v.string(),
      v.rawCheck(({ dataset, addIssue }) => {
        if (dataset.typed && !short(dataset.value)) addIssue();
      }),
    ),
    checked,
  ),
  "valibot: trim": valibot(v.pipe(v.string(), v.trim()), trimmed),
  "valibot: default": valibot(v.optional(v.string(), "none"), byDefault),
  "valibot: transform and pipe": valibot(v.pipe(v.string(), v.transform(Number), v.number()), counted),
  "valibot: check of the object": {
    object: toStandardJsonSchema(
      v.pipe(
        v.object({ text: v.string() }),
        v.check((value) => short(value.text)),
      ),
    ),
    ...checked,
  },
  "arktype: narrow": { object: type({ text: type("string").narrow(short) }), alone: type("string").narrow(short), ...checked },
  "arktype: trim": { object: type({ text: "string.trim" }), alone: type("string.trim"), ...trimmed },
  "arktype: default": { object: type({ text: "string = 'none'" }), ...byDefault },
  "arktype: morph": { object: type({ text: "string.numeric.parse" }), alone: type("string.numeric.parse"), ...counted },
  "arktype: narrow of the object": {
    object: type({ text: "string" }).narrow((value) => short(value.text)),
    ...checked,
  },
};

const open = { public: "test" } as const;

function apiOf(...routes: readonly Route[]): Api {
  return createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [...routes] });
}

async function ask(api: Api, path: string, content?: URLSearchParams | object): Promise<Response> {
  const isForm = content instanceof URLSearchParams || content === undefined;
  const request = new Request(`http://x${path}`, {
    method: "POST",
    ...(content === undefined ? {} : { body: isForm ? content : JSON.stringify(content) }),
    ...(isForm ? {} : { headers: { "content-type": "application/json" } }),
  });
  return api.fetch(request);
}

/** The document's `text` inside a schema of `{ text }`. */
function typeOfText(schema: unknown): unknown {
  return (schema as { readonly properties?: { readonly text?: { readonly type?: unknown } } } | undefined)?.properties?.text?.type;
}

for (const [name, { object, sent, arrives, refused, types }] of Object.entries(cases)) {
  const given = sent === undefined ? {} : { text: sent };

  test(`${name}: a body`, async () => {
    let taken: unknown;
    const api = apiOf(post("/", { ...open, deps: { given: body(object) } }, ({ given }) => void (taken = given)));
    assert.equal((await ask(api, "/", given)).status, 204);
    assert.deepEqual({ ...(taken as object) }, { text: arrives });
    if (refused !== undefined) assert.equal((await ask(api, "/", { text: refused })).status, 422);
    const schema = api.openapi().paths["/"]?.post?.requestBody?.content["application/json"]?.schema;
    assert.equal(typeOfText(schema), types[0]);
  });

  test(`${name}: a form`, async () => {
    let taken: unknown;
    const api = apiOf(post("/", { ...open, deps: { given: form(object) } }, ({ given }) => void (taken = given)));
    assert.equal((await ask(api, "/", new URLSearchParams(given))).status, 204);
    assert.deepEqual({ ...(taken as object) }, { text: arrives });
    if (refused !== undefined) assert.equal((await ask(api, "/", new URLSearchParams({ text: refused }))).status, 422);
  });

  test(`${name}: a response, alone and beside one of another media type`, async () => {
    let result: unknown = given;
    const api = apiOf(
      post("/one", { ...open, response: object }, () => result),
      post("/several", { ...open, responses: { 200: object, 202: plainText("text/csv") } }, () => result as never),
    );
    for (const path of ["/one", "/several"]) {
      result = given;
      const response = await ask(api, path);
      assert.deepEqual([response.status, await response.json()], [200, { text: arrives }]);
      result = { text: refused };
      if (refused !== undefined) assert.equal((await ask(api, path)).status, 500);
      const schema = api.openapi().paths[path]?.post?.responses["200"]?.content?.["application/json"]?.schema;
      assert.equal(typeOfText(schema), types[1]);
    }
  });
}

for (const [name, { alone, sent, arrives, refused, types }] of Object.entries(cases)) {
  if (alone === undefined) continue;
  test(`${name}: a query parameter`, async () => {
    let taken: unknown;
    const api = apiOf(post("/", { ...open, deps: { text: query("text", alone) } }, ({ text }) => void (taken = text)));
    assert.equal((await ask(api, `/?${new URLSearchParams(sent === undefined ? {} : { text: sent }).toString()}`)).status, 204);
    assert.equal(taken, arrives);
    if (refused !== undefined) assert.equal((await ask(api, `/?text=${refused}`)).status, 422);
    const schema = api.openapi().paths["/"]?.post?.parameters?.[0]?.schema;
    assert.equal(Reflect.get(Object(schema), "type"), types[0]);
  });
}
