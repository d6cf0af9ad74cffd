/**
 * A connection to an address that was checked, on Node. `fetch` resolves the name of a URL once more after every check, so a name
 * server that answers differently each time (DNS rebinding) leads it anywhere. Here the name is resolved once. The connection
 * goes to one of those addresses, while TLS and `Host` keep the name. This module owns the connection; `outbound.ts` decides
 * which addresses count.
 */
import { Unavailable } from "../problem/error.ts";
import type { UsableCertificate } from "./client-certificate.ts";

/** What a runtime offers that can connect to given addresses. */
export interface Pinning {
  /** The addresses of a name, as the system has them. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /**
   * Sends one request to a URL, over a connection of its own to one of the addresses. A host that is an address itself needs
   * none. A redirect is an answer.
   *
   * @throws whatever the connection fails with; the signal's reason
   */
  readonly send: (url: URL, addresses: readonly string[], request: OutboundRequest) => Promise<OutboundAnswer>;
}

/** A request to send. */
export interface OutboundRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** Certificates in PEM that are trusted instead of the runtime's. */
  readonly ca?: string | readonly string[] | undefined;
  /** The certificate to connect with (RFC 8705 §2). */
  readonly certificate?: UsableCertificate | undefined;
}

/** An answer whose body has not been read. */
export interface OutboundAnswer {
  readonly status: number;
  /** A header's value, or the empty text. */
  readonly header: (name: "content-type" | "location") => string;
  /**
   * The body. Only gzip is decoded: some servers store their documents compressed.
   *
   * @throws Unavailable for any other encoding
   */
  readonly body: () => AsyncIterable<Uint8Array>;
  /** Ends the answer if its body is not wanted. */
  readonly discard: () => Promise<void>;
}

/**
 * The used part of Node's `IncomingMessage`, and of its `LookupFunction` below: the core imports no `node:` module, types
 * included.
 */
interface Incoming extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly destroy: () => unknown;
}

interface Found {
  readonly address: string;
  readonly family: number;
}

type Lookup = (
  host: string,
  options: { readonly all?: boolean | undefined },
  answer: (error: null, found: string | Found[], family?: number) => void,
) => void;

/**
 * Pinning as Node does it. `undefined` on every other runtime, also if it imitates the `node:` modules: nobody can see whether an
 * imitation heeds the addresses.
 */
export function nodePinning(): Pinning | undefined {
  // Other runtimes have no `process`, no `navigator`, or only a part of them.
  const { process, navigator } = globalThis as Partial<Pick<typeof globalThis, "process" | "navigator">>;
  const isImitation = ["bun", "deno"].some((name) => process?.versions?.[name]) || navigator?.userAgent === "Cloudflare-Workers";
  if (process?.release?.name !== "node" || isImitation || typeof process.getBuiltinModule !== "function") return undefined;
  const dns = process.getBuiltinModule("node:dns");
  const http = process.getBuiltinModule("node:http");
  const https = process.getBuiltinModule("node:https");
  return {
    resolve: async (host) => (await dns.promises.lookup(host, { all: true })).map(({ address }) => address),
    send: async (url, addresses, { method, headers, body, signal, ca, certificate }) => {
      const { request } = url.protocol === "http:" ? http : https;
      const trusted = ca === undefined ? {} : { ca: [ca].flat() };
      // No agent: a connection that is shared goes wherever the request that opened it went.
      const options = {
        ...trusted,
        ...certificate,
        method,
        agent: false,
        signal,
        headers: sized(headers, body),
        lookup: lookupOf(addresses),
      };
      const incoming = await new Promise<Incoming>((resolve, reject) => {
        request(url, options, resolve).on("error", reject).end(body);
      });
      return answerOf(incoming);
    },
  };
}

/** The headers with the length of the body, without which the body would be sent in chunks. */
function sized(headers: OutboundRequest["headers"], body: OutboundRequest["body"]): Record<string, string> {
  if (body === undefined) return { ...headers };
  const length = typeof body === "string" ? new TextEncoder().encode(body).length : body.length;
  return { ...headers, "content-length": String(length) };
}

/** Answers with the checked addresses, whatever is asked; Node tries one after the other. */
function lookupOf(addresses: readonly string[]): Lookup {
  const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, { all: wantsAll }, answer) => {
    const [first = { address: "", family: 4 }] = all;
    // Later, as every lookup answers: nobody listens to the socket yet.
    queueMicrotask(() => (wantsAll === true ? answer(null, all) : answer(null, first.address, first.family)));
  };
}

function answerOf(incoming: Incoming): OutboundAnswer {
  const header = (name: string): string => [incoming.headers[name] ?? ""].flat()[0] ?? "";
  return {
    status: incoming.statusCode ?? 0,
    header,
    body: () => decoded(incoming, header("content-encoding").toLowerCase()),
    discard: async () => void incoming.destroy(),
  };
}

function decoded(incoming: Incoming, encoding: string): AsyncIterable<Uint8Array> {
  if (encoding === "" || encoding === "identity") return incoming;
  if (encoding === "gzip") return ReadableStream.from(incoming).pipeThrough(new DecompressionStream("gzip"));
  incoming.destroy();
  throw new Unavailable("A document was refused: it is encoded in another way than gzip");
}
