/** The answer to bytes that are not HTTP: on the socket, because there is no request to answer. */
import { ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Answer, ownAnswer } from "../../problem/problem.ts";
import type { Api } from "../../api/api.ts";
import type { HostRequest } from "../host.ts";

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

/** Ends a connection after the answers that it still owes, if there are any. */
export function endsAfterAnswers(socket: Socket): boolean {
  const busy = responseInFlight(socket);
  if (busy !== undefined) closeAfter(busy, socket);
  return busy !== undefined;
}

/** The response to an earlier request. A request whose own body is broken has none yet, unless its answer has begun. */
function responseInFlight(socket: Socket): ServerResponse | undefined {
  // node:http keeps the response that is next on a connection under this name, and asks it the same question.
  const response: unknown = Reflect.get(socket, "_httpMessage");
  if (!(response instanceof ServerResponse)) return undefined;
  return response.req.complete || response.headersSent ? response : undefined;
}

/** A client that goes on sending is told once. */
const closing = new WeakSet<Socket>();

function closeAfter(response: ServerResponse, socket: Socket): void {
  // Whether the answer needs the rest of a request that will not come, nobody knows.
  if (!response.req.complete) return void socket.destroy();
  if (closing.has(socket)) return;
  closing.add(socket);
  closeWhenAnswered(response, socket);
}

/** The requests that came whole before the broken one are answered first. */
function closeWhenAnswered(response: ServerResponse, socket: Socket): void {
  response.once("finish", () => {
    const next = responseInFlight(socket);
    if (next === undefined) socket.destroySoon();
    else closeWhenAnswered(next, socket);
  });
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
