import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { post } from "../route/route.ts";
import type { AnySchema } from "../schema/schema.ts";
import { unchecked } from "../route/unchecked.ts";
import { multipart } from "./index.ts";

const avatar = { mediaTypes: ["image/png", "image/jpeg"], maxBytes: 100 };
const plan = { mediaTypes: ["application/pdf"], maxBytes: 9, maxCount: 3 };
const other = { mediaTypes: ["*/*"], maxBytes: 5, maxCount: 2, optional: true };

const files = {
  avatar: { type: "string", format: "binary", description: "image/png or image/jpeg, at most 100 bytes." },
  plan: {
    type: "array",
    items: {
      type: "string",
      format: "binary",
      contentMediaType: "application/pdf",
      description: "application/pdf, at most 9 bytes.",
    },
    minItems: 1,
    maxItems: 3,
  },
  other: { type: "array", items: { type: "string", format: "binary", description: "Any type, at most 5 bytes." }, maxItems: 2 },
};

function documentOf(fields: AnySchema) {
  const upload = multipart({ fields, files: { avatar, plan, other } });
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    routes: [post("/", { public: "a test", deps: { upload }, response: unchecked("a test") }, () => ({}))],
  });
  const document = api.openapi();
  return { document, operation: document.paths["/"]?.post };
}

describe("an upload in the document", () => {
  test("is one form, whose members are the fields and the files, with their types", () => {
    const { operation } = documentOf(z.object({ title: z.string(), count: z.int().max(9).min(1).optional() }));
    assert.deepEqual(operation?.requestBody, {
      required: true,
      content: {
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: { title: { type: "string" }, count: { type: "integer", minimum: 1, maximum: 9 }, ...files },
            required: ["title", "avatar", "plan"],
            additionalProperties: false,
          },
          encoding: {
            avatar: { contentType: "image/png, image/jpeg" },
            plan: { contentType: "application/pdf" },
            other: { contentType: "*/*" },
          },
        },
      },
    });
  });

  test("has the answers of a body: 400, 413, 415 and 422", () => {
    const { operation } = documentOf(z.object({}));
    assert.deepEqual(Object.keys(operation?.responses ?? {}), ["400", "413", "415", "422", "2XX"]);
  });

  test("is the same for schemas of other libraries", () => {
    const schemas = [toStandardJsonSchema(v.object({ title: v.string() })), type({ title: "string" })];
    for (const schema of schemas) {
      assert.deepEqual(documentOf(schema).operation?.requestBody?.content["multipart/form-data"]?.schema, {
        type: "object",
        properties: { title: { type: "string" }, ...files },
        required: ["title", "avatar", "plan"],
        additionalProperties: false,
      });
    }
  });

  test("whose fields are a union has the files beside it", () => {
    const event = z.union([z.object({ a: z.string() }), z.object({ b: z.enum(["x"]) })]);
    assert.deepEqual(documentOf(event).operation?.requestBody?.content["multipart/form-data"]?.schema, {
      allOf: [
        {
          anyOf: [
            { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
            { type: "object", properties: { b: { type: "string", enum: ["x"] } }, required: ["b"] },
          ],
        },
        { type: "object", properties: files, required: ["avatar", "plan"] },
      ],
      unevaluatedProperties: false,
    });
  });

  test("keeps the schemas inside that have a name", () => {
    const Size = z.enum(["S", "M"]).meta({ id: "Size" });
    const { document, operation } = documentOf(z.object({ size: Size, other_size: Size }));
    assert.deepEqual(Reflect.get(operation?.requestBody?.content["multipart/form-data"]?.schema as object, "properties"), {
      size: { $ref: "#/components/schemas/Size" },
      other_size: { $ref: "#/components/schemas/Size" },
      ...files,
    });
    assert.ok("Size" in (document.components.schemas ?? {}));
  });
});
