/** The Fastify plugin: it works alone or inside an application that is already there. */
import type { FastifyPluginAsync } from "fastify";
import type { Api } from "../../api/api.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { graceSecondsOf } from "../../route/request-life.ts";
import { ClientAddresses, trustsProxy } from "./client-address.ts";
import { Foreign } from "./foreign.ts";
import { Mounted } from "./mounted.ts";
import { checkRouteTable, routeTable } from "./route-table.ts";

/** How an API lives inside a Fastify application. */
export interface FastifyOptions {
  /**
   * Routes of the application that are not the API's: `GET /metrics` (and its HEAD), `POST /legacy/*` for every path below,
   * `* /legacy/*` for any method. A pattern does not cover a route that could answer in place of one of the API's: name that
   * one. Every route that is neither the API's nor named fails the start, except those for OPTIONS: an API has none, so
   * they answer preflights and nothing else.
   */
  readonly foreign?: readonly string[];
  /**
   * How long the requests that last (streams, sockets) may go on after the server begins to close, in seconds. Then they are
   * broken off: an endless stream does not keep the server open. Default 3. Work after an answer then has the same time, and 10
   * seconds by default.
   */
  readonly graceSeconds?: number;
}

/** The names of the plugin's options. */
export const fastifyOptions: KnownOptions<FastifyOptions> = { foreign: true, graceSeconds: true };

/**
 * Makes a Fastify plugin of an API. Register it like any other, with a `prefix` if you like. It is encapsulated: the
 * application's other routes keep their parsers and hooks. Guards run in `onRequest`, before Fastify reads a body; the hooks of
 * the application for `onRequest` run before them, and its later hooks after them. An error that a hook throws is answered as a
 * problem: a status below 500 stays, and the message is not sent.
 *
 * An application that answers 404 itself goes on doing so; the API then answers for its own paths only.
 *
 * If a route needs the client's address, the application does not listen on a unix socket (`client_address_unknown`) unless it
 * trusts a proxy (`trustProxy`).
 *
 * @throws BuildError `foreign_route` at `ready()` if the application has a route that is neither the API's nor declared;
 * `wrong_option` for a misspelt option, for a foreign route that cannot be read, for a prefix with parameters, and for a server
 * that reads HTTP leniently
 *
 * @example
 * ```ts
 * const app = fastify();
 * await app.register(lockstep(api, { foreign: ["GET /metrics"] }));
 * await app.listen({ port: 3000 });
 * ```
 */
export function lockstep(api: Api, options: FastifyOptions = {}): FastifyPluginAsync {
  checkOptions("lockstep()", options, fastifyOptions);
  return pluginOf(api, options, "application");
}

/** The plugin for an application, or for a server of ours with its number of trusted proxies. */
export function pluginOf(api: Api, options: FastifyOptions, trustedProxies: number | "application"): FastifyPluginAsync {
  const graceSeconds = graceSecondsOf(options);
  const foreign = new Foreign(options.foreign ?? []);
  const dispatcher = api["~dispatcher"];
  return async (instance) => {
    const addresses =
      trustedProxies === "application"
        ? new ClientAddresses(dispatcher, "trustProxy", trustsProxy(instance))
        : new ClientAddresses(dispatcher, "trustedProxies", trustedProxies > 0);
    addresses.watchListening(instance);
    const mounted = new Mounted(api, instance, { trustedProxies, addresses });
    if (dispatcher.routes.some(({ isWebSocket }) => isWebSocket === true)) await mounted.openWebSockets();
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    instance.setErrorHandler((error, request, reply) => mounted.fail(error, request, reply));
    // Before Fastify looks at a body, since it refuses some methods and media types by itself; and after every `onRequest` hook
    // of the application, also one that it adds later (CORS).
    instance.addHook("preParsing", (request, reply, _payload, next) =>
      request.is404 ? mounted.refuseUnmatched(request, reply) : next(),
    );
    for (const route of dispatcher.routes) mounted.add(route);
    mounted.answerTheRest(foreign);
    // Not onResponse, which would cost every request two listeners.
    instance.addHook("onSend", (request, reply, _payload, next) => {
      mounted.settle(request, reply.statusCode);
      next();
    });
    instance.addHook("onReady", async () => {
      checkRouteTable(routeTable(instance), mounted.shapes, foreign);
      await api.ready();
    });
    instance.addHook("preClose", async () => mounted.closing(graceSeconds));
    instance.addHook("onClose", () => api.close(options.graceSeconds === undefined ? {} : { graceSeconds }));
  };
}
