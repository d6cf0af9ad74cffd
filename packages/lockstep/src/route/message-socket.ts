/** One open WebSocket, as its handler sees it. */
import type { HostSocket } from "../host/host.ts";
import { parseJson } from "../input/json.ts";
import type { InputLimits } from "../input/limits.ts";
import { answerToIssues } from "../outcome/answer.ts";
import { InputFailure } from "../outcome/input-failure.ts";
import { BuildError } from "../problem/error.ts";
import { problemOf } from "../problem/problem.ts";
import type { JsonWriter } from "./json-content.ts";
import type { Messages } from "./messages.ts";
import { ReaderGone } from "./request-life.ts";

/** How messages are read and written. */
export interface MessageForm {
  /** Validates a received value: the value, an `InputFailure`, or a promise of one. */
  read(value: unknown): unknown;
  readonly write: JsonWriter;
  readonly maxMessageBytes: number;
}

/** How many messages may wait for the handler before the client is slowed down. */
const maxWaiting = 16;

/** The messages between a handler and a client. */
export class MessageSocket implements Messages<unknown, unknown> {
  readonly #form: MessageForm;
  #waiting: Uint8Array[] = [];
  #news = Promise.withResolvers<void>();
  #socket: HostSocket | undefined;
  #limits: InputLimits | undefined;
  #protocol: string | undefined;
  /** Why nothing is said any more. */
  #end: Error | undefined;

  constructor(form: MessageForm) {
    this.#form = form;
  }

  get protocol(): string | undefined {
    return this.#protocol;
  }

  /** The longest message, in bytes. */
  get maxMessageBytes(): number {
    return this.#form.maxMessageBytes;
  }

  /** The connection is open. */
  open(socket: HostSocket, limits: InputLimits, protocol: string | undefined): void {
    this.#socket = socket;
    this.#limits = limits;
    this.#protocol = protocol;
  }

  /** A message came. */
  came(bytes: Uint8Array, isText: boolean): void {
    if (this.#end !== undefined) return;
    // RFC 6455 §7.4.1: data of a kind that the endpoint does not accept.
    if (!isText) return this.end(new ReaderGone("The client sent bytes"), 1003, "send text");
    this.#waiting.push(bytes);
    if (this.#waiting.length >= maxWaiting) this.#socket?.pause();
    this.#tell();
  }

  /** The connection is closed. Messages that came before are still read. */
  closed(): void {
    this.#end ??= new ReaderGone("The client went away");
    this.#tell();
  }

  /** Ends the connection. Messages that nobody has read yet are dropped. */
  end(reason: Error, code: number, text: string): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#waiting = [];
    // A client that is not read cannot answer.
    this.#socket?.resume();
    this.#socket?.close(code, text);
    this.#tell();
  }

  async receive(): Promise<unknown> {
    return (await this.#next())?.message;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, void> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return;
      yield next.message;
    }
  }

  async send(message: unknown): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined)
      throw new BuildError("wrong_result", "send messages in the handler: the connection is not open before it");
    const written = this.#form.write(message);
    // Two messages stay in their order, unless a schema is asynchronous.
    const text = typeof written === "string" ? written : await written;
    if (this.#end !== undefined) throw this.#end;
    try {
      await socket.send(text);
    } catch (cause) {
      throw this.#end ?? new ReaderGone("The client went away", { cause });
    }
  }

  close(code: number = 1000, reason: string = ""): void {
    if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999))
      throw new BuildError("wrong_result", "close a connection with 1000, or with a code from 3000 to 4999 (RFC 6455 §7.4.2)");
    if (typeof reason !== "string" || new TextEncoder().encode(reason).length > 123)
      throw new BuildError("wrong_result", "close a connection with a reason of at most 123 bytes (RFC 6455 §5.5)");
    this.end(new ReaderGone("The handler closed the connection"), code, reason);
  }

  /** Boxed, since a message may be anything. */
  async #next(): Promise<{ readonly message: unknown } | undefined> {
    for (;;) {
      const bytes = this.#waiting.shift();
      if (bytes !== undefined) {
        if (this.#waiting.length === maxWaiting / 2) this.#socket?.resume();
        return { message: await this.#read(bytes) };
      }
      if (this.#end !== undefined) return undefined;
      await this.#news.promise;
    }
  }

  async #read(bytes: Uint8Array): Promise<unknown> {
    // They come with the connection, and no message comes before it.
    if (this.#limits === undefined) throw new TypeError("A message came before the connection was open");
    const value = await this.#form.read(parseJson(bytes, this.#limits));
    if (value instanceof InputFailure) throw problemOf(answerToIssues(value.issues, undefined));
    return value;
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
