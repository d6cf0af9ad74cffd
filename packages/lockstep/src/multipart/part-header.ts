/** What a part says of itself (RFC 7578 §4): its name, whether it is a file, and its type. */
import { decodeUtf8 } from "../input/json.ts";
import { type MediaType, parseMediaType } from "../http/media-type.ts";
import { tokenPattern } from "../http/token.ts";
import { ownProblem } from "../problem/problem.ts";
import { malformed, maxHeaderBytes, type RawHeader } from "./part-reader.ts";

/** A part's own description. */
export interface PartHeader {
  readonly name: string;
  /** Whether it names a file, even an empty one. */
  readonly isFile: boolean;
  /** The file's name as it was sent; `undefined` if it has none. */
  readonly fileName: string | undefined;
  /** RFC 7578 §4.4: `text/plain` if the part does not say it. `undefined` if it is not a media type. */
  readonly type: MediaType | undefined;
}

const maxNameBytes = 256;

/** Between the quotes: a backslash escapes a quote and itself, and is itself before anything else (browsers send paths so). */
const quotedPattern = String.raw`(?:[^"\\]|\\.)*`;
const parameter = new RegExp(`[ \\t]*;[ \\t]*(${tokenPattern})=(?:(${tokenPattern})|"(${quotedPattern})")[ \\t]*`, "uys");
const start = /^form-data[ \t]*/iu;
const control = /\p{Cc}/u;

const plainText: MediaType = { type: "text", subtype: "plain", parameters: new Map() };

/** What says that a part is as it was before it was sent (RFC 2045 §6.2). */
const unencoded: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);

/**
 * Reads the header of a part.
 *
 * @throws Problem 400 `malformed_request`; 413 `too_large` for a header or a name that is too long; 415 `unsupported_encoding`
 */
export function parsePartHeader(header: RawHeader): PartHeader {
  const lines = Object.entries(header).flatMap(([name, values = []]) => values.map((value) => `${name}: ${value}\r\n`));
  if (lines.reduce((size, line) => size + line.length, 0) > maxHeaderBytes) throw tooLong();
  const parameters = dispositionOf(only(header, "content-disposition"));
  const name = decoded(parameters.get("name"));
  if (name === undefined || name === "" || control.test(name)) throw malformed();
  if ((parameters.get("name") ?? "").length > maxNameBytes) throw tooLong();
  checkEncodings(header);
  const type = only(header, "content-type");
  return {
    name,
    // RFC 7578 §4.2: `filename*` is not used in forms. Some clients send it beside `filename`.
    isFile: parameters.has("filename") || parameters.has("filename*"),
    fileName: decoded(parameters.get("filename")),
    type: type === undefined ? plainText : parseMediaType(type),
  };
}

/** @throws Problem 400 if a field that may come once comes twice */
function only(header: RawHeader, name: string): string | undefined {
  const [value, ...others] = header[name] ?? [];
  if (others.length > 0) throw malformed();
  return value;
}

/** The parameters of `form-data`, each once. @throws Problem 400 for another disposition, or one that cannot be read */
function dispositionOf(text: string | undefined): ReadonlyMap<string, string> {
  const [found] = start.exec(text ?? "") ?? [];
  if (text === undefined || found === undefined) throw malformed();
  const parameters = new Map<string, string>();
  for (let at = found.length; at < text.length; at = parameter.lastIndex) {
    parameter.lastIndex = at;
    const [all, name = "", token, quoted = ""] = parameter.exec(text) ?? [];
    if (all === undefined || parameters.has(name.toLowerCase())) throw malformed();
    parameters.set(name.toLowerCase(), token ?? quoted.replaceAll(/\\(["\\])/gu, "$1"));
  }
  return parameters;
}

/** @throws Problem 400 for bytes that are not UTF-8 */
function decoded(bytes: string | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = decodeUtf8(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  if (text === undefined) throw malformed();
  return text;
}

/** Nothing is decoded: neither base64 nor gzip. @throws Problem 415 `unsupported_encoding` */
function checkEncodings(header: RawHeader): void {
  const transfer = (only(header, "content-transfer-encoding") ?? "binary").trim().toLowerCase();
  const content = (only(header, "content-encoding") ?? "identity").trim().toLowerCase();
  if (unencoded.has(transfer) && content === "identity") return;
  throw ownProblem(415, "unsupported_encoding", "A part of the body must not be encoded.");
}

function tooLong(): Error {
  return ownProblem(413, "too_large", "The header of a part is too long.");
}
