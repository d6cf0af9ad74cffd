/** `fastifyServer()`: a Fastify instance with nothing but the API, set up for the open network. */
import fastify, { type FastifyInstance } from "fastify";
import type { Api } from "../../route/api.ts";
import { lockstep } from "./plugin.ts";

/** How the server reads connections. */
export interface FastifyServerOptions {
  /** How long the header of a request may take, in milliseconds. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /** How long a whole request may take to arrive, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** How many proxies stand before this server; the client's address and protocol are taken from what they added. Default 0. */
  readonly trustedProxies?: number;
}

/**
 * A Fastify server with nothing but the API. Slow senders are cut off, an upload is invited (`100 Continue`) only once the
 * guards have passed, and closing finishes the requests in flight.
 *
 * @example
 * ```ts
 * const server = fastifyServer(api);
 * await server.listen({ host: "127.0.0.1", port: 3000 });
 * ```
 */
export function fastifyServer(api: Api, options: FastifyServerOptions = {}): FastifyInstance {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, trustedProxies = 0 } = options;
  const app = fastify({
    logger: false,
    requestTimeout: requestTimeoutMs,
    trustProxy: (_address, hop) => hop < trustedProxies,
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: "idle",
    return503OnClosing: true,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 1000, insecureHTTPParser: false, requireHostHeader: true },
  });
  // Without a listener node:http invites every upload before any guard has run.
  app.server.on("checkContinue", (request, response) => app.server.emit("request", request, response));
  void app.register(lockstep(api));
  return app;
}
