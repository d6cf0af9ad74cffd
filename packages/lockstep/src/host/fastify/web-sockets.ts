/**
 * WebSockets on Fastify. A handshake goes the way of every other request, through the hooks of the application and the guards of
 * its route; only then the connection changes its protocol.
 */
import type { IncomingMessage, Server } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { BuildError } from "../../problem/error.ts";
import type { HostResponse } from "../host.ts";
import { type Handshake, isWebSocketHandshake, listenForHandshakes } from "../websocket/handshake.ts";
import type { openWebSocket } from "../websocket/open-websocket.ts";

/** The requests whose connections node:http has handed over. */
const handshakes = new WeakMap<object, Handshake>();

/** The paths of each server at which its APIs open WebSockets. */
const paths = new WeakMap<object, ((path: string) => boolean)[]>();

/** Whether a request is the handshake of a WebSocket. */
export function isHandshake(raw: object): boolean {
  return handshakes.has(raw);
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
   * @throws BuildError `missing_package` without `ws`
   */
  static async of(instance: FastifyInstance, isOwn: (path: string) => boolean): Promise<WebSockets> {
    const open = await load();
    const known = paths.get(instance.server);
    if (known === undefined) listen(instance, [isOwn]);
    else known.push(isOwn);
    return new WebSockets(open);
  }

  /** Completes the handshake of a request. */
  open(reply: FastifyReply, response: HostResponse): void {
    const handshake = handshakes.get(reply.request.raw);
    if (handshake === undefined) throw new TypeError("Only a handshake opens a WebSocket");
    reply.hijack();
    this.#open(handshake, response);
  }
}

async function load(): Promise<typeof openWebSocket> {
  try {
    return (await import("../websocket/open-websocket.ts")).openWebSocket;
  } catch (cause) {
    throw new BuildError("missing_package", "Install ws (`npm install ws`): a route opens a WebSocket", { cause });
  }
}

function listen(instance: FastifyInstance, known: ((path: string) => boolean)[]): void {
  const server: Server = instance.server;
  paths.set(server, known);
  const isOurs = (incoming: IncomingMessage): boolean => {
    const path = incoming.url?.split("?", 1)[0] ?? "";
    return isWebSocketHandshake(incoming) && known.some((isOwn) => isOwn(path));
  };
  const answer = (handshake: Handshake): void => {
    const { incoming, outgoing } = handshake;
    if (isOurs(incoming)) handshakes.set(incoming, handshake);
    instance.routing(incoming, outgoing);
  };
  // The application may have WebSockets of its own.
  listenForHandshakes(server, answer, (incoming) => isOurs(incoming) || server.listenerCount("upgrade") === 1);
}
