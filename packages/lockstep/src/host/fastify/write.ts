/** Writing the core's answer with Fastify: exactly what the core said, and nothing that cannot be written. */
import { constants, type ServerHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { isBodiless } from "../../http/bodiless.ts";
import { BuildError } from "../../problem/error.ts";
import type { HostResponse } from "../host.ts";
import { brokenOff, discard, Pieces } from "../body.ts";
import type { FastifyHostRequest } from "./fastify-request.ts";

/**
 * Writes an answer. Its headers are the core's, which has checked those of the handler (`problem/answer-headers.ts`).
 *
 * @throws BuildError `wrong_result` for a status that is not a final one; and the errors of Fastify and Node.js for an answer
 * that they cannot write
 */
export function write(reply: FastifyReply, response: HostResponse, request: FastifyHostRequest): void {
  const { status, headers, body } = response;
  checkStatus(status);
  reply.code(status);
  for (const name in headers) {
    // HTTP/2 has no headers of the connection (RFC 9113 §8.2.2).
    if (request.stream === undefined || (name !== "connection" && name !== "upgrade")) reply.header(name, headers[name]);
  }
  closeUnread(reply, request);
  // Without a serializer of its own Fastify would add a charset to JSON.
  reply.serializer(asItIs);
  if (body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array)) return writeStream(reply, response, request);
  reply.send(body);
}

const asItIs = (text: unknown): string => String(text);

/** A client waits on after 1xx, and a status above 599 has no meaning (RFC 9110 §15). @throws BuildError `wrong_result` */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new BuildError("wrong_result", `Answer with a status from 200 to 599: ${String(status)} ends no request (RFC 9110 §15)`);
}

/** A body that nobody read is not read to its end just to keep the connection, or the stream. */
function closeUnread(reply: FastifyReply, request: FastifyHostRequest): void {
  if (!request.hasBody || request.isRead) return;
  const { stream } = request;
  if (stream === undefined) reply.header("connection", "close");
  // The answer is whole, and the client need not send the rest (RFC 9113 §8.1).
  else stream.once("finish", () => stream.close(constants.NGHTTP2_NO_ERROR));
}

function writeStream(reply: FastifyReply, { status, body, broken }: HostResponse, request: FastifyHostRequest): void {
  // Whatever ends the answer, a hook that sends another body for example, ends what the stream needed.
  reply.raw.once("close", () => discard(body));
  if (request.method === "HEAD" || isBodiless(status) || typeof body !== "object" || body instanceof Uint8Array) {
    discard(body);
    reply.send();
    return;
  }
  const readable = Readable.from(new SentPieces(body));
  // A stream that a hook replaced has no reader, and an error that nobody listens for would end the process. The core reports it.
  readable.on("error", () => {});
  broken?.addEventListener("abort", () => readable.destroy(new PiecesFailed(brokenOff(broken.reason))));
  // Nobody reads it any more, for example because a hook has sent another body.
  reply.raw.once("close", () => readable.destroy());
  if (request.stream !== undefined) breakOff(readable, request.stream);
  // A client may reset its stream with NO_ERROR. Node then waits for the pieces to be written, which the window may never allow.
  request.stream?.once("aborted", () => readable.destroy());
  reply.send(readable);
}

/**
 * A body that failed, which the core has reported already. It is always an error, though a stream may throw anything: one that
 * throws `undefined` must not look like one that ended.
 */
export class PiecesFailed extends Error {
  override readonly name = "PiecesFailed";

  constructor(cause: unknown) {
    super("The stream failed", { cause });
  }
}

class SentPieces extends Pieces {
  override async next(): Promise<IteratorResult<string | Uint8Array, void>> {
    try {
      return await super.next();
    } catch (error) {
      throw new PiecesFailed(error);
    }
  }
}

/**
 * A stream that fails halfway is reset with an error: Fastify resets it without one, and the client takes the first pieces for
 * the whole.
 */
function breakOff(readable: Readable, stream: ServerHttp2Stream): void {
  readable.once("error", () => {
    if (stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
}
