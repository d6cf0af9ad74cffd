/** The Fastify plugin: it works alone or inside an application that is already there. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { ownProblem } from "../../problem/problem.ts";
import type { Api } from "../../route/api.ts";
import type { CompiledRoute } from "../../route/compiled-route.ts";
import type { Exchange } from "../../route/exchange.ts";
import type { Server } from "../../route/server.ts";
import type { HostResponse } from "../host.ts";
import { FastifyHostRequest } from "./fastify-request.ts";
import { checkRouteTable, routeTable } from "./route-table.ts";

/** How an API lives inside a Fastify application. */
export interface FastifyOptions {
  /**
   * Routes of the application that are not the API's, as `GET /metrics` (HEAD counts by itself: name it too). Every route
   * that is neither fails the start.
   */
  readonly foreign?: readonly string[];
}

/** node:http drops, silently, every header field after this many. */
const maxHeaderFields = 2000;

interface Waiting {
  readonly exchange: Exchange;
  readonly request: FastifyHostRequest;
}

/**
 * Makes a Fastify plugin of an API. Register it like any other, with a `prefix` if you like. It is encapsulated: the
 * application's other routes keep their parsers and hooks. Guards run in `onRequest`, before Fastify reads a body.
 *
 * @throws BuildError `foreign_route` at `ready()` where the application has a route that is neither the API's nor declared
 *
 * @example
 * ```ts
 * const app = fastify();
 * await app.register(lockstep(api, { foreign: ["GET /metrics", "HEAD /metrics"] }));
 * await app.listen({ port: 3000 });
 * ```
 */
export function lockstep(api: Api, options: FastifyOptions = {}): FastifyPluginCallback {
  return (instance, _options, done) => {
    const server = api["~server"];
    const waiting = new WeakMap<FastifyRequest, Waiting>();
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    for (const route of api.routes) addRoute(instance, server, route, waiting);
    instance.setNotFoundHandler((request, reply) => {
      const seen = new FastifyHostRequest(request, instance.prefix);
      const match = server.match(seen.method, seen.path);
      write(reply, server.unmatched(match.kind === "route" ? { kind: "none" } : match, seen), seen);
    });
    instance.addHook("onReady", async () => {
      checkRouteTable(routeTable(instance), ownRoutes(api, instance.prefix), options.foreign ?? []);
      await api.ready();
    });
    instance.addHook("onClose", () => api.close());
    done();
  };
}

function addRoute(instance: FastifyInstance, server: Server, route: CompiledRoute, waiting: WeakMap<FastifyRequest, Waiting>): void {
  instance.route({
    method: route.method === "GET" ? ["GET", "HEAD"] : route.method,
    url: route.template,
    exposeHeadRoute: false,
    onRequest: (request, reply, next) => {
      const seen = new FastifyHostRequest(request, instance.prefix);
      const exchange = begin(server, route, request, seen);
      if (!("begin" in exchange)) return write(reply, exchange, seen);
      const begun = exchange.begin();
      const proceed = (response: HostResponse | undefined): void => {
        if (response !== undefined) return write(reply, response, seen);
        waiting.set(request, { exchange, request: seen });
        next();
      };
      if (begun instanceof Promise) void begun.then(proceed, next);
      else proceed(begun);
    },
    handler: (request, reply) => {
      const pending = waiting.get(request);
      // A request reaches the handler only through the hook above.
      if (pending === undefined) throw new TypeError("The handler ran without its guard");
      const finished = pending.exchange.finish();
      if (!(finished instanceof Promise)) return write(reply, finished, pending.request);
      void finished.then((response) => write(reply, response, pending.request), (error: unknown) => reply.send(error));
      return undefined;
    },
  });
}

/** The exchange of a request, or the answer where the request is not one for this route after all. */
function begin(server: Server, route: CompiledRoute, request: FastifyRequest, seen: FastifyHostRequest): Exchange | HostResponse {
  if (request.raw.rawHeaders.length >= 2 * maxHeaderFields) {
    return server.refuse(ownProblem(431, "headers_too_large", "The request has too many header fields."), seen);
  }
  // Fastify decodes before it matches; the core does not. Only what is encoded can differ.
  if (!seen.path.includes("%") && seen.path.startsWith("/")) {
    // Fastify gives the parameters that the route's template names.
    return server.exchange(route, seen, request.params as Readonly<Record<string, string>>);
  }
  const match = server.match(seen.method, seen.path);
  return match.kind === "route" ? server.exchange(match.route, seen, match.params) : server.unmatched(match, seen);
}

function write(reply: FastifyReply, response: HostResponse, request: FastifyHostRequest): void {
  const { body } = response;
  reply.code(response.status);
  for (const [name, value] of Object.entries(response.headers)) reply.header(name, value);
  // A body that nobody read is not read to its end just to keep the connection.
  if (request.hasBody && !request.isRead) reply.header("connection", "close");
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) void reply.send(body);
  else void reply.send(Readable.from(body));
}

function ownRoutes(api: Api, prefix: string): Set<string> {
  return new Set(
    api.routes.flatMap(({ method, template }) => {
      const path = `${prefix}${template === "/" && prefix !== "" ? "" : template}`;
      return method === "GET" ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`];
    }),
  );
}
