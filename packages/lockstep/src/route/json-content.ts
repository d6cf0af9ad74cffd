/** JSON: the content of a plain schema, of `json()` and of `unchecked()`, and what a GET sends without a declaration. */
import { isPromise } from "../promise.ts";
import { isJson, parseMediaType } from "../http/media-type.ts";
import { BuildError } from "../problem/error.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import type { ContentDeclaration, ContentWriter } from "./content.ts";
import { checkLimited } from "./open-result.ts";
import { resultShape } from "./result-shape.ts";
import { checkSendable, plainResult } from "./sendable.ts";

/** JSON of a schema: the result is cut to it, validated and serialised. */
export function jsonContent(schema: AnySchema, type: string = "application/json"): ContentDeclaration {
  return { types: [type], documented: { schema }, writer: (where) => contentOf(jsonWriter(schema, where)) };
}

/** Writes a value as JSON. @throws BuildError `wrong_result`, `secret_in_response` */
export type JsonWriter = (value: unknown) => string | Promise<string>;

/**
 * Compiles the writer of a schema: a value is cut to it, validated and serialised.
 *
 * @throws BuildError `wrong_schema`
 */
export function jsonWriter(schema: AnySchema, where: string): JsonWriter {
  checkLimited(schema, where);
  return shapedWriter(resultShape(schema, where), where);
}

const plainSchema: JsonSchema = { type: ["string", "number", "boolean", "null"] };

/** What a GET sends without a declaration: a text, a number, a boolean or `null`. */
export const plainContent: ContentDeclaration = {
  types: ["application/json"],
  documented: { jsonSchema: plainSchema },
  writer: (where) => contentOf(shapedWriter((result) => plainResult(result, where), where)),
};

function contentOf(write: JsonWriter): ContentWriter {
  return (result) => {
    const text = write(result);
    return isPromise(text) ? Promise.resolve(text).then((body) => ({ body })) : { body: text };
  };
}

function shapedWriter(shape: (result: unknown) => unknown, where: string): JsonWriter {
  const written = (shaped: unknown): string => {
    const text = jsonText(shaped);
    // Most answers need no second look at their values.
    if (text.includes("null")) refuseGaps(shaped, where);
    return text;
  };
  return (result) => {
    checkSendable(result, where);
    const shaped = shape(result);
    return isPromise(shaped) ? Promise.resolve(shaped).then(written) : written(shaped);
  };
}

/**
 * JSON writes `undefined` in a list as `null`, which the document does not show.
 *
 * @throws BuildError `wrong_result`
 */
function refuseGaps(value: unknown, where: string): void {
  if (typeof value !== "object" || value === null || "toJSON" in value) return;
  const isList = Array.isArray(value);
  for (const inner of isList ? value : Object.values(value)) {
    if (isList && inner === undefined)
      throw new BuildError("wrong_result", `${where}: leave undefined out of lists, or write null: JSON has no undefined`);
    refuseGaps(inner, where);
  }
}

/** @throws BuildError `wrong_result`, `secret_in_response` */
export function jsonText(value: unknown): string {
  const text: string | undefined = refusingSecrets(() => JSON.stringify(value));
  if (text === undefined) throw new BuildError("wrong_result", "Return a value that JSON has, or undefined: a function has none");
  return text;
}

/** Whether a media type is JSON; without a type it is. */
export function isJsonType(type: string | undefined): boolean {
  if (type === undefined || type === "application/json") return true;
  const parsed = parseMediaType(type);
  return parsed === undefined || isJson(parsed);
}
