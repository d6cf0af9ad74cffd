/**
 * The life of a request that lasts: a stream, a socket, or a handler that asked for the signal. It ends early if the client
 * leaves, if the server closes, or if the caller's access ends. This module owns who is told of it, and when.
 */
import { BuildError } from "../problem/error.ts";

/**
 * How long requests that last may go on after their server has begun to close, in seconds. Default 3.
 *
 * @throws BuildError `wrong_option`
 */
export function graceSecondsOf({ graceSeconds = 3 }: { readonly graceSeconds?: number }): number {
  if (typeof graceSeconds === "number" && graceSeconds >= 0 && graceSeconds <= 3600) return graceSeconds;
  throw new BuildError("wrong_option", "set graceSeconds to a number of seconds from 0 to 3600");
}

/** The reason of a signal: the caller may no longer do what the request asks for. */
export class AccessEnded extends Error {
  override readonly name = "AccessEnded";
}

/** The reason of a signal: the client went away before the last byte. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** The reason of a signal: the server is closing. */
export class ServerClosing extends Error {
  override readonly name = "ServerClosing";
}

/** Why an answer ended before its last byte. */
export type BrokenOff = "client_gone" | "access_ended" | "server_closing" | "error";

/**
 * Why a request ended early, if an error only says that it did: nothing of the application failed. Functions of Node.js that
 * listen to a signal wrap its reason.
 */
export function earlyEndOf(error: unknown): BrokenOff | undefined {
  if (error instanceof Error && error.name === "AbortError") return earlyEndOf(error.cause);
  if (error instanceof AccessEnded) return "access_ended";
  if (error instanceof ReaderGone) return "client_gone";
  return error instanceof ServerClosing ? "server_closing" : undefined;
}

/** Whether the caller still has access; `unknown` if it cannot be told right now. */
export type AccessState = "holds" | "ended" | "unknown";

/** What a life needs of its request. */
export interface LifeOptions {
  /** Runs the guards of the request again. `undefined` if nobody had to pass one. */
  readonly access: (() => Promise<AccessState>) | undefined;
  /** How long after an answer of `access` it is asked again, in milliseconds. */
  readonly recheckMs: number;
  readonly open: OpenLives;
}

/** The part of an answer that can be broken off. */
interface Breakable {
  fail(error: Error): void;
}

/** How long a caller's access may be unknown before it counts as ended, in milliseconds. */
const maxUnknownMs = 5000;

/** The life of one request. */
export class RequestLife {
  readonly #told = new AbortController();
  readonly #broken = new AbortController();
  readonly #options: LifeOptions;
  #answer: Breakable | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs while access is not known. */
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    options.open.add(this);
    this.#schedule();
  }

  /** For the application: aborts if the client leaves, the server closes or access ends. */
  get signal(): AbortSignal {
    return this.#told.signal;
  }

  /** For the host: aborts if the answer has to be broken off. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Whether the answer is a stream or a socket: it learns at once that the server closes, and not at the end of the grace. */
  get isLasting(): boolean {
    return this.#answer !== undefined;
  }

  /** From now on the answer is being sent. One that comes too late is broken off at once. */
  answering(answer: Breakable): void {
    this.#answer = answer;
    if (this.#broken.signal.aborted) answer.fail(this.#broken.signal.reason);
    else if (this.#options.open.isClosing) this.tell(new ServerClosing("The server is closing"));
  }

  /** Tells the application; the answer goes on. */
  tell(reason: Error): void {
    if (!this.#isOver) this.#told.abort(reason);
  }

  /** Tells the application, and breaks the answer off. */
  end(reason: Error): void {
    if (this.#isOver) return;
    this.#told.abort(reason);
    this.#answer?.fail(reason);
    this.#broken.abort(reason);
    this.over();
  }

  /** The request is over: nothing is told any more. */
  over(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
    this.#options.open.delete(this);
  }

  #schedule(): void {
    const { access, recheckMs } = this.#options;
    if (access === undefined || this.#isOver) return;
    this.#timer = unheld(setTimeout(() => void this.#recheck(access), recheckMs));
  }

  async #recheck(access: () => Promise<AccessState>): Promise<void> {
    const end = (): void => this.end(new AccessEnded("The caller's access has ended"));
    // A guard may also never answer.
    this.#deadline ??= unheld(setTimeout(end, maxUnknownMs));
    const state = await access();
    if (state === "ended") return end();
    if (state === "holds") {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    }
    this.#schedule();
  }
}

/** A timer of Node's would keep a process alive that has nothing else to do; other runtimes return a number. */
function unheld(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  if (typeof timer === "object") timer.unref();
  return timer;
}

/** The lives that are going on in one API. */
export class OpenLives {
  readonly #lives = new Set<RequestLife>();
  #whenEmpty: PromiseWithResolvers<void> | undefined;
  #isClosing = false;

  get isClosing(): boolean {
    return this.#isClosing;
  }

  add(life: RequestLife): void {
    this.#lives.add(life);
  }

  delete(life: RequestLife): void {
    this.#lives.delete(life);
    if (this.#lives.size === 0) this.#whenEmpty?.resolve();
  }

  /** Tells streams that the server closes, and ends everything that is still going on after the grace. */
  async close(graceSeconds: number): Promise<void> {
    const closing = new ServerClosing("The server is closing");
    this.#isClosing = true;
    for (const life of this.#lives) if (life.isLasting) life.tell(closing);
    if (this.#lives.size === 0) return;
    this.#whenEmpty ??= Promise.withResolvers();
    const timer = setTimeout(() => {
      for (const life of this.#lives) life.end(closing);
    }, graceSeconds * 1000);
    await this.#whenEmpty.promise;
    clearTimeout(timer);
  }
}
