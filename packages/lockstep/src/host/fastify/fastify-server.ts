/** `fastifyServer()`: a server for an API. */
import { fastify, type FastifyInstance } from "fastify";
import { malformedPath } from "../../outcome/answer.ts";
import type { Api } from "../../api/api.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { graceSecondsOf } from "../../route/request-life.ts";
import { watchUnawaited } from "../unawaited.ts";
import { answerOnSocket } from "./answer-on-socket.ts";
import { closeInTime } from "./close-in-time.ts";
import { FastifyHostRequest, fieldsOf } from "./fastify-request.ts";
import { type FastifyOptions, fastifyOptions, pluginOf } from "./plugin.ts";
import { write } from "./write.ts";
import { isWebSocketHandshake } from "../websocket/handshake.ts";

/** How the server reads connections, and what you add to it. */
export interface FastifyServerOptions extends FastifyOptions {
  /** How long the header of a request may take, in milliseconds. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /** How long a whole request may take to arrive, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** The number of proxies before this server. The client's address and protocol are taken from their headers. Default 0. */
  readonly trustedProxies?: number;
}

const serverOptions: KnownOptions<FastifyServerOptions> = {
  ...fastifyOptions,
  headersTimeoutMs: true,
  requestTimeoutMs: true,
  trustedProxies: true,
};

/** Longer than a path can be: the core has no limit of its own below that of the whole header. */
const maxParamLength = 65_536;

/**
 * A Fastify server with the API, and with the routes that you add to it and name in `foreign`. Slow senders are cut off, an
 * upload is invited (`100 Continue`) only once the guards have passed, closing finishes the requests in flight, and bytes that
 * are not HTTP get an answer like everything else.
 *
 * @throws BuildError `wrong_option` for a misspelt option and for a foreign route that cannot be read; at `ready()` and
 * `listen()` the errors of `lockstep()`
 * @example
 * ```ts
 * const server = fastifyServer(api);
 * await server.listen({ host: "127.0.0.1", port: 3000 });
 * ```
 */
export function fastifyServer(api: Api, options: FastifyServerOptions = {}): FastifyInstance {
  checkOptions("fastifyServer()", options, serverOptions);
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, trustedProxies = 0, ...pluginOptions } = options;
  const app: FastifyInstance = fastify({
    logger: false,
    requestTimeout: requestTimeoutMs,
    genReqId: ({ rawHeaders }) => api["~dispatcher"].requestId({ headers: (name) => fieldsOf(rawHeaders, name) }),
    trustProxy: (_address, hop) => hop < trustedProxies,
    routerOptions: { maxParamLength },
    forceCloseConnections: "idle",
    // A request on an open connection is served and the connection closed after it.
    return503OnClosing: false,
    http: {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 1000),
      insecureHTTPParser: false,
      requireHostHeader: true,
      // Other requests that ask for an upgrade, of clients that offer HTTP/2 for example, are served as they are.
      shouldUpgradeCallback: (request) => isWebSocketHandshake(request) && app.server.listenerCount("upgrade") > 0,
    },
    // `*` is a target of its own (RFC 9112 §3.2.4) that no route has; no path has an empty segment.
    rewriteUrl: ({ url = "/" }) => (url.startsWith("*") ? "//" : url),
    // A path that is not percent-encoded UTF-8 meets no route and no handler of Fastify's.
    frameworkErrors: (_error, request, reply) => {
      const seen = new FastifyHostRequest(request, reply, { trustedProxies });
      const response = api["~dispatcher"].refuse(malformedPath, seen);
      reply.raw.once("close", () => response.sent?.());
      write(reply, response, seen);
    },
    clientErrorHandler: (error, socket) => answerOnSocket(api, error, socket),
  });
  // Without listeners node:http invites every upload before any guard has run, and answers other expectations itself.
  app.server.on("checkContinue", (request, response) => app.server.emit("request", request, response));
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  closeInTime(app, graceSecondsOf(pluginOptions));
  const endWatch = watchUnawaited();
  app.addHook("onClose", async () => endWatch());
  void app.register(pluginOf(api, pluginOptions, trustedProxies));
  return app;
}
