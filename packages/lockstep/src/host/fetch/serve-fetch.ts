/** Answers web requests: the host of tests, and of runtimes that speak fetch (Workers, Deno, Bun). */
import { notify } from "../../callback.ts";
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { isBodiless } from "../../http/bodiless.ts";
import { answerToError } from "../../outcome/answer.ts";
import { watchUnawaited } from "../unawaited.ts";
import { dispatcherOf, type HostedApi, type HostKnowledge, type HostResponse } from "../host.ts";
import { discard, Pieces } from "../body.ts";
import { FetchRequest, type KnownOfRequest } from "./fetch-request.ts";

/** What the runtime knows and a `Request` does not say. */
export interface FetchOptions {
  /** The address of the client: of the peer, or what a proxy that you trust says of it. Default: it is not known. */
  readonly address?: (request: Request) => string | undefined;
  /**
   * Whether the client's connection is encrypted, as a proxy that you trust says it. Default, and if it returns `undefined`:
   * whether the URL of the request begins with `https:`.
   */
  readonly secure?: (request: Request) => boolean | undefined;
  /** The path under which the API answers, for example `/api`: any other path is 404. Default: the root. */
  readonly basePath?: string;
  /**
   * Tells the runtime to go on until work after an answer has ended (`afterAnswer()`). Called with a promise that never rejects.
   * Default: `waitUntil()` of the context that the runtime passes beside the request, if it passes one, as Cloudflare Workers do.
   */
  readonly waitUntil?: (work: Promise<void>, request: Request) => void;
}

const fetchOptions: KnownOptions<FetchOptions> = { address: true, secure: true, basePath: true, waitUntil: true };

/** The function that a fetch runtime calls for each request. The runtime may pass more, such as its context. */
export type FetchFunction = (request: Request, ...platform: readonly unknown[]) => Promise<Response>;

/**
 * Returns the function that a fetch runtime calls for each request. It never rejects. `api.fetch` is the same function without
 * options.
 *
 * @throws BuildError `wrong_option`; `client_address_unknown` if a route needs the client's address and `address` is not set;
 * `websocket_unsupported` if a route opens a WebSocket
 *
 * @example
 * ```ts
 * export default { fetch: serveFetch(api, { address: (request) => request.headers.get("cf-connecting-ip") ?? undefined }) };
 * ```
 */
export function serveFetch(api: { readonly "~dispatcher": HostedApi }, options: FetchOptions = {}): FetchFunction {
  checkOptions("serveFetch()", options, fetchOptions);
  checkBasePath(options.basePath);
  return fetchOf(api, options, {});
}

/** The function without the check of its options. `host` is what else it knows. */
export function fetchOf(
  api: { readonly "~dispatcher": HostedApi },
  options: FetchOptions,
  host: Omit<HostKnowledge, "clientAddress">,
): FetchFunction {
  const clientAddress = options.address !== undefined || { unknown: "pass { address } to serveFetch()" };
  const hosted = dispatcherOf(api, { ...host, clientAddress });
  let watches = false;
  return async (request, ...platform) => {
    // From the first request on, and not at start-up: a program that only makes an API watches nothing.
    if (!watches) watchUnawaited();
    watches = true;
    let known: KnownOfRequest = { basePath: options.basePath };
    let [seen, response]: [FetchRequest?, HostResponse?] = [];
    try {
      known = { ...known, address: options.address?.(request), secure: secureOf(request, options) };
      seen = new FetchRequest(request, known);
      response = await hosted.handle(seen);
      const isSent = request.method !== "HEAD" && !isBodiless(response.status);
      if (!isSent) discard(response.body);
      if (response.work !== undefined) holdRuntime(response.work, request, options.waitUntil, platform);
      return handedOver(isSent ? response : { ...response, body: undefined });
    } catch (error) {
      // A status or a header that cannot be written, or a function of the application that throws.
      discard(response?.body);
      const id = response?.headers["x-request-id"];
      seen ??= new FetchRequest(request, known);
      if (typeof id === "string") seen.id = id;
      const answer = hosted.refuse(answerToError(undefined), seen);
      hosted.report(error, { requestId: String(answer.headers["x-request-id"]), route: hosted.labelOf(seen) });
      return handedOver(answer);
    }
  };
}

/** @throws BuildError `wrong_option` for a path that no request has */
function checkBasePath(basePath: unknown): void {
  if (basePath === undefined || (typeof basePath === "string" && /^(?:\/[\w.~!$&'()*+,;=:@%-]+)+$/.test(basePath))) return;
  throw new BuildError(
    "wrong_option",
    'serveFetch(): write basePath as it is in the URL, for example "/api", without a slash at its end',
  );
}

/** @throws BuildError `wrong_option` for another value: a promise would always be true */
function secureOf(request: Request, { secure }: FetchOptions): boolean | undefined {
  const said: unknown = secure?.(request);
  if (said === undefined || typeof said === "boolean") return said;
  throw new BuildError("wrong_option", "serveFetch(): return true or false from secure(), or undefined to use the URL");
}

/** The part of a runtime's context that keeps a program running. */
interface RuntimeContext {
  waitUntil(work: Promise<void>): void;
}

/** Passes running work to the runtime, if there is a way. If that fails, the answer stays as it is. */
function holdRuntime(
  work: Promise<void>,
  request: Request,
  waitUntil: FetchOptions["waitUntil"],
  platform: readonly unknown[],
): void {
  if (waitUntil !== undefined) return notify("waitUntil() failed", waitUntil, work, request);
  const context = platform.find(isRuntimeContext);
  if (context !== undefined) notify("waitUntil() failed", () => context.waitUntil(work));
}

function isRuntimeContext(value: unknown): value is RuntimeContext {
  return typeof value === "object" && value !== null && "waitUntil" in value && typeof value.waitUntil === "function";
}

/** Nobody tells when a whole answer was written. A stream is over when its last piece was asked for, or nobody reads on. */
function handedOver(response: HostResponse): Response {
  const written = toResponse(response);
  if (typeof response.body !== "object" || response.body instanceof Uint8Array) response.sent?.();
  return written;
}

function toResponse(response: HostResponse): Response {
  const { status, headers } = response;
  const written = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) written.append(name, one);
  }
  return new Response(bodyInit(response), { status, headers: written });
}

function bodyInit(response: HostResponse): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  const { body } = response;
  if (body === undefined || typeof body === "string") return body ?? null;
  // A view over bytes of ours is written as it is, whatever buffer is behind it.
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  return readable(new Pieces(body), response);
}

/** Reads a piece when one is asked for; a reader that goes away, before the first piece even, ends the body. */
function readable(pieces: Pieces, { sent, broken }: HostResponse): ReadableStream {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      start(controller) {
        broken?.addEventListener("abort", () => {
          controller.error(broken.reason);
          sent?.();
        });
      },
      async pull(controller) {
        const { done, value } = await pieces.next().catch((error: unknown) => {
          sent?.();
          throw error;
        });
        if (broken?.aborted === true) return;
        if (done !== true) return controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
        controller.close();
        sent?.();
      },
      async cancel() {
        const ended = pieces.return();
        sent?.();
        await ended;
      },
    },
    { highWaterMark: 0 },
  );
}
