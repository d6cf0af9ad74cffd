/** Writing the core's answer with Fastify: exactly what the core said, and nothing that cannot be written. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { Server } from "../../route/server.ts";
import { answerToError } from "../../problem/answer.ts";
import type { HostResponse } from "../host.ts";
import { discard, Pieces } from "../pieces.ts";
import type { FastifyHostRequest } from "./fastify-request.ts";

/** Writes an answer. Never throws: what cannot be written becomes a 500 that says nothing. */
export function write(reply: FastifyReply, response: HostResponse, request: FastifyHostRequest, server: Server): void {
  const problem = unwritable(response.headers);
  if (problem === undefined) return send(reply, response, request);
  reply.log.error(problem);
  discard(response.body);
  send(reply, server.refuse(answerToError(problem), request), request);
}

function send(reply: FastifyReply, { status, headers, body }: HostResponse, request: FastifyHostRequest): void {
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

/** Why these headers cannot be written; a line break in one would be a header of its own (response splitting). */
function unwritable(headers: HostResponse["headers"]): unknown {
  try {
    for (const name in headers) {
      const value = headers[name];
      validateHeaderName(name);
      for (const one of typeof value === "string" || value === undefined ? [value] : value) validateHeaderValue(name, one ?? "");
    }
  } catch (error) {
    return error;
  }
  return undefined;
}
