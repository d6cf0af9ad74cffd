/**
 * Writing an answer past Fastify: after a hook of the application or the writing of another answer has failed, sending it the
 * usual way could fail again, and Fastify would then answer with the error's own words.
 */
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { FastifyReply } from "fastify";
import type { HostResponse } from "../host.ts";
import { checkStatus } from "./write.ts";

/** What belongs to a body that is not sent, or frames it (`content-` apart). */
const ofTheBody: ReadonlySet<string> = new Set(["transfer-encoding", "trailer", "etag", "last-modified"]);

/** How an answer is written directly. */
export interface DirectOptions {
  /** The answer that could not be written; none of its headers is kept. */
  readonly instead?: HostResponse | undefined;
  /** Whether the connection closes afterwards (HTTP/1.1). */
  readonly closes: boolean;
}

/**
 * Writes an answer whose body is a text, with the headers that the application has set so far and that can be written. If
 * another answer has begun, the connection, or the HTTP/2 stream, is destroyed.
 *
 * @throws BuildError `wrong_result` for a status that is not a final one; what Node.js throws for an answer that it cannot write
 */
export function writeDirectly(reply: FastifyReply, response: HostResponse, options: DirectOptions): void {
  const { raw, request } = reply;
  if (raw.writableEnded) return;
  reply.hijack();
  if (raw.headersSent) return void raw.destroy();
  const { status, headers, body } = response;
  checkStatus(status);
  const kept = Object.entries(reply.getHeaders()).filter(([name, value]) => !isDropped(name, options) && isWritable(name, value));
  for (const name of raw.getHeaderNames()) raw.removeHeader(name);
  for (const [name, value] of [...kept, ...Object.entries(headers)]) {
    if (value !== undefined) raw.setHeader(name, typeof value === "object" ? [...value] : value);
  }
  if (options.closes) raw.setHeader("connection", "close");
  const text = typeof body === "string" ? body : "";
  raw.setHeader("content-length", Buffer.byteLength(text));
  raw.statusCode = status;
  // An earlier attempt has left its reason phrase. HTTP/2 has none (RFC 9113 §8.3.2).
  if (request.raw.httpVersionMajor === 1) raw.statusMessage = STATUS_CODES[status] ?? "";
  raw.end(request.method === "HEAD" ? undefined : text);
}

function isDropped(name: string, { instead }: DirectOptions): boolean {
  return name.startsWith("content-") || ofTheBody.has(name) || (instead !== undefined && name in instead.headers);
}

/** Node.js tells what it cannot write by throwing only. */
function isWritable(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name);
    for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, String(one));
    return true;
  } catch {
    return false;
  }
}
