/** The answer to bytes that are not HTTP: on the socket, because there is no request to answer. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Answer, ownAnswer } from "../../problem/problem.ts";
import type { Api } from "../../api/api.ts";
import type { HostRequest } from "../host.ts";
import { endsAfterAnswers } from "../websocket/in-flight.ts";

const malformed = ownAnswer(400, "malformed_request", "The request is not well-formed.");
const headerTooLarge = ownAnswer(431, "headers_too_large", "The request's header is too large.");
const tooLate = ownAnswer(408, "request_timeout", "The request did not arrive in time.");

/**
 * Answers bytes that node:http could not read as a request, and closes. If an earlier request of the connection has no whole
 * answer yet, nothing is written: it would come before that answer, or inside it. The connection closes after it instead.
 */
export function answerOnSocket(api: Api, error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  if (endsAfterAnswers(socket)) return;
  const { status, headers, body, sent } = api["~dispatcher"].refuse(answerTo(error.code), unread);
  const text = typeof body === "string" ? body : "";
  const fields = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(text)), connection: "close" });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  socket.write(`${head.join("\r\n")}\r\n\r\n${text}`);
  socket.destroySoon();
  sent?.();
}

function answerTo(code: string | undefined): Answer {
  if (code === "HPE_HEADER_OVERFLOW") return headerTooLarge;
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? tooLate : malformed;
}

/** In place of a request that could not be read. */
const unread: HostRequest = {
  method: "",
  path: "",
  query: "",
  secure: false,
  address: undefined,
  certificate: () => undefined,
  headers: () => [],
  body: () => {
    throw new TypeError("A request that could not be read has no body");
  },
};
