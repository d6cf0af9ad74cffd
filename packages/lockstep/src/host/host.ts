/**
 * The contract between the core and its hosts. A host wraps its own request in a `HostRequest`, a lazy accessor (building a web
 * `Request` would cost more than the rest of the exchange), hands it to a `HostedApi`, and writes the `HostResponse` that it
 * gets back.
 */
import { checkOptions } from "../problem/options.ts";
import type { Answer } from "../problem/problem.ts";

/** A client certificate that the host's TLS layer has verified. */
export interface ClientCertificate {
  /** SHA-256 of the DER encoding, in base64url (RFC 8705 §3.1, `x5t#S256`). */
  readonly thumbprintSha256: string;
  /** The subject's distinguished name, as the host prints it. */
  readonly subject: string;
}

/**
 * One request, as the host received it. A request is one object: pass the same one to every method of `HostedApi`. The core
 * reads a member only when it needs it. Nothing is decoded, joined or normalised: if a host and the core read a request
 * differently, a guard may see another request than the handler.
 */
export interface HostRequest {
  /** The method, as sent: `GET`. A host does not change it, whatever a header or a parameter asks for. */
  readonly method: string;
  /** The path as sent: not decoded, and without the query. For a target in absolute form, its path (RFC 9112 §3.2.2). */
  readonly path: string;
  /** The query as sent: not decoded, and without the question mark. Empty if there is none. */
  readonly query: string;
  /** Whether the client's connection is encrypted. Believe a proxy only if the operator has said that there is one. */
  readonly secure: boolean;
  /** The id that the request has in the host's own log. A host without one leaves it out. */
  readonly id?: string | undefined;
  /** Whether that id is a counter that starts again with each process: an id that a client or a proxy sends replaces it. */
  readonly isIdCounted?: boolean;
  /**
   * The client's IP address, or `undefined` if the host does not know it. Believe a proxy only if the operator has said that
   * there is one.
   */
  readonly address: string | undefined;
  /**
   * Whether the client has gone, so nobody will read the answer: the handler then does not run. A host that cannot know leaves
   * it out.
   */
  readonly isGone?: boolean;
  /**
   * `websocket` if the request is the handshake of a WebSocket (RFC 6455 §4.2.1) and the host can complete it. A host that cannot
   * leaves it out: a route that opens one is then answered with 426.
   */
  readonly upgrade?: "websocket" | undefined;
  /** The client's certificate, if the client presented one and the host's TLS layer trusts it. */
  certificate(): ClientCertificate | undefined;
  /**
   * Calls a function once, if the client goes away before its answer was sent. A host that cannot know leaves it out. It is
   * called for the few requests that last, so it need not be cheap.
   */
  whenGone?(listener: () => void): void;
  /**
   * Every value of a header, in the order in which they came; empty if there is none. The name is in lower case. A host that
   * returns only the first of two `Authorization` headers hides the second one from the core, which would refuse both.
   */
  headers(name: string): readonly string[];
  /**
   * The body, in pieces as they come; none if there is no body. The core calls it once at most, and counts the bytes: it does not
   * ask for a body whose `Content-Length` is above the limit, and leaves the loop when more has come.
   *
   * Read from the client only what is asked for, so a slow reader slows the client down. If the loop is left, leave the rest
   * unread, and write the answer all the same; then close the connection, or reset the HTTP/2 stream without an error. Throw if
   * the body ends before it is whole: the client went away, or was too slow.
   */
  body(): AsyncIterable<Uint8Array>;
}

/**
 * An answer, to be written as it is. The host adds the headers of the connection only: `Date`, `Connection`, the length or the
 * encoding of the message. For HEAD, and for a status for which `isBodiless()` is true, it writes no body and passes the body
 * to `discard()`.
 */
export interface HostResponse {
  /** From 200 to 599; 101 with `upgrade`. */
  readonly status: number;
  /** By lower-case name. Each value of a list is a header of its own, such as `set-cookie`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /**
   * `undefined` if there is no body. Read an iterable through `Pieces` and write each piece when the client can take it; end it
   * with `return()` if the client goes away. If it throws, break the connection off, so the client knows that the answer is
   * incomplete. The core reports that error.
   */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
  /**
   * If it is there, call it when the answer has been written, or when it has ended in another way: with it the core learns that
   * the request is over. A host that cannot know when calls it when it hands the answer over. Never throws; only the first call
   * counts.
   */
  readonly sent?: (() => void) | undefined;
  /**
   * Work that the request has left for after its answer: it starts after `sent()`, and the promise settles when all of it has
   * ended. It never rejects. Pass it to the runtime if the runtime stops a program that nobody waits for (`waitUntil()`).
   */
  readonly work?: Promise<void> | undefined;
  /**
   * Aborts if the answer has to end before its last byte: the caller's access has ended, or the server is closing. Break the
   * connection off then, so the client knows that the answer is incomplete.
   */
  readonly broken?: AbortSignal | undefined;
  /** Set if the answer opens a WebSocket. Only the answer to a request with `upgrade` does. Call `sent()` when it is closed. */
  readonly upgrade?: HostUpgrade | undefined;
}

/** A WebSocket that the core opens. Complete the handshake, with the headers of the answer, and then call `open()`, once. */
export interface HostUpgrade {
  /** The subprotocol to answer with, if any. */
  readonly protocol: string | undefined;
  /** Close the connection with 1009 for a longer message of the client. Do not accept compressed messages. */
  readonly maxMessageBytes: number;
  /** The handshake is complete. Call the listener with everything that comes, and once with the end. */
  open(socket: HostSocket): SocketListener;
  /** The handshake failed: the client went away, for example. */
  failed(): void;
}

/** An open WebSocket, as a host has it. */
export interface HostSocket {
  /** Sends a text message. Resolves when it has left the process; rejects if the connection is closed. */
  send(text: string): Promise<void>;
  /** Closes the connection, within a few seconds even if the client does not answer. Does nothing on a closed one. */
  close(code: number, reason: string): void;
  /** Stops reading: the client is slowed down. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
}

/** What a host tells of an open WebSocket. Never throws. */
export interface SocketListener {
  /** A whole message came, as text or as bytes. */
  message(bytes: Uint8Array, isText: boolean): void;
  /** The connection is closed, however it ended. */
  closed(): void;
}

/** A route, as a host can register it with a router of its own. The core still decides which route a request selects. */
export interface HostedRoute {
  /** HEAD comes with GET. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The whole path: `/notes/:id`. A parameter is a whole segment. */
  readonly template: string;
  /** Whether it opens a WebSocket. Default: no. */
  readonly isWebSocket?: boolean;
}

/** The route that a method and a path select, or why there is none. */
export type HostMatch<R extends HostedRoute = HostedRoute> =
  | { readonly kind: "route"; readonly route: R; readonly params: Readonly<Record<string, string>> }
  /** The path exists, the method does not. `allow` names those that do. */
  | { readonly kind: "method"; readonly allow: readonly string[] }
  /** A parameter is not percent-encoded UTF-8, or contains a control character. */
  | { readonly kind: "malformed" }
  /** No route has this path. */
  | { readonly kind: "none" };

/** A match without a route. */
export type Unmatched = Exclude<HostMatch, { kind: "route" }>;

/** One request on its way through a route. Call `begin()`, then `finish()` or `abandon()`, each once. */
export interface HostExchange {
  /**
   * Decides everything that can be decided without the body. Call it before anything reads the body, and before the client is
   * told to send it (`100 Continue`). Returns an answer only if the request ends here; then do not call `finish()`.
   */
  begin(): HostResponse | undefined | Promise<HostResponse | undefined>;
  /** Reads the body, runs the handler and returns the answer. */
  finish(): HostResponse | Promise<HostResponse>;
  /**
   * Closes what the request opened, if the host ends it between `begin()` and `finish()`. Pass the status that the host answered
   * with, if it did. Never rejects.
   */
  abandon(status?: number): Promise<void>;
}

/** What a host knows of the requests that it will pass on. */
export interface HostKnowledge {
  /**
   * Whether it tells the address of the client. If not, and a route needs it, the API must not start: all clients would be
   * counted as one. Pass what the operator has to do, which begins the message: `pass { address } to serveFetch()`.
   */
  readonly clientAddress: true | { readonly unknown: string };
  /** Whether it can open WebSockets. If not, an API with a route that opens one must not start. Default `false`. */
  readonly webSockets?: boolean;
}

/** An API, as hosts see it. Every method may be called at the same time for many requests. */
export interface HostedApi<R extends HostedRoute = HostedRoute> {
  readonly routes: readonly R[];
  /** Whether a route needs the address of the client. */
  readonly needsClientAddress: boolean;
  /**
   * Compares what the host knows with what the routes need. Call it before you serve.
   *
   * @throws BuildError `client_address_unknown`, `websocket_unsupported`
   */
  checkHost(host: HostKnowledge): void;
  /** Answers a request from beginning to end: `match()`, `exchange()`, `begin()` and `finish()` in one call. Never rejects. */
  handle(request: HostRequest): HostResponse | Promise<HostResponse>;
  /** Selects the route of a method and of an undecoded path. */
  match(method: string, path: string): HostMatch<R>;
  /**
   * Starts the exchange of a route that `match()` selected, for a host that does something between the guards and the handler:
   * inviting an upload, or running hooks of the application.
   */
  exchange(route: R, request: HostRequest, params: Readonly<Record<string, string>>): HostExchange;
  /** The answer if no route answers: 404, 405 or 400; for OPTIONS the methods of the path. No credential is read. */
  unmatched(match: Unmatched, request: HostRequest): HostResponse;
  /** The answer to a request that the host itself refuses. A `Problem` is an `Answer`. */
  refuse(answer: Answer, request: HostRequest): HostResponse;
  /**
   * Call it when the server begins to close. The requests that last are told by their signals; those still going on when the
   * grace ends, in seconds, are broken off. Resolves when none is left. Never rejects.
   */
  closing(graceSeconds: number): Promise<void>;
  /** The id of a request, for the host's own log: the one that its answer will have, if the host passes it as `id`. */
  requestId(request: Pick<HostRequest, "headers">): string;
  /** The route of a request as it was declared, `GET /notes/:id`, for reports. */
  labelOf(request: HostRequest): string;
  /** Reports an error that the host met while it answered, in the same way as an error of a handler. Never throws. */
  report(error: unknown, about: { readonly requestId: string; readonly route: string }): void;
}

/**
 * Returns the part of an API that a host calls.
 *
 * @throws BuildError `client_address_unknown` if a route needs the client's address and the host does not know it;
 * `websocket_unsupported` if a route opens a WebSocket and the host cannot; `wrong_option`
 *
 * @example
 * ```ts
 * const hosted = dispatcherOf(api, { clientAddress: true });
 * const { status, headers, body } = await hosted.handle(request);
 * ```
 */
export function dispatcherOf(api: { readonly "~dispatcher": HostedApi }, host: HostKnowledge): HostedApi {
  checkOptions<HostKnowledge>("dispatcherOf()", host, { clientAddress: true, webSockets: true });
  api["~dispatcher"].checkHost(host);
  return api["~dispatcher"];
}
