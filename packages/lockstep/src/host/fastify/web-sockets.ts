/**
 * WebSockets on Fastify. A handshake goes the way of every other request, through the hooks of the application and the guards of
 * its route; only then the connection changes its protocol.
 */
import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Api } from "../../api/api.ts";
import { BuildError } from "../../problem/error.ts";
import type { HostResponse } from "../host.ts";
import { answerOnSocket, endsAfterAnswers } from "./answer-on-socket.ts";
import { isWebSocketHandshake } from "../websocket/handshake.ts";
import type { openWebSocket } from "../websocket/open-websocket.ts";

interface Upgrading {
  readonly socket: Socket;
  readonly head: Buffer;
}

/** The requests whose connections node:http has handed over. */
const upgrading = new WeakMap<object, Upgrading>();

/** The paths of each server at which its APIs open WebSockets. */
const paths = new WeakMap<object, ((path: string) => boolean)[]>();

/** Whether a request is the handshake of a WebSocket. */
export function isHandshake(raw: object): boolean {
  return upgrading.has(raw);
}

/** The WebSockets of an API on Fastify. */
export class WebSockets {
  readonly #open: typeof openWebSocket;

  private constructor(open: typeof openWebSocket) {
    this.#open = open;
  }

  /**
   * Listens for the handshakes of a server. `isOwn` tells the paths at which the API opens WebSockets.
   *
   * @throws BuildError `websocket_unsupported` without the package `ws`
   */
  static async of(api: Api, instance: FastifyInstance, isOwn: (path: string) => boolean): Promise<WebSockets> {
    const open = await load();
    const known = paths.get(instance.server);
    if (known === undefined) listen(api, instance, [isOwn]);
    else known.push(isOwn);
    return new WebSockets(open);
  }

  /** Completes the handshake of a request. */
  open(reply: FastifyReply, response: HostResponse): void {
    const incoming = reply.request.raw;
    const found = upgrading.get(incoming);
    if (found === undefined) throw new TypeError("Only a handshake opens a WebSocket");
    reply.hijack();
    reply.raw.detachSocket(found.socket);
    this.#open({ incoming, ...found }, response);
  }
}

async function load(): Promise<typeof openWebSocket> {
  try {
    return (await import("../websocket/open-websocket.ts")).openWebSocket;
  } catch (cause) {
    throw new BuildError("websocket_unsupported", "install the package ws: a route opens a WebSocket", { cause });
  }
}

function listen(api: Api, instance: FastifyInstance, known: ((path: string) => boolean)[]): void {
  const server: Server = instance.server;
  paths.set(server, known);
  // A connection of a server is a socket, also with TLS.
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    const isOurs = isWebSocketHandshake(request) && known.some((isOwn) => isOwn(path));
    // The application may have WebSockets of its own.
    if (!isOurs && server.listenerCount("upgrade") > 1) return;
    socket.on("error", () => {});
    // An earlier request of the connection comes first, and this answer must not come into its.
    if (endsAfterAnswers(socket)) return;
    // node:http no longer reads the connection: a body would stay unread, and a handler would wait for it.
    if (hasBody(request)) return answerOnSocket(api, new Error("A handshake has no body"), socket);
    if (isOurs) upgrading.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => socket.destroySoon());
    instance.routing(request, response);
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
