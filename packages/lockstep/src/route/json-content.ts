/** JSON: the content of a plain schema, of `json()` and of `unchecked()`, and what a GET sends without a declaration. */
import { isPromise } from "../promise.ts";
import { isJson, parseMediaType } from "../http/media-type.ts";
import { BuildError } from "../problem/error.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import type { Content, ContentDeclaration, ContentWriter } from "./content.ts";
import { resultShape } from "./result-shape.ts";
import { checkSendable, plainResult } from "./sendable.ts";

/** JSON of a schema: the result is cut to it, validated and serialised. */
export function jsonContent(schema: AnySchema, type: string = "application/json"): ContentDeclaration {
  return { types: [type], documented: { schema }, writer: (where) => jsonWriter(resultShape(schema, where), where) };
}

const plainSchema: JsonSchema = { type: ["string", "number", "boolean", "null"] };

/** What a GET sends without a declaration: a text, a number, a boolean or `null`. */
export const plainContent: ContentDeclaration = {
  types: ["application/json"],
  documented: { jsonSchema: plainSchema },
  writer: (where) => jsonWriter((result) => plainResult(result, where), where),
};

function jsonWriter(shape: (result: unknown) => unknown, where: string): ContentWriter {
  return (result) => {
    checkSendable(result, where);
    const shaped = shape(result);
    return isPromise(shaped) ? Promise.resolve(shaped).then(jsonText) : jsonText(shaped);
  };
}

/** @throws BuildError `wrong_result`, `secret_in_response` */
export function jsonText(value: unknown): Content {
  const text: string | undefined = refusingSecrets(() => JSON.stringify(value));
  if (text === undefined) throw new BuildError("wrong_result", "Return a value that JSON has, or undefined: a function has none");
  return { body: text };
}

/** Whether a media type is JSON; without a type it is. */
export function isJsonType(type: string | undefined): boolean {
  if (type === undefined || type === "application/json") return true;
  const parsed = parseMediaType(type);
  return parsed === undefined || isJson(parsed);
}
