/** Bytes that are sent as they are: `file()`. */
import { StreamReply } from "../outcome/stream.ts";
import { BuildError } from "../problem/error.ts";
import type { Schema } from "../schema/schema.ts";
import { type Content, type Declared, declareContent } from "./content.ts";
import { checkMediaType, streamContent } from "./text.ts";

/** What a handler returns for a file. */
export type FileResult = Declared<Uint8Array | StreamReply>;

/**
 * A response that is bytes of a media type.
 *
 * @throws BuildError `wrong_option` for text that is not a media type
 *
 * @example
 * ```ts
 * get("/logo", { public: "on every page", response: file("image/png") }, () => logo);
 * ```
 */
export function file(type: string): Schema<FileResult, unknown> {
  checkMediaType("file()", type);
  return declareContent({
    types: [type],
    documented: { jsonSchema: { type: "string", format: "binary" } },
    writer: (where) => (result) => fileContent(where, result),
  });
}

function fileContent(where: string, result: unknown): Content {
  if (result instanceof Uint8Array) return { body: result, isOwnBytes: true };
  if (result instanceof StreamReply) return streamContent(result);
  throw new BuildError("wrong_result", `${where}: return bytes (a Uint8Array) or stream(…): the route declares file()`);
}
