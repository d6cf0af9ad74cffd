/** The Fastify plugin: it works alone or inside an application that is already there. */
import type { FastifyPluginAsync } from "fastify";
import type { Api } from "../../route/api.ts";
import { Mounted } from "./mounted.ts";
import { checkRouteTable, routeTable } from "./route-table.ts";

/** How an API lives inside a Fastify application. */
export interface FastifyOptions {
  /**
   * Routes of the application that are not the API's, as `GET /metrics` (HEAD counts by itself: name it too). Every route
   * that is neither fails the start.
   */
  readonly foreign?: readonly string[];
  /**
   * How long a stream may go on once the server closes, in milliseconds; then it is cut off, so that one without an end does not
   * keep the server open. Default 3,000.
   */
  readonly streamGraceMs?: number;
}

/**
 * Makes a Fastify plugin of an API. Register it like any other, with a `prefix` if you like. It is encapsulated: the
 * application's other routes keep their parsers and hooks. Guards run in `onRequest`, before Fastify reads a body; the hooks
 * of the application run before them and, for what comes later, after. What a hook throws is answered as a problem: a status
 * below 500 stays, its message is not told.
 *
 * An application that answers 404 itself goes on doing so; the API then answers for its own paths only.
 *
 * @throws BuildError `foreign_route` at `ready()` where the application has a route that is neither the API's nor declared,
 *   `wrong_option` for a prefix with parameters, and for a server that reads HTTP leniently
 *
 * @example
 * ```ts
 * const app = fastify();
 * await app.register(lockstep(api, { foreign: ["GET /metrics", "HEAD /metrics"] }));
 * await app.listen({ port: 3000 });
 * ```
 */
export function lockstep(api: Api, options: FastifyOptions = {}): FastifyPluginAsync {
  return async (instance) => {
    const mounted = new Mounted(api, instance, options.streamGraceMs ?? 3000);
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    instance.setErrorHandler((error, request, reply) => mounted.fail(error, request, reply));
    // Before Fastify looks at a body: it refuses some methods and media types by itself.
    instance.addHook("onRequest", (request, reply, next) => (request.is404 ? mounted.refuseUnmatched(request, reply) : next()));
    for (const route of api.routes) mounted.add(route);
    mounted.answerTheRest(options.foreign ?? []);
    // Not onResponse, which would cost every request two listeners.
    instance.addHook("onSend", (request, _reply, _payload, next) => {
      mounted.settle(request);
      next();
    });
    instance.addHook("onReady", async () => {
      checkRouteTable(routeTable(instance), mounted.shapes, options.foreign ?? []);
      await api.ready();
    });
    instance.addHook("preClose", async () => mounted.closing());
    instance.addHook("onClose", () => api.close());
  };
}
