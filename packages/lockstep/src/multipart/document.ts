/** The schema of an upload as clients see it: one form, whose members are the fields and the files. */
import { jsonSchemaOf, type JsonSchemaObject } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import type { CheckedRule } from "./file-rule.ts";

/**
 * A schema for the document only; nothing is validated with it.
 *
 * @throws BuildError `wrong_schema`
 */
export function documented(fields: AnySchema, files: readonly CheckedRule[], where: string): AnySchema {
  const json = (): Record<string, unknown> => withFiles(structuredClone(jsonSchemaOf(fields, where)), files);
  return {
    "~standard": {
      version: 1,
      vendor: "lockstep",
      // A form has to be sent.
      validate: () => ({ issues: [{ message: "required", path: [] }] }),
      jsonSchema: { input: json, output: json },
    },
  };
}

/** Members of one object where the fields are one, which is what generators of clients understand best. */
function withFiles(fields: JsonSchemaObject, files: readonly CheckedRule[]): Record<string, unknown> {
  const properties = Object.fromEntries(files.map((rule) => [rule.field, filesSchema(rule)]));
  const required = files.filter(({ optional }) => !optional).map(({ field }) => field);
  const isPlain = ["$ref", "allOf", "anyOf", "oneOf"].every((keyword) => !(keyword in fields));
  if (isPlain) {
    const known = isRecord(fields["properties"]) ? fields["properties"] : {};
    const needed = Array.isArray(fields["required"]) ? [...fields["required"], ...required] : required;
    return { ...fields, type: "object", properties: { ...known, ...properties }, ...(needed.length > 0 && { required: needed }) };
  }
  const { $schema, $defs, ...own } = fields;
  const part = { type: "object", properties, ...(required.length > 0 && { required }) };
  return { ...($schema !== undefined && { $schema }), ...($defs !== undefined && { $defs }), allOf: [own, part] };
}

function filesSchema({ mediaTypes, maxBytes, maxCount, optional }: CheckedRule): JsonSchemaObject {
  const [only = ""] = mediaTypes;
  const file = {
    type: "string",
    format: "binary",
    ...(mediaTypes.length === 1 && !only.endsWith("*") && { contentMediaType: only }),
    description: `${mediaTypes.includes("*/*") ? "Any type" : mediaTypes.join(" or ")}, at most ${maxBytes} bytes.`,
  };
  if (maxCount === 1) return file;
  return { type: "array", items: file, ...(!optional && { minItems: 1 }), maxItems: maxCount };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
