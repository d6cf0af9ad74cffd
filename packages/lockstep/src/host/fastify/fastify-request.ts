/** A Fastify request as the core sees it: everything is read from the raw message, nothing is built. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Http2ServerRequest, Http2ServerResponse, type ServerHttp2Stream } from "node:http2";
import { TLSSocket } from "node:tls";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isVisible } from "../../http/token.ts";
import { BuildError } from "../../problem/error.ts";
import { addressIn, forwardedProtocol } from "../forwarded.ts";
import type { ClientCertificate, HostRequest } from "../host.ts";
import { isHandshake } from "./web-sockets.ts";

const none: readonly string[] = Object.freeze([]);

// RFC 9112 §3.2.2: servers accept the absolute form. The part before the path names no route.
const authority = /^https?:\/\/[^/?#]*/i;

/** Where a request came in. */
export interface RequestPlace {
  /** The path that the plugin was mounted under; the core's paths do not have it. */
  readonly prefix?: string;
  /** The number of proxies before a server of ours. An application decides by itself which it trusts. */
  readonly trustedProxies?: number | undefined;
}

/** The lazy accessor over a Fastify request. */
export class FastifyHostRequest implements HostRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Whether the target is one that a client may send (RFC 9112 §3.2). */
  readonly isWellFormed: boolean;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #raw: IncomingMessage | Http2ServerRequest;
  readonly #hops: number | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, { prefix = "", trustedProxies }: RequestPlace = {}) {
    const raw = request.raw;
    const target = raw.url ?? "/";
    const url = target.startsWith("/") ? target : target.replace(authority, "");
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    this.method = raw.method ?? "";
    this.path = prefix === "" ? path : withoutPrefix(path, prefix);
    this.query = mark === -1 ? "" : url.slice(mark + 1);
    // RFC 3986 §3.3 and §3.4: visible ASCII, and no fragment. node:http lets more through.
    this.isWellFormed = isVisible(target) && !target.includes("#");
    this.#request = request;
    this.#reply = reply;
    this.#raw = raw;
    this.#hops = trustedProxies;
  }

  get id(): string {
    return this.#request.id;
  }

  /** Fastify counts requests unless the application says otherwise (`genReqId`, `requestIdHeader`). */
  get isIdCounted(): boolean {
    return /^req-[0-9a-z]+$/.test(this.#request.id);
  }

  get upgrade(): "websocket" | undefined {
    return isHandshake(this.#raw) ? "websocket" : undefined;
  }

  get secure(): boolean {
    // Fastify takes the last protocol of a list, which is that of the innermost proxy.
    if (this.#hops === undefined) return this.#request.protocol === "https";
    const said = this.#hops === 0 ? undefined : forwardedProtocol(this.headers("x-forwarded-proto"), this.#hops);
    return said === undefined ? this.#raw.socket instanceof TLSSocket : said === "https";
  }

  get address(): string | undefined {
    return addressIn(this.#request.ip);
  }

  get isGone(): boolean {
    const raw = this.#raw;
    if (!(raw instanceof Http2ServerRequest)) return raw.socket.destroyed;
    // A stream that the client resets is closed at once, and aborted and destroyed a little later.
    return raw.aborted || raw.stream.closed || raw.stream.destroyed;
  }

  /** Read from the raw fields: node:http keeps only the first of two `Authorization` headers in `headers`. */
  headers(name: string): readonly string[] {
    if (!(this.#raw instanceof Http2ServerRequest)) return this.#fields(name);
    // Pseudo-header fields are not header fields (RFC 9113 §8.3), and `:authority` is what `Host` is in HTTP/1.1 (§8.3.1).
    if (name.startsWith(":")) return none;
    return name === "host" ? distinctHosts([...this.#fields(":authority"), ...this.#fields("host")]) : this.#fields(name);
  }

  #fields(name: string): readonly string[] {
    return fieldsOf(this.#raw.rawHeaders, name);
  }

  /** How many header fields came, as far as node:http kept them. */
  get fieldCount(): number {
    return this.#raw.rawHeaders.length / 2;
  }

  certificate(): ClientCertificate | undefined {
    const { socket } = this.#raw;
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const certificate = socket.getPeerCertificate();
    if (certificate.raw === undefined) return undefined;
    return {
      thumbprintSha256: Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url"),
      subject: Object.entries(certificate.subject)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(", "),
    };
  }

  whenGone(listener: () => void): void {
    const raw: ServerResponse | Http2ServerResponse = this.#reply.raw;
    raw.once("close", () => {
      // HTTP/2 tells only whether the answer was handed over as a whole.
      const isSent = raw instanceof Http2ServerResponse ? raw.writableEnded : raw.writableFinished;
      if (!isSent) listener();
    });
  }

  /** The stream of an HTTP/2 request. */
  get stream(): ServerHttp2Stream | undefined {
    return this.#raw instanceof Http2ServerRequest ? this.#raw.stream : undefined;
  }

  /** Whether the message has a body. HTTP/1.1 says so in its header (RFC 9112 §6.3), HTTP/2 in its framing (RFC 9113 §8.1). */
  get hasBody(): boolean {
    if (this.#raw instanceof Http2ServerRequest) return !this.#raw.stream.endAfterHeaders;
    const length = this.#raw.headers["content-length"];
    return this.#raw.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
  }

  /** Whether the body was read to its end. */
  get isRead(): boolean {
    return this.#raw.readableEnded;
  }

  async *body(): AsyncGenerator<Uint8Array, void, void> {
    if (!this.hasBody) return;
    const raw = this.#raw;
    if (raw.readableDidRead) {
      throw new BuildError("wrong_input", "register the plugin before anything that reads bodies: the body has already been read");
    }
    this.#invite();
    // Leaving the loop would destroy the socket before the answer is written; `destroyOnReturn` keeps it. A message without an
    // encoding yields buffers.
    yield* raw.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    // The body of an HTTP/2 stream that the client reset looks like one that ended.
    if (raw instanceof Http2ServerRequest && this.isGone) throw new Error("The client reset the stream");
  }

  /** Tells a client that waits for it to send the body (RFC 9110 §10.1.1). Without a listener node:http has done so already. */
  #invite(): void {
    const expects = this.#raw.headers.expect?.toLowerCase() === "100-continue";
    if (expects && this.#request.server.server.listenerCount("checkContinue") > 0) this.#reply.raw.writeContinue();
  }
}

/** The values of a header in a list of names and values, in the order in which they came. */
export function fieldsOf(raw: readonly string[], name: string): readonly string[] {
  let found: string[] | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const field = raw[index];
    const value = raw[index + 1];
    if (field === undefined || value === undefined || field.length !== name.length || field.toLowerCase() !== name) continue;
    if (found === undefined) found = [value];
    else found.push(value);
  }
  return found ?? none;
}

/** A request names one host, though it may name it twice (RFC 9113 §8.3.1). */
function distinctHosts(hosts: readonly string[]): readonly string[] {
  const [first, ...others] = hosts;
  if (first === undefined) return none;
  return [first, ...others.filter((other) => other.toLowerCase() !== first.toLowerCase())];
}

/** The path of the API in that of a request. */
export function withoutPrefix(path: string, prefix: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) || "/" : path;
}
