/** Answers web requests: the host of tests, and of runtimes that speak fetch (Workers, Deno, Bun). */
import type { Server } from "../../route/server.ts";
import type { HostResponse } from "../host.ts";
import { FetchRequest } from "./fetch-request.ts";

/** What the runtime knows and a `Request` does not say. */
export interface FetchOptions {
  /** The address of the peer. */
  readonly address?: (request: Request) => string | undefined;
}

/** Makes the function that answers a web request. */
export function fetchHandler(server: Server, options: FetchOptions = {}): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await server.handle(new FetchRequest(request, options.address?.(request)));
    return toResponse(response, request.method === "HEAD");
  };
}

async function toResponse({ status, headers, body }: HostResponse, isHead: boolean): Promise<Response> {
  const written = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) written.append(name, one);
  }
  if (!isHead) return new Response(bodyInit(body), { status, headers: written });
  if (typeof body === "object" && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.();
  return new Response(null, { status, headers: written });
}

function bodyInit(body: HostResponse["body"]): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  if (body === undefined || typeof body === "string") return body ?? null;
  // A view over bytes of ours is written as it is, whatever buffer is behind it.
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  return ReadableStream.from(encoded(body));
}

async function* encoded(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
}
