/** The handshake of a WebSocket, as node:http hands it over (RFC 6455 §4.2.1). */
import type { IncomingMessage } from "node:http";

/** Whether a request is a handshake that can be completed. Any other request for a WebSocket is answered with 426. */
export function isWebSocketHandshake({ method, headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
    headers["sec-websocket-version"] === "13"
  );
}
