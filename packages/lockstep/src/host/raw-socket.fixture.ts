/** Speaks HTTP over a bare socket, byte for byte: what no client would send. */
import { connect, type Socket } from "node:net";

/** One response, parsed. */
export interface RawAnswer {
  readonly status: number;
  /** The last value of each header, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every header line, as it came. */
  readonly lines: readonly string[];
  readonly body: string;
}

/** How an answer is read. */
export interface AnswerOptions {
  /** It has no body, whatever its header says. */
  readonly bodiless?: boolean;
}

interface Head {
  readonly answer: Omit<RawAnswer, "body">;
  readonly bodyAt: number;
}

/** Ends a test that waits for ever; no machine is so slow. */
const limitMs = 30_000;

/** A connection that sends given bytes and reads responses one by one. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #closed = Promise.withResolvers<void>();
  #received = Buffer.alloc(0);
  #isClosed = false;
  #isEnded = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset is one of the ways to be refused.
    socket.on("error", () => {});
    socket.on("end", () => {
      this.#isEnded = true;
      this.#wake();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#closed.resolve();
      this.#wake();
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const connection = new RawConnection(socket);
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return connection;
  }

  /** Sends bytes, or text as Latin-1 (every character is one byte). */
  send(data: string | Uint8Array): void {
    this.#socket.write(typeof data === "string" ? Buffer.from(data, "latin1") : data);
  }

  /** Says that nothing more comes, and goes on reading: the connection is half closed. */
  end(): void {
    this.#socket.end();
  }

  /** The next response; `undefined` if the server ended the connection first. */
  async next({ bodiless = false }: AnswerOptions = {}): Promise<RawAnswer | undefined> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const taken = this.#take(bodiless);
      if (taken !== undefined) return taken;
      if (this.#isClosed || this.#isEnded) return undefined;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`The server neither answered nor closed the connection within ${limitMs} ms`);
      await this.#change(left);
    }
  }

  /** Whether the server closes the connection. */
  async closes(): Promise<boolean> {
    const timer = setTimeout(() => this.#closed.resolve(), limitMs);
    // The server's end is the client's sign to end too.
    this.#socket.on("end", () => this.#socket.end());
    if (this.#isEnded) this.#socket.end();
    await this.#closed.promise;
    clearTimeout(timer);
    return this.#isClosed;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #change(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, timeoutMs);
    await promise;
    clearTimeout(timer);
  }

  #take(bodiless: boolean): RawAnswer | undefined {
    const head = this.#head();
    if (head === undefined) return undefined;
    const { answer, bodyAt } = head;
    if (bodiless || answer.status < 200 || answer.status === 204) return this.#consume(answer, bodyAt, "");
    if (answer.headers["transfer-encoding"] === "chunked") return this.#takeChunked(answer, bodyAt);
    const length = answer.headers["content-length"];
    const end = length === undefined ? this.#received.length : bodyAt + Number(length);
    const isWhole = length === undefined ? this.#isClosed || this.#isEnded : this.#received.length >= end;
    return isWhole ? this.#consume(answer, end, this.#received.toString("utf8", bodyAt, end)) : undefined;
  }

  #takeChunked(answer: Omit<RawAnswer, "body">, bodyAt: number): RawAnswer | undefined {
    const parts: Buffer[] = [];
    for (let at = bodyAt; ;) {
      const line = this.#received.indexOf("\r\n", at);
      if (line === -1) return undefined;
      const size = Number.parseInt(this.#received.toString("latin1", at, line), 16);
      const end = line + 2 + size + 2;
      if (this.#received.length < end) return undefined;
      if (size === 0) return this.#consume(answer, end, Buffer.concat(parts).toString("utf8"));
      parts.push(this.#received.subarray(line + 2, end - 2));
      at = end;
    }
  }

  #head(): Head | undefined {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const [start = "", ...lines] = this.#received.toString("latin1", 0, end).split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    return { answer: { status: Number(start.split(" ")[1]), headers, lines }, bodyAt: end + 4 };
  }

  #consume(answer: Omit<RawAnswer, "body">, end: number, body: string): RawAnswer {
    this.#received = this.#received.subarray(end);
    return { ...answer, body };
  }
}

/** Sends one request on a connection of its own and reads the answer; `undefined` if there was none. */
export async function rawAnswer(
  url: string,
  request: string | Uint8Array,
  options: AnswerOptions = {},
): Promise<RawAnswer | undefined> {
  const connection = await RawConnection.open(url);
  try {
    connection.send(request);
    return await connection.next(options);
  } finally {
    connection.destroy();
  }
}

/** The text of a request: its start line, a Host, the header lines, a body. */
export function rawRequest(start: string, lines: readonly string[] = [], body = ""): string {
  return [`${start} HTTP/1.1`, "Host: api.test", ...lines, "", body].join("\r\n");
}
