/** An API in its place in a Fastify application: how a request gets to the core and its answer back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { malformedPath } from "../../outcome/answer.ts";
import { tokenPattern } from "../../http/token.ts";
import { BuildError } from "../../problem/error.ts";
import { type Answer, ownAnswer } from "../../problem/problem.ts";
import type { Api } from "../../api/api.ts";
import type { HostedApi, HostedRoute, HostExchange, HostResponse } from "../host.ts";
import { answerFailure } from "./answer-failure.ts";
import type { ClientAddresses } from "./client-address.ts";
import { FastifyHostRequest, type RequestPlace, withoutPrefix } from "./fastify-request.ts";
import type { Foreign } from "./foreign.ts";
import { shapeOf } from "./route-table.ts";
import { checkParser } from "./strict-parser.ts";
import { WebSockets } from "./web-sockets.ts";
import { write } from "./write.ts";

/** Header fields that node:http hands over unless told another number; before Node 24 it silently drops the others. */
const defaultHeaderFields = 1000;

const tooManyFields = ownAnswer(431, "headers_too_large", "The request has too many header fields.");
const repeatedHost = ownAnswer(400, "malformed_request", "The request names more than one host.");
const noParams: Readonly<Record<string, string>> = Object.freeze({});

/** The shapes of all routes that APIs have on one application, whose route table is one. */
const ownShapes = new WeakMap<object, Set<string>>();

// A property of the request rather than a WeakMap: an entry for each request made the garbage collector a third of what a request
// costs.
const waiting: unique symbol = Symbol("lockstep.waiting");
const seenAs: unique symbol = Symbol("lockstep.seenAs");
const answered: unique symbol = Symbol("lockstep.answered");
const isWatched: unique symbol = Symbol("lockstep.isWatched");

/** A request that the constructor below has decorated. */
interface Carried {
  [waiting]: HostExchange | null;
  [seenAs]: FastifyHostRequest | null;
  [answered]: HostResponse | null;
  [isWatched]: boolean | null;
}

type Carrying = FastifyRequest & Carried;

function carrying(request: FastifyRequest): Carrying {
  // Every request of this instance is decorated in the constructor.
  return request as Carrying;
}

/** How an API is mounted. */
export interface MountOptions {
  readonly trustedProxies: number | "application";
  readonly addresses: ClientAddresses;
}

/** An API in its place in an application. */
export class Mounted {
  /** The shapes of the routes of every API here. */
  readonly shapes: Set<string>;
  readonly #api: Api;
  readonly #hosted: HostedApi;
  readonly #instance: FastifyInstance;
  readonly #prefix: string;
  readonly #place: RequestPlace;
  readonly #maxFields: number;
  readonly #addresses: ClientAddresses;
  #webSockets: WebSockets | undefined;
  #isClosing = false;

  /** @throws BuildError `wrong_option` for a prefix with parameters, and for a server that reads HTTP leniently */
  constructor(api: Api, instance: FastifyInstance, { trustedProxies, addresses }: MountOptions) {
    const prefix = instance.prefix.replace(/\/+$/, "");
    checkParser(instance.server);
    if (/[:*]/.test(prefix))
      throw new BuildError("wrong_option", `declare the parameter of the prefix ${prefix} in the routes' paths: a prefix has none`);
    const maxFields: unknown = instance.server.maxHeadersCount ?? defaultHeaderFields;
    this.#api = api;
    this.#hosted = api["~dispatcher"];
    this.#instance = instance;
    this.#prefix = prefix;
    this.#place = trustedProxies === "application" ? { prefix } : { prefix, trustedProxies };
    this.#addresses = addresses;
    this.#maxFields = typeof maxFields === "number" && maxFields > 0 ? maxFields : Infinity;
    this.shapes = ownShapes.get(instance.server) ?? new Set();
    ownShapes.set(instance.server, this.shapes);
    for (const carried of [waiting, seenAs, answered, isWatched])
      if (!instance.hasRequestDecorator(carried)) instance.decorateRequest(carried, null);
  }

  /** Lets routes open WebSockets. @throws BuildError `missing_package` without `ws` */
  async openWebSockets(): Promise<void> {
    this.#webSockets = await WebSockets.of(this.#instance, (path) => {
      const match = this.#hosted.match("GET", withoutPrefix(path, this.#prefix));
      return match.kind === "route" && match.route.isWebSocket === true;
    });
  }

  /** Registers a route with Fastify; the guards run in `onRequest`, everything else in the handler. */
  add(route: HostedRoute): void {
    const methods = route.method === "GET" ? ["GET", "HEAD"] : [route.method];
    this.#own(methods, route.template);
    const isFixed = !route.template.includes("/:");
    this.#instance.route({
      method: methods,
      url: route.template,
      exposeHeadRoute: false,
      prefixTrailingSlash: "no-slash",
      onRequest: (request, reply, next) => this.#begin(route, isFixed, { request, reply, next }),
      handler: (request, reply) => this.#finish(request, reply),
    });
  }

  /** What no route answers: 404, 405, and OPTIONS. */
  answerTheRest(foreign: Foreign): void {
    try {
      this.#instance.setNotFoundHandler((request, reply) => this.refuseUnmatched(request, reply));
    } catch {
      // The application answers 404 itself, and Fastify takes one answer for each prefix. Only the API's own paths are left.
      const paths = new Map(this.#api.routes.map(({ template }) => [shapeOf(`ANY ${template}`), template]));
      for (const path of paths.values()) this.#answerOthers(path, foreign);
    }
  }

  /** Answers the methods that no route has for a path. */
  #answerOthers(path: string, foreign: Foreign): void {
    const others = this.#instance.supportedMethods.filter((method) => {
      const url = this.#pathOf(path);
      const shape = shapeOf(`${method} ${url}`);
      const isPreflight = method === "OPTIONS" && this.#instance.hasRoute({ method, url });
      return !this.shapes.has(shape) && !foreign.names(shape) && !isPreflight;
    });
    if (others.length === 0) return;
    this.#own(others, path);
    this.#instance.route({
      method: others,
      url: path,
      exposeHeadRoute: false,
      prefixTrailingSlash: "no-slash",
      onRequest: (request, reply) => this.refuseUnmatched(request, reply),
      handler: (request, reply) => this.refuseUnmatched(request, reply),
    });
  }

  /** An answer is on its way: what a hook of the application ended leaves nothing open. */
  settle(request: FastifyRequest, status?: number): void {
    // Closing reports its own errors; it never rejects.
    void carrying(request)[waiting]?.abandon(status);
  }

  /** What Fastify or a hook of the application threw, or what kept an answer from being written. */
  fail(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    this.settle(request);
    const seen = this.#see(request, reply);
    const instead = carrying(request)[answered] ?? undefined;
    this.#answering(reply, answerFailure(this.#hosted, error, { reply, seen, instead, isClosing: this.#isClosing }));
  }

  /** From now on answers close their connections: an idle one would keep the server until it times out. */
  closing(graceSeconds: number): void {
    this.#isClosing = true;
    void this.#hosted.closing(graceSeconds);
  }

  #begin(
    route: HostedRoute,
    isFixed: boolean,
    hook: { request: FastifyRequest; reply: FastifyReply; next: (error?: Error) => void },
  ): void {
    const { request, reply } = hook;
    const seen = this.#see(request, reply);
    this.#addresses.watch(seen);
    const exchange = this.#exchange(route, isFixed, seen);
    if (!("begin" in exchange)) return this.#write(reply, exchange, seen);
    const proceed = (response: HostResponse | undefined): void => {
      if (response !== undefined) return this.#write(reply, response, seen);
      carrying(request)[waiting] = exchange;
      letThrough(request);
      hook.next();
    };
    const begun = exchange.begin();
    if (begun instanceof Promise) void begun.then(proceed).catch((error: unknown) => this.fail(error, request, reply));
    else proceed(begun);
  }

  #finish(request: FastifyRequest, reply: FastifyReply): void {
    const exchange = carrying(request)[waiting];
    // A request reaches the handler only through the hook above.
    if (exchange === null) throw new TypeError("The handler ran without its guard");
    const finished = exchange.finish();
    const answer = (response: HostResponse): void => this.#write(reply, response, this.#see(request, reply));
    if (finished instanceof Promise) void finished.then(answer).catch((error: unknown) => this.fail(error, request, reply));
    else answer(finished);
  }

  /** The exchange of a request, or the answer if there is none. Fastify finds a route; the core says which one it is. */
  #exchange(route: HostedRoute, isFixed: boolean, seen: FastifyHostRequest): HostExchange | HostResponse {
    const refusal = this.#refusal(seen);
    if (refusal !== undefined) return this.#hosted.refuse(refusal, seen);
    if (isFixed && seen.path === route.template) return this.#hosted.exchange(route, seen, noParams);
    // Fastify decodes before it matches, knows empty parameters, and an application may make it looser still.
    const match = this.#hosted.match(seen.method, seen.path);
    return match.kind === "route" ? this.#hosted.exchange(match.route, seen, match.params) : this.#hosted.unmatched(match, seen);
  }

  /** Answers a request that no route answers. */
  refuseUnmatched(request: FastifyRequest, reply: FastifyReply): void {
    const seen = this.#see(request, reply);
    const refusal = this.#refusal(seen);
    const match = this.#hosted.match(seen.method, seen.path);
    const response =
      refusal === undefined
        ? this.#hosted.unmatched(match.kind === "route" ? { kind: "none" } : match, seen)
        : this.#hosted.refuse(refusal, seen);
    this.#write(reply, response, seen);
  }

  /** Why no request of this form is served, whatever it asks for. */
  #refusal(seen: FastifyHostRequest): Answer | undefined {
    if (!seen.isWellFormed) return malformedPath;
    if (seen.fieldCount >= this.#maxFields) return tooManyFields;
    return seen.headers("host").length > 1 ? repeatedHost : undefined;
  }

  /** The request as the core sees it: one object, however often the host looks. */
  #see(request: FastifyRequest, reply: FastifyReply): FastifyHostRequest {
    return (carrying(request)[seenAs] ??= new FastifyHostRequest(request, reply, this.#place));
  }

  #write(reply: FastifyReply, response: HostResponse, seen: FastifyHostRequest): void {
    if (this.#isClosing && reply.request.raw.httpVersionMajor === 1) reply.header("connection", "close");
    if (response.upgrade !== undefined) return this.#webSockets?.open(reply, response);
    this.#answering(reply, response);
    try {
      write(reply, response, seen);
    } catch (error) {
      this.fail(error, reply.request, reply);
    }
  }

  /** Remembers the answer of a request. The last one is the one that was sent. */
  #answering(reply: FastifyReply, response: HostResponse): void {
    const request = carrying(reply.request);
    request[answered] = response;
    if (response.sent === undefined || request[isWatched] === true) return;
    request[isWatched] = true;
    const sent = (): void => request[answered]?.sent?.();
    reply.raw.once("close", sent);
    // A client that left before its answer was there: that event has been, and the answer ends when it is written.
    if (this.#see(request, reply).isGone) setImmediate(sent);
  }

  #own(methods: readonly string[], path: string): void {
    for (const method of methods) this.shapes.add(shapeOf(`${method} ${this.#pathOf(path)}`));
  }

  /** The path of a route in the application. The root is the prefix, with its slash if it has one. */
  #pathOf(template: string): string {
    return template === "/" ? this.#instance.prefix || "/" : `${this.#prefix}${template}`;
  }
}

/** A media type as Fastify looks for one, whatever its parameters are. */
const mediaType = new RegExp(`^${tokenPattern}/${tokenPattern}\\s*(?:;|$)`);

/**
 * Keeps Fastify from judging the content type: it would refuse in the middle of the exchange, with resources open. The core
 * reads the header as it was sent.
 */
function letThrough(request: FastifyRequest): void {
  const declared = request.raw.headers["content-type"];
  if (declared !== undefined && !mediaType.test(declared)) request.headers = { "content-type": "application/octet-stream" };
}
