/**
 * The contract between the core and its hosts. A host wraps its own request in a `HostRequest`, a lazy accessor (building a web `Request`
 * would cost more than the rest of the exchange), hands it to a `HostedApi`, and writes the `HostResponse` that it gets back.
 */
import type { Answer } from "../problem/problem.ts";

/** A client certificate that the host's TLS layer has verified. */
export interface ClientCertificate {
  /** SHA-256 of the DER encoding, in base64url (RFC 8705 §3.1, `x5t#S256`). */
  readonly thumbprintSha256: string;
  /** The subject's distinguished name, as the host prints it. */
  readonly subject: string;
}

/** One request, as the host has it. Header names are lower-case. */
export interface HostRequest {
  /** The method, as sent. */
  readonly method: string;
  /** The path as sent: not decoded, without the query. */
  readonly path: string;
  /** The query as sent: not decoded, without the question mark; empty where there is none. */
  readonly query: string;
  /** Whether the client's connection is encrypted. */
  readonly secure: boolean;
  /** The address of the peer, where the host knows it. */
  readonly address: string | undefined;
  /** Whether the client has gone, so that nobody will read the answer. A host that cannot know leaves it out. */
  readonly isGone?: boolean;
  /** The client's certificate, if one was presented and the host's TLS layer trusts it. */
  certificate(): ClientCertificate | undefined;
  /** Every value of a header, in the order they came; empty where there is none. */
  headers(name: string): readonly string[];
  /**
   * Reads the whole body.
   *
   * @throws Problem `too_large` once more than `maxBytes` came
   */
  body(maxBytes: number): Promise<Uint8Array>;
}

/** What is written: everything but the connection's own headers. */
export interface HostResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** `undefined` where there is no body. An iterable is written piece by piece. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
}

/** A route, as a host registers it with its own router. */
export interface HostedRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The whole path: `/notes/:id`. A parameter is a whole segment. */
  readonly template: string;
}

/** The route that a method and a path select, or why there is none. */
export type HostMatch<R extends HostedRoute = HostedRoute> =
  | { readonly kind: "route"; readonly route: R; readonly params: Readonly<Record<string, string>> }
  /** The path exists, the method does not. `allow` names those that do. */
  | { readonly kind: "method"; readonly allow: readonly string[] }
  /** A parameter that is not percent-encoded UTF-8, or holds a control character. */
  | { readonly kind: "malformed" }
  | { readonly kind: "none" };

/** A match without a route. */
export type Unmatched = Exclude<HostMatch, { kind: "route" }>;

/** One request on its way through a route. */
export interface HostExchange {
  /**
   * Does everything that can be decided before the body is read. Call it before anything reads the body. Returns an answer only if the
   * request ends here; then `finish()` is not called.
   */
  begin(): HostResponse | undefined | Promise<HostResponse | undefined>;
  /** Reads the body, runs the handler and returns the answer. */
  finish(): HostResponse | Promise<HostResponse>;
  /** Closes what the request opened, if the host ends it between `begin()` and `finish()`. Never rejects. */
  abandon(): Promise<void>;
}

/** An API, as hosts see it. Every method may be called at the same time for many requests. */
export interface HostedApi<R extends HostedRoute = HostedRoute> {
  readonly routes: readonly R[];
  /** Answers a request from beginning to end. Never rejects. */
  handle(request: HostRequest): HostResponse | Promise<HostResponse>;
  /** Selects the route of a method and of an undecoded path. */
  match(method: string, path: string): HostMatch<R>;
  /** Starts the exchange of a route that `match()` selected. For hosts that run code of their own between the guards and the handler. */
  exchange(route: R, request: HostRequest, params: Readonly<Record<string, string>>): HostExchange;
  /** The answer if no route answers: 404, 405 or 400; for OPTIONS the methods of the path. No credential is read. */
  unmatched(match: Unmatched, request: HostRequest): HostResponse;
  /** The answer to a request that the host itself cannot take. */
  refuse(answer: Answer, request: HostRequest): HostResponse;
  /** The route of a request as it was declared, `GET /notes/:id`, for reports. */
  labelOf(request: HostRequest): string;
  /** Reports an error that the host met while it answered, in the same way as an error of a handler. Never throws. */
  report(error: unknown, about: { readonly requestId: string; readonly route: string }): void;
}

/**
 * Returns what a host needs of an API.
 *
 * @example
 * ```ts
 * const dispatcher = dispatcherOf(api);
 * const response = await dispatcher.handle(request);
 * ```
 */
export function dispatcherOf(api: { readonly "~dispatcher": HostedApi }): HostedApi {
  return api["~dispatcher"];
}
