/**
 * Decides whether a body can be understood before any of it is read, by its `Content-Type` and `Content-Encoding`. How a
 * media type is written is in `http/media-type.ts`.
 */
import type { Content, Source } from "../dependency/source.ts";
import type { HostRequest } from "../host/host.ts";
import { type MediaType, parseMediaType } from "../http/media-type.ts";
import { BuildError } from "../problem/error.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";

/** Tells whether a media type is one of those accepted: `type/subtype`, or every subtype with a suffix as `type/*+suffix`. */
export function isAccepted(accepted: readonly string[], { type, subtype }: MediaType): boolean {
  return accepted.some((one) => {
    const [head, tail] = one.split("/*+");
    if (tail !== undefined) return head === type && subtype.endsWith(`+${tail}`) && subtype.length > tail.length + 1;
    return one === `${type}/${subtype}`;
  });
}

/**
 * Checks the media types that an input is declared with, and returns a copy of the list.
 *
 * @throws BuildError `wrong_input` for one that is not `type/subtype` in lower case
 */
export function checkMediaTypes(where: string, mediaTypes: readonly string[]): readonly string[] {
  for (const one of mediaTypes) {
    const parsed = parseMediaType(one);
    if (parsed === undefined || parsed.parameters.size > 0 || one !== one.toLowerCase()) {
      throw new BuildError(
        "wrong_input",
        `${where}: write "${one}" as type/subtype in lower case, without parameters: it is not a media type`,
      );
    }
  }
  return [...mediaTypes];
}

/** What a body must be. */
export interface BodyKind {
  /** In lower case; empty for any. */
  readonly accepted: readonly string[];
  /** Whether it is text, which must be UTF-8. */
  readonly text: boolean;
}

/**
 * The labels of UTF-8 (WHATWG Encoding §4.2), and US-ASCII, whose texts are UTF-8 as they are. Whatever the label, the bytes are
 * read as strict UTF-8.
 */
const charsets: ReadonlySet<string> = new Set([
  "utf-8",
  "utf8",
  "unicode-1-1-utf-8",
  "unicode11utf8",
  "unicode20utf8",
  "x-unicode20utf8",
  "us-ascii",
]);

/** Whether a text is UTF-8: unless it says otherwise. */
export function isUtf8({ parameters }: MediaType): boolean {
  return charsets.has((parameters.get("charset") ?? "utf-8").toLowerCase());
}

/**
 * Checks what a body says of itself, before a byte of it is read. False where it says nothing: then it has to be empty.
 *
 * @throws Problem 415 `unsupported_media_type`, `unsupported_charset`, `unsupported_encoding`
 */
export function checkContentType(request: HostRequest, kind: BodyKind): boolean {
  checkEncoding(request.headers("content-encoding"), "identity");
  checkEncoding(request.headers("transfer-encoding"), "chunked");
  const declared = request.headers("content-type");
  const [text] = declared;
  if (text === undefined) return false;
  const mediaType = declared.length === 1 ? parseMediaType(text) : undefined;
  if (kind.accepted.length > 0 && (mediaType === undefined || !isAccepted(kind.accepted, mediaType))) {
    throw ownProblem(415, "unsupported_media_type", `The body must be ${kind.accepted.join(" or ")}.`);
  }
  if (kind.text && mediaType !== undefined && !isUtf8(mediaType)) {
    throw ownProblem(415, "unsupported_charset", "The body must be UTF-8.");
  }
  return true;
}

/**
 * Nothing is decompressed: a few bytes could become gigabytes, and nobody compresses what an API is sent. A host that is sent
 * `Transfer-Encoding: gzip, chunked` passes on the compressed bytes.
 */
function checkEncoding(encodings: readonly string[], fine: "identity" | "chunked"): void {
  if (encodings.every((encoding) => encoding.toLowerCase() === fine)) return;
  // RFC 9110 §15.5.16: Accept-Encoding tells the client that the coding was the reason.
  throw ownProblem(415, "unsupported_encoding", "The body must not be compressed.", { headers: { "accept-encoding": "identity" } });
}

/** A body that has been read. */
export interface ReadBody {
  readonly content: Content;
  /** Whether the request said what the body is. If it did not, and only some types are accepted, the body is empty. */
  readonly isDeclared: boolean;
}

/**
 * Reads a body, if it can be understood. A body that does not say what it is has to be empty, unless any is accepted.
 *
 * @throws Problem from `checkContentType()`, at once; the promise is rejected with 415 `unsupported_media_type`, 413 `too_large`
 */
export function readBody(source: Source, kind: BodyKind): Promise<ReadBody> {
  const isDeclared = checkContentType(source.request, kind);
  return source.content().then((content) => {
    if (!isDeclared) checkUndeclared(content.raw, kind.accepted);
    return { content, isDeclared };
  });
}

/**
 * Checks that a body which did not say what it is, is empty.
 *
 * @throws Problem 415 `unsupported_media_type`
 */
export function checkUndeclared(raw: Uint8Array, accepted: readonly string[]): void {
  if (raw.length > 0 && accepted.length > 0) throw undeclared(accepted);
}

/** The answer to a body that does not say what it is: 415 `unsupported_media_type`. */
export function undeclared(accepted: readonly string[]): Problem {
  return ownProblem(415, "unsupported_media_type", `The body must say that it is ${accepted.join(" or ")} (Content-Type).`);
}
