/** Completes the handshake of a WebSocket with the package `ws`, and connects it with the core. */
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { HostResponse, HostSocket, HostUpgrade } from "../host.ts";
import type { Handshake } from "./handshake.ts";

/** How long a client may take to answer the end of a connection. */
const closeTimeoutMs = 2000;
/** How often a client is asked whether it is still there. One that has not answered by the next time is gone. */
const pingIntervalMs = 30_000;

/**
 * Opens the WebSocket of an answer that has `upgrade`. Messages are not compressed: a small compressed message could fill the
 * memory. Never throws for what a client does.
 *
 * @example
 * ```ts
 * listenForHandshakes(server, async (handshake) => {
 *   const response = await hosted.handle(requestOf(handshake));
 *   if (response.upgrade !== undefined) openWebSocket(handshake, response);
 *   else write(response, handshake.outgoing);
 * });
 * ```
 */
export function openWebSocket({ incoming, outgoing, socket, head }: Handshake, { upgrade, headers, sent }: HostResponse): void {
  if (upgrade === undefined) throw new TypeError("openWebSocket(): pass an answer with upgrade");
  const { protocol, maxMessageBytes } = upgrade;
  outgoing.detachSocket(socket);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: () => protocol ?? false,
  });
  server.on("headers", (lines) => lines.push(...headerLines(headers)));
  let isOpen = false;
  const closed = (): void => {
    if (!isOpen) upgrade.failed();
    sent?.();
  };
  // The client may have left while its guards ran: that event has been.
  if (socket.closed) return closed();
  socket.once("close", closed);
  server.handleUpgrade(incoming, socket, head, (opened) => {
    isOpen = true;
    connect(opened, upgrade);
  });
}

function headerLines(headers: HostResponse["headers"]): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((line) => `${name}: ${line}`),
  );
}

function connect(opened: WebSocket, upgrade: HostUpgrade): void {
  const listener = upgrade.open(socketOf(opened));
  let isThere = true;
  const pings = setInterval(() => {
    // Nobody reads its answers then.
    if (opened.isPaused) isThere = true;
    if (!isThere) return opened.terminate();
    isThere = false;
    opened.ping();
  }, pingIntervalMs);
  pings.unref();
  opened.on("pong", () => (isThere = true));
  opened.on("message", (data, isBinary) => listener.message(bytesOf(data), !isBinary));
  // A frame that is not allowed, or a connection that breaks: the end follows.
  opened.on("error", () => {});
  opened.on("close", () => {
    clearInterval(pings);
    listener.closed();
  });
}

function socketOf(opened: WebSocket): HostSocket {
  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        opened.send(text, (error) => (error instanceof Error ? reject(error) : resolve()));
      }),
    close(code, reason) {
      opened.close(code, reason);
      setTimeout(() => opened.terminate(), closeTimeoutMs).unref();
    },
    pause: () => opened.pause(),
    resume: () => opened.resume(),
  };
}

/** A message is one buffer, unless the application sets `binaryType`. */
function bytesOf(data: RawData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
}
