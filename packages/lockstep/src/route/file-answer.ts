/**
 * The answer with a file: all of it, a part of it, or only that the client has it already. This module owns the order in which
 * the conditions of a request count (RFC 9110 §13.2.2).
 */
import { isPromise } from "../promise.ts";
import { type ByteRange, rangeOf } from "../http/byte-range.ts";
import { contentDisposition } from "../http/content-disposition.ts";
import { entityTagOf, entityTagsIn, isSameTag, isSameTagWeakly } from "../http/entity-tag.ts";
import { httpDateOf, parseHttpDate } from "../http/http-date.ts";
import { parseMediaType } from "../http/media-type.ts";
import { StreamReply } from "../outcome/stream.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { ownProblem } from "../problem/problem.ts";
import { encodeBase64url } from "../secret/encoding.ts";
import type { Asked, Content } from "./content.ts";
import { declaredType } from "./declared-answer.ts";
import type { FileBody, FileDetails, FileInMemory, FileInPieces } from "./file.ts";
import { openPieces } from "./file-stream.ts";
import { streamContent } from "./text.ts";

/** The declaration of a file. */
interface DeclaredFile {
  readonly types: readonly [string, ...string[]];
  readonly where: string;
}

/** A file, ready to be sent. */
interface ReadyFile {
  readonly body: FileBody;
  readonly size: number;
  readonly type: string;
  readonly etag: string | undefined;
  /** In milliseconds, without the part of a second. */
  readonly modifiedAt: number | undefined;
  readonly where: string;
}

/** @throws BuildError `wrong_result`; Problem 412, 416 */
export function fileContent(result: unknown, declared: DeclaredFile, asked: Asked): Content | Promise<Content> {
  if (result instanceof StreamReply) return streamContent(result);
  const body = bodyOf(result, declared.where);
  if (body.etag !== undefined || !isFileInMemory(body) || !isConditional(asked))
    return answer(readyFile(body, declared, asked), asked);
  return hashOf(body.bytes).then((etag) => answer(readyFile({ ...body, etag }, declared, asked), asked));
}

const inMemory: KnownOptions<FileInMemory> = {
  bytes: true,
  type: true,
  name: true,
  etag: true,
  modifiedAt: true,
  disposition: true,
};
const { bytes: _bytes, ...details } = inMemory;
const inPieces: KnownOptions<FileInPieces> = { ...details, size: true, open: true };

function bodyOf(result: unknown, where: string): FileBody {
  if (result instanceof Uint8Array) return { bytes: result };
  const given: Partial<FileInMemory & FileInPieces> = typeof result === "object" && result !== null ? result : {};
  if (given.bytes instanceof Uint8Array) {
    checkOptions<FileInMemory>(where, result, inMemory);
    // Its names are known, and the rest is checked where it is used.
    return result as FileInMemory;
  }
  if (typeof given.open === "function" && typeof given.size === "number" && Number.isSafeInteger(given.size) && given.size >= 0) {
    checkOptions<FileInPieces>(where, result, inPieces);
    return result as FileInPieces;
  }
  throw new BuildError(
    "wrong_result",
    `${where}: return bytes (a Uint8Array), { bytes }, { size, open(range) } or stream(…): the route declares file()`,
  );
}

function isFileInMemory(body: FileBody): body is FileInMemory {
  return "bytes" in body;
}

function readyFile(body: FileBody, { types, where }: DeclaredFile, asked: Asked): ReadyFile {
  if (types.length > 1 && body.type === undefined)
    throw new BuildError("wrong_result", `${where}: return { type } with the file: the route declares ${types.join(" and ")}`);
  const etag = body.etag === undefined ? undefined : entityTagOf(body.etag);
  if (body.etag !== undefined && etag === undefined)
    throw new BuildError("wrong_result", `${where}: write the etag as visible characters without a quote (RFC 9110 §8.8.3)`);
  return {
    body,
    size: isFileInMemory(body) ? body.bytes.byteLength : body.size,
    type: declaredType({ types }, body.type ?? asked.type),
    etag,
    modifiedAt: changeOf(body, where, asked),
    where,
  };
}

/** A change in the future is not told (RFC 9110 §8.8.2.1). */
function changeOf({ modifiedAt }: FileDetails, where: string, asked: Asked): number | undefined {
  if (modifiedAt === undefined) return undefined;
  const at = modifiedAt instanceof Date ? modifiedAt.getTime() : Number.NaN;
  if (Number.isNaN(at)) throw new BuildError("wrong_result", `${where}: set modifiedAt to a valid Date`);
  return at > asked.now() ? undefined : Math.floor(at / 1000) * 1000;
}

/** Whether the conditions of a request count: those of a plain success to read something. */
function isConditional({ request: { method }, status }: Asked): boolean {
  return status === 200 && (method === "GET" || method === "HEAD");
}

function answer(file: ReadyFile, asked: Asked): Content | Promise<Content> {
  if (!isConditional(asked)) return whole(file, asked);
  checkPreconditions(file, asked);
  if (isKnown(file, asked)) return { status: 304, body: undefined, headers: versionOf(file) };
  const lines = asked.request.method === "GET" && isSameVersion(file, asked) ? asked.request.headers("range") : [];
  const range = lines.length === 0 ? "all" : rangeOf(lines, file.size);
  if (range === "all") return whole(file, asked);
  if (range !== "unsatisfiable") return part(file, range);
  throw ownProblem(416, "range_not_satisfiable", "The file does not have that part.", {
    headers: { "content-range": `bytes */${file.size}` },
  });
}

/** `If-Match` and `If-Unmodified-Since`: only the version that the client has. @throws Problem 412 */
function checkPreconditions({ etag, modifiedAt }: ReadyFile, { request }: Asked): void {
  const tags = entityTagsIn(request.headers("if-match"));
  const since = tags === undefined ? dateIn(request.headers("if-unmodified-since")) : undefined;
  const isOther = tags !== undefined && tags !== "*" && !tags.some((tag) => etag !== undefined && isSameTag(tag, etag));
  if (isOther || (since !== undefined && modifiedAt !== undefined && modifiedAt > since))
    throw ownProblem(412, "precondition_failed", "The file is not the version that the request names.");
}

/** `If-None-Match`, and without it `If-Modified-Since`: whether the client has this version. */
function isKnown({ etag, modifiedAt }: ReadyFile, { request }: Asked): boolean {
  const lines = request.headers("if-none-match");
  const tags = entityTagsIn(lines);
  if (tags === "*") return true;
  if (tags !== undefined) return tags.some((tag) => etag !== undefined && isSameTagWeakly(tag, etag));
  const since = lines.length === 0 ? dateIn(request.headers("if-modified-since")) : undefined;
  return since !== undefined && modifiedAt !== undefined && modifiedAt <= since;
}

/** `If-Range`: the parts that a client has are of this version. A date counts only if the file has not changed in that second. */
function isSameVersion({ etag, modifiedAt }: ReadyFile, asked: Asked): boolean {
  const lines = asked.request.headers("if-range");
  const [line = "", ...others] = lines;
  if (lines.length === 0) return true;
  if (others.length > 0) return false;
  if (etag !== undefined && isSameTag(line, etag)) return true;
  return modifiedAt !== undefined && parseHttpDate(line) === modifiedAt && asked.now() - modifiedAt >= 1000;
}

function dateIn([line, ...others]: readonly string[]): number | undefined {
  return line === undefined || others.length > 0 ? undefined : parseHttpDate(line);
}

function whole(file: ReadyFile, asked: Asked): Content | Promise<Content> {
  return sent(
    file,
    { start: 0, end: file.size - 1 },
    isConditional(asked) ? { "accept-ranges": "bytes" } : {},
    asked.request.method === "HEAD",
  );
}

function part(file: ReadyFile, range: ByteRange): Content | Promise<Content> {
  const headers = { "accept-ranges": "bytes", "content-range": `bytes ${range.start}-${range.end}/${file.size}` };
  const content = sent(file, range, headers, false);
  return isPromise(content) ? Promise.resolve(content).then((late) => ({ ...late, status: 206 })) : { ...content, status: 206 };
}

/** The content of a part. HEAD opens nothing. */
function sent(
  file: ReadyFile,
  range: ByteRange,
  more: Readonly<Record<string, string>>,
  isHead: boolean,
): Content | Promise<Content> {
  const { body, type, where } = file;
  const length = range.end - range.start + 1;
  const headers = { ...versionOf(file), ...dispositionOf(file), ...more };
  const about = { type, isOwnBytes: true };
  if (isFileInMemory(body)) return { ...about, headers, body: body.bytes.subarray(range.start, range.end + 1) };
  const counted = { ...headers, "content-length": String(length) };
  if (isHead || length === 0) return { ...about, headers: counted, body: isHead ? undefined : new Uint8Array(0) };
  return opened(body, range, where).then((pieces) => ({ ...about, headers: counted, body: pieces }));
}

async function opened(body: FileInPieces, range: ByteRange, where: string): ReturnType<typeof openPieces> {
  return openPieces(await body.open(range), range.end - range.start + 1, where);
}

function versionOf({ etag, modifiedAt }: ReadyFile): Readonly<Record<string, string>> {
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(modifiedAt === undefined ? {} : { "last-modified": httpDateOf(modifiedAt) }),
  };
}

function dispositionOf({ body: { name, disposition }, type }: ReadyFile): Readonly<Record<string, string>> {
  const shown = disposition ?? (isActive(type) ? "attachment" : "inline");
  return shown === "inline" && name === undefined ? {} : { "content-disposition": contentDisposition(shown, name) };
}

/** Types that browsers run, or render as a page of this origin. */
function isActive(type: string): boolean {
  const { subtype = "" } = parseMediaType(type) ?? {};
  return /^(?:html|xml|.*\+xml|xsl|.*javascript|ecmascript|x-shockwave-flash|mhtml|x-mimearchive)$/.test(subtype);
}

/** A version for bytes without one. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return encodeBase64url(digest.subarray(0, 18));
}
