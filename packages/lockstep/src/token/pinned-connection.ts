/**
 * A connection to an address that was checked, on Node. `fetch` resolves the name of a URL once more after every check, so a name
 * server that answers differently each time (DNS rebinding) leads it anywhere. Here the name is resolved once. The connection
 * goes to one of those addresses, while TLS and `Host` keep the name. This module owns the connection; `outbound.ts` decides
 * which addresses count.
 */
import { Unavailable } from "../problem/error.ts";

/** What a runtime offers that can connect to given addresses. */
export interface Pinning {
  /** The addresses of a name, as the system has them. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /**
   * Sends one GET to a URL, over a connection of its own to one of the addresses. A host that is an address itself needs none.
   *
   * @throws Unavailable for every answer but 200, redirects included; whatever the connection fails with; the signal's reason
   */
  readonly get: (url: URL, addresses: readonly string[], signal: AbortSignal) => Promise<Response>;
  /**
   * Sends one POST in the same way, and returns the status of the answer, whose body is not read. A redirect is an answer.
   *
   * @throws whatever the connection fails with; the signal's reason
   */
  readonly post: (url: URL, addresses: readonly string[], message: PostedMessage) => Promise<number>;
}

/** A message to send. */
export interface PostedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * The used part of Node's `IncomingMessage`, and of its `LookupFunction` below: the core imports no `node:` module, types
 * included.
 */
interface Incoming extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
  readonly headers: { readonly "content-encoding"?: string | undefined; readonly "content-type"?: string | undefined };
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

const asked = { accept: "application/json", "accept-encoding": "identity" } as const;

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
    get: async (url, addresses, signal) => {
      const { request } = url.protocol === "http:" ? http : https;
      // No agent: a connection that is shared goes wherever the request that opened it went.
      const options = { agent: false, signal, headers: asked, lookup: lookupOf(addresses) } as const;
      const incoming = await new Promise<Incoming>((resolve, reject) => {
        request(url, options, resolve).on("error", reject).end();
      });
      return responseOf(incoming);
    },
    post: async (url, addresses, { headers, body, signal }) => {
      const { request } = url.protocol === "http:" ? http : https;
      const length = String(typeof body === "string" ? new TextEncoder().encode(body).length : body.length);
      const all = { ...headers, "content-length": length };
      const options = { method: "POST", agent: false, signal, headers: all, lookup: lookupOf(addresses) } as const;
      const incoming = await new Promise<Incoming>((resolve, reject) => {
        request(url, options, resolve).on("error", reject).end(body);
      });
      incoming.destroy();
      return incoming.statusCode ?? 0;
    },
  };
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

/** The answer in the form that `fetch` has. Only gzip is decoded: some servers store their documents compressed. */
function responseOf(incoming: Incoming): Response {
  const { statusCode: status = 0, headers } = incoming;
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  const isKnown = encoding === "identity" || encoding === "gzip";
  if (status !== 200 || !isKnown) {
    incoming.destroy();
    const what = isKnown ? `the server answered ${status}` : "it is encoded in another way than gzip";
    throw new Unavailable(`A document was refused: ${what}`);
  }
  const body = ReadableStream.from(incoming);
  const decoded = encoding === "gzip" ? body.pipeThrough(new DecompressionStream("gzip")) : body;
  return new Response(decoded, { headers: { "content-type": headers["content-type"] ?? "" } });
}
