/**
 * Media types: a strict parser (RFC 9110 §8.3.1). Only its result chooses the reader of a body, so a text that one parser takes
 * for JSON and another does not (`application/json\ta`, CVE-2026-25223) reaches no reader. This module owns the grammar; which
 * types a body may have is decided in `input/content-type.ts`.
 */
import { quotedTextPattern, tokenPattern, unescapeQuoted } from "./token.ts";

/** A parsed media type, in lower case. */
export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  /** Parameter values keep their case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const names = new RegExp(`^(${tokenPattern})/(${tokenPattern})`, "u");
// One parameter with the semicolon before it; RFC 9110 §5.6.6 allows it to be empty.
const parameter = new RegExp(`[ \\t]*;[ \\t]*(?:(${tokenPattern})=(?:(${tokenPattern})|"(${quotedTextPattern})"))?`, "uy");

/** Parses a media type; `undefined` if the text is not one, or names a parameter twice. */
export function parseMediaType(text: string): MediaType | undefined {
  const [start, type, subtype] = names.exec(text) ?? [];
  if (start === undefined || type === undefined || subtype === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (let at = start.length; at < text.length; at = parameter.lastIndex) {
    parameter.lastIndex = at;
    const [found, name, token, quoted] = parameter.exec(text) ?? [];
    if (found === undefined) return undefined;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), token ?? unescapeQuoted(quoted ?? ""));
  }
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters };
}

/** Whether the subtype says that the content is JSON: `json`, or one with the suffix `+json` (RFC 6839 §3.1). */
export function isJson({ subtype }: MediaType): boolean {
  return subtype === "json" || (subtype.endsWith("+json") && subtype !== "+json");
}
