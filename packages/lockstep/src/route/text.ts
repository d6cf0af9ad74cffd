/** Text that is sent as it is: `text()` and `html()`. */
import { parseMediaType } from "../http/media-type.ts";
import { StreamReply } from "../outcome/stream.ts";
import { BuildError } from "../problem/error.ts";
import type { Schema } from "../schema/schema.ts";
import { type Content, type Declared, declareContent } from "./content.ts";

/** What a handler returns for text: the text, or a stream of it. */
export type TextResult = Declared<string | StreamReply>;

/**
 * A response that is text of a media type: the handler returns a string, which is sent as it is, or a `stream()`.
 *
 * @param type a media type in lower case. Default `text/plain; charset=utf-8`
 * @throws BuildError `wrong_option` for text that is not a media type
 *
 * @example
 * ```ts
 * get("/robots.txt", { public: "for crawlers", response: text() }, () => "User-agent: *\nDisallow: /\n");
 * ```
 */
export function text(type: string = "text/plain; charset=utf-8"): Schema<TextResult, unknown> {
  checkMediaType("text()", type);
  return declareContent({
    types: [type],
    documented: { jsonSchema: { type: "string" } },
    writer: (where) => (result) => textContent(where, result),
  });
}

/**
 * A response that is a page: the handler returns its HTML. Nothing in it runs, is loaded or is framed, because the core's
 * `Content-Security-Policy` forbids it. A `reply()` can send another policy for the page. What users wrote has to be escaped.
 *
 * @example
 * ```ts
 * get("/", { public: "the front page", response: html() }, () => "<!doctype html><title>Notes</title><h1>Notes</h1>");
 * ```
 */
export function html(): Schema<TextResult, unknown> {
  return text("text/html; charset=utf-8");
}

function textContent(where: string, result: unknown): Content {
  if (typeof result === "string") return { body: result };
  if (result instanceof StreamReply) return streamContent(result);
  throw new BuildError("wrong_result", `${where}: return a string or stream(…): the route declares text()`);
}

/** The pieces of a stream, as content. */
export function streamContent({ chunks }: StreamReply): Content {
  return { body: pieces(chunks), isOwnBytes: true };
}

async function* pieces(chunks: StreamReply["chunks"]): AsyncGenerator<string | Uint8Array, void, void> {
  yield* chunks;
}

/** @throws BuildError `wrong_option` for text that is not a media type in lower case */
export function checkMediaType(where: string, type: unknown): void {
  const parsed = typeof type === "string" ? parseMediaType(type) : undefined;
  if (parsed !== undefined && typeof type === "string" && type.split(";")[0] === `${parsed.type}/${parsed.subtype}`) return;
  throw new BuildError("wrong_option", `${where}: write a media type in lower case, for example "text/csv" or "image/png"`);
}
