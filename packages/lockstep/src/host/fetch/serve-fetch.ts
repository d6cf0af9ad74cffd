/** Answers web requests: the host of tests, and of runtimes that speak fetch (Workers, Deno, Bun). */
import { checkOptions } from "../../problem/options.ts";
import { isBodiless } from "../../http/bodiless.ts";
import { answerToError } from "../../outcome/answer.ts";
import { watchUnawaited } from "../unawaited.ts";
import { dispatcherOf, type HostedApi, type HostResponse } from "../host.ts";
import { discard, Pieces } from "../body.ts";
import { FetchRequest } from "./fetch-request.ts";

/** What the runtime knows and a `Request` does not say. */
export interface FetchOptions {
  /** The address of the client: of the peer, or what a proxy that you trust says of it. Default: it is not known. */
  readonly address?: (request: Request) => string | undefined;
}

/**
 * Returns the function that a fetch runtime calls for each request. It never rejects. `api.fetch` is the same function without
 * options.
 *
 * @throws BuildError `wrong_option`; `client_address_unknown` if a route needs the client's address and `address` is not set
 *
 * @example
 * ```ts
 * export default { fetch: serveFetch(api, { address: (request) => request.headers.get("cf-connecting-ip") ?? undefined }) };
 * ```
 */
export function serveFetch(
  api: { readonly "~dispatcher": HostedApi },
  options: FetchOptions = {},
): (request: Request) => Promise<Response> {
  checkOptions<FetchOptions>("serveFetch()", options, { address: true });
  const hosted = dispatcherOf(api, {
    clientAddress: options.address !== undefined || { unknown: "pass { address } to serveFetch()" },
  });
  let watches = false;
  return async (request) => {
    // From the first request on, and not at start-up: a program that only makes an API watches nothing.
    if (!watches) watchUnawaited();
    watches = true;
    let seen = new FetchRequest(request, undefined);
    let response: HostResponse | undefined;
    try {
      if (options.address !== undefined) seen = new FetchRequest(request, options.address(request));
      response = await hosted.handle(seen);
      const isSent = request.method !== "HEAD" && !isBodiless(response.status);
      if (!isSent) discard(response.body);
      return toResponse(isSent ? response : { ...response, body: undefined });
    } catch (error) {
      // A status or a header that cannot be written, or a function of the application that throws.
      discard(response?.body);
      const answer = hosted.refuse(answerToError(undefined), seen);
      hosted.report(error, { requestId: String(answer.headers["x-request-id"]), route: hosted.labelOf(seen) });
      return toResponse(answer);
    }
  };
}

function toResponse({ status, headers, body }: HostResponse): Response {
  const written = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) written.append(name, one);
  }
  return new Response(bodyInit(body), { status, headers: written });
}

function bodyInit(body: HostResponse["body"]): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  if (body === undefined || typeof body === "string") return body ?? null;
  // A view over bytes of ours is written as it is, whatever buffer is behind it.
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  return readable(new Pieces(body));
}

/** Reads a piece when one is asked for; a reader that goes away, before the first piece even, ends the body. */
function readable(pieces: Pieces): ReadableStream {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
