/** Handshakes of WebSockets, as node:http hands them over (RFC 6455 §4.2.1). */
import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endsAfterAnswers } from "./in-flight.ts";

/** A request whose connection node:http no longer reads, so it can change its protocol. */
export interface Handshake {
  readonly incoming: IncomingMessage;
  /** For an ordinary answer. The connection ends with it. */
  readonly outgoing: ServerResponse;
  readonly socket: Socket;
  /** The bytes after the header. */
  readonly head: Buffer;
}

/**
 * Whether a request is a handshake that can be completed. Any other request for a WebSocket is answered with 426. Pass it to
 * `createServer({ shouldUpgradeCallback })`, so node:http goes on serving other requests that ask for an upgrade.
 */
export function isWebSocketHandshake({ method, headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
    headers["sec-websocket-version"] === "13"
  );
}

/**
 * Listens for the requests of a server that ask for an upgrade. Answer each with `outgoing`, or open it with `openWebSocket()`.
 * A version of Node.js without `shouldUpgradeCallback` hands over others than handshakes, too: `isWebSocketHandshake()` tells.
 *
 * @param isMine Whether a request must be answered here. Default: every request
 */
export function listenForHandshakes(
  server: Server,
  answer: (handshake: Handshake) => void,
  isMine: (incoming: IncomingMessage) => boolean = () => true,
): void {
  // A connection of a server is a socket, also with TLS.
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!isMine(incoming)) return;
    socket.on("error", () => {});
    // An earlier request of the connection comes first, and this answer must not come into its.
    if (endsAfterAnswers(socket)) return;
    // Its bytes would stay unread, and a handler would wait for them.
    if (hasBody(incoming)) return void socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket);
    outgoing.once("finish", () => socket.destroySoon());
    answer({ incoming, outgoing, socket, head });
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
