/** The streams that a server is sending: when it closes, one that does not end would keep it for ever. */
import type { Readable } from "node:stream";
import { Unavailable } from "../../problem/error.ts";

/** Streams in flight. */
export class OpenStreams {
  readonly #open = new Set<Readable>();
  readonly #graceMs: number;
  #isOver = false;

  /** `graceMs`: how long they may go on once the server closes. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** Remembers a stream until it ends, however it ends. */
  add(stream: Readable | undefined): void {
    if (stream === undefined) return;
    // A stream that a hook replaced has no reader, and an error that nobody listens for would end the process. The core reports
    // it.
    stream.on("error", () => {});
    this.#open.add(stream);
    if (this.#isOver) stream.destroy(new Unavailable("The server has closed"));
    stream.once("close", () => this.#open.delete(stream));
  }

  /** Cuts off what is left after the grace: the client learns that it was not all, and the resources close. */
  endSoon(): void {
    setTimeout(() => {
      this.#isOver = true;
      for (const stream of this.#open) stream.destroy(new Unavailable("The server has closed"));
    }, this.#graceMs).unref();
  }
}
