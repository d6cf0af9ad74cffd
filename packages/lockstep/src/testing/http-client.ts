/**
 * A client that sends a request exactly as the test writes it: repeated headers, any method, and no headers of its own except
 * those that HTTP needs. `fetch` would clean up the attack before it arrives.
 */
import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request as send } from "node:http";

/** The parts of a request beside its method and target. */
export interface AskOptions {
  /** Sent in this order, and as often as they are listed. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Sent with its length, unless `chunked` is set. */
  readonly body?: string | Uint8Array;
  /** Sends the body without announcing its length. */
  readonly chunked?: boolean;
  /** Announces a body of this length and never sends it. */
  readonly announced?: number;
  /** Sent one by one, without a length. If it throws, the client goes away in the middle. */
  readonly pieces?: AsyncIterable<string>;
}

/** The answer to a request. */
export interface Received {
  readonly status: number;
  /** Every value of each header, by lower-case name. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Sends requests to one server. */
export class HttpClient {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string, agent: Agent = new Agent({ keepAlive: false })) {
    this.#url = new URL(url);
    this.#agent = agent;
  }

  /** Sends a request and reads its answer to the end. */
  async ask(method: string, target: string, options: AskOptions = {}): Promise<Received> {
    const message = await this.open(method, target, options);
    const chunks: Uint8Array[] = [];
    // A message without an encoding yields buffers.
    for await (const chunk of message) chunks.push(chunk as Uint8Array);
    const bytes = Buffer.concat(chunks);
    // A body that is not sent to its end would keep the connection open.
    if (options.announced !== undefined || options.pieces !== undefined) message.socket.destroy();
    return { status: message.statusCode ?? 0, headers: distinct(message), text: bytes.toString("utf8"), bytes };
  }

  /** Sends a request and returns the answer as soon as its head has arrived. */
  open(method: string, target: string, options: AskOptions = {}): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = send({
      host: this.#url.hostname,
      port: this.#url.port,
      method,
      path: `${this.#url.pathname.replace(/\/$/, "")}${target}`,
      headers: [["host", this.#url.host], ...framing(options), ...(options.headers ?? [])].flat(),
      agent: this.#agent,
    });
    // After the head, an error of the request is an error of the connection, which the answer reports, too.
    outgoing.on("error", reject).on("response", resolve);
    if (options.pieces !== undefined) void sendPieces(outgoing, options.pieces);
    else if (options.announced === undefined) outgoing.end(options.body);
    else outgoing.flushHeaders();
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function sendPieces(outgoing: ClientRequest, pieces: AsyncIterable<string>): Promise<void> {
  try {
    for await (const piece of pieces) if (!outgoing.write(piece)) await once(outgoing, "drain");
    outgoing.end();
  } catch (error) {
    outgoing.destroy(error instanceof Error ? error : new Error("The client goes away"));
  }
}

function framing({ body, chunked, announced, pieces }: AskOptions): readonly (readonly [string, string])[] {
  if (pieces !== undefined) return [["transfer-encoding", "chunked"]];
  if (announced !== undefined) return [["content-length", String(announced)]];
  if (body === undefined) return [];
  return chunked === true ? [["transfer-encoding", "chunked"]] : [["content-length", String(Buffer.byteLength(body))]];
}

function distinct(message: IncomingMessage): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(message.headersDistinct).map(([name, values]) => [name, values ?? []]));
}
