/** Writing the core's answer with Fastify: exactly what the core said, and nothing that cannot be written. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { HostResponse } from "../host.ts";
import { discard, Pieces } from "../pieces.ts";
import type { FastifyHostRequest } from "./fastify-request.ts";

/** Writes an answer. Its headers are the core's, which has checked what a handler added (`problem/answer-headers.ts`). */
export function write(reply: FastifyReply, { status, headers, body }: HostResponse, request: FastifyHostRequest): void {
  reply.code(status);
  for (const name in headers) reply.header(name, headers[name]);
  // A body that nobody read is not read to its end just to keep the connection.
  if (request.hasBody && !request.isRead && reply.request.raw.httpVersionMajor === 1) reply.header("connection", "close");
  // Without a serializer of its own Fastify would add a charset to JSON.
  reply.serializer(asItIs);
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return void reply.send(body);
  if (request.method !== "HEAD" && !bodiless(status)) return void reply.send(Readable.from(new Pieces(body)));
  discard(body);
  reply.send();
}

const asItIs = (text: unknown): string => String(text);

/** RFC 9110 §6.4.1. */
function bodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
