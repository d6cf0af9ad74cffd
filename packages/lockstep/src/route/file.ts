/** Files: `file()`. Which part of one is sent, and whether it is sent at all, is decided in `file-answer.ts`. */
import type { ByteRange } from "../http/byte-range.ts";
import type { Disposition } from "../http/content-disposition.ts";
import type { StreamReply } from "../outcome/stream.ts";
import type { Schema } from "../schema/schema.ts";
import { type AnswerBeside, type Declared, declareContent } from "./content.ts";
import { fileContent } from "./file-answer.ts";
import { checkMediaType } from "./text.ts";

/** The bytes of a part of a file, in pieces: a stream of Node.js, for example. */
export type FilePieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What a file says of itself beside its bytes. */
export interface FileDetails {
  /** The media type, if the route declares several. */
  readonly type?: string;
  /** The name under which it is saved. It may come from a user: what a name cannot be is replaced. */
  readonly name?: string;
  /**
   * The version, the same for the same bytes only. Default: a hash of `bytes`. With one, a client that has the file already is
   * answered with 304, and a download can be resumed.
   */
  readonly etag?: string;
  /** When it last changed. */
  readonly modifiedAt?: Date;
  /**
   * `inline` shows it in the browser, and `attachment` saves it. Default: `attachment` for types that can run or rewrite a page
   * (HTML, SVG, XML), since a user's file is not a page of yours, and otherwise `inline`.
   */
  readonly disposition?: Disposition;
}

/** A file in memory. */
export interface FileInMemory extends FileDetails {
  readonly bytes: Uint8Array;
}

/** A file that is read piece by piece. */
export interface FileInPieces extends FileDetails {
  /** In bytes. */
  readonly size: number;
  /**
   * Opens the file at a part of it, the byte `end` included: `(range) => createReadStream(path, range)`. It is not called for an
   * answer without content, or for an empty file.
   */
  open(range: ByteRange): FilePieces | Promise<FilePieces>;
}

/** A file with what a client should know of it. */
export type FileBody = FileInMemory | FileInPieces;

/** What a handler returns for a file of one media type. */
export type FileResult = Declared<Uint8Array | FileBody | StreamReply>;

/** What a handler returns for a file of one of several media types. */
export type TypedFileResult<T extends string> = Declared<FileBody & { readonly type: T }>;

const headers = ["Accept-Ranges", "Content-Disposition", "ETag", "Last-Modified"] as const;

const beside: readonly AnswerBeside[] = [
  { status: 206, description: "The part that was asked for.", headers: ["Content-Range", ...headers], content: "same" },
  { status: 304, description: "The client has it already.", headers: ["ETag", "Last-Modified"], content: "none" },
  { status: 412, description: "It is not the version that the client has.", headers: [], content: "problem" },
  { status: 416, description: "The file does not have that part.", headers: ["Content-Range"], content: "problem" },
];

/**
 * A response that is a file: bytes, with a name, a version, parts and all that browsers and download managers ask for. A GET
 * answers `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since` by itself (RFC 9110 §13 and §14). The resources of the
 * route stay open until the last byte.
 *
 * @param type a media type in lower case, or those from which the handler chooses
 * @throws BuildError `wrong_option` for text that is not a media type
 *
 * @example
 * ```ts
 * get("/reports/:id/pdf", { deps: { report }, response: file("application/pdf") }, ({ report }) => ({
 *   size: report.size,
 *   open: (range) => createReadStream(report.path, range),
 *   name: `${report.title}.pdf`,
 *   modifiedAt: report.changedAt,
 * }));
 * ```
 */
export function file(type: string): Schema<FileResult, unknown>;
export function file<const T extends string>(types: readonly [T, ...T[]]): Schema<TypedFileResult<T>, unknown>;
export function file(given: string | readonly [string, ...string[]]): Schema<FileResult, unknown> {
  const types: readonly [string, ...string[]] = typeof given === "string" ? [given] : given;
  if (!Array.isArray(types) || types.length === 0) checkMediaType("file()", undefined);
  for (const type of types) checkMediaType("file()", type);
  return declareContent({
    types,
    documented: { jsonSchema: { type: "string", format: "binary" }, headers, beside },
    writer: (where) => (result, asked) => fileContent(result, { types, where }, asked),
  });
}
