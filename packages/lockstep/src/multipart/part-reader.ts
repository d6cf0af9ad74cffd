/**
 * The parts of a body of `multipart/form-data` (RFC 7578), one after another. Finding their boundaries is the work of
 * `@fastify/busboy`. This module feeds it a little at a time, and only when somebody waits for more: of a body of any size, it
 * holds one slice and what the host has read already.
 */
import { Dicer } from "@fastify/busboy";
import type { RequestBody } from "../host/request-body.ts";
import type { LockstepError } from "../problem/error.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";

/** The header fields of a part, by lower-case name. Each character of a value is one byte. */
export type RawHeader = Readonly<Record<string, readonly string[] | undefined>>;

/** A part whose header has been read. */
export interface Part {
  readonly header: RawHeader;
}

/** A part, as far as it has come. */
class FoundPart {
  header: RawHeader | undefined;
  readonly pieces: Uint8Array[] = [];
  isWhole = false;
}

/** What the body is cut into, in bytes. */
const sliceBytes = 16_384;

/** The longest header of a part: more than twice what a browser sends. Longer ones are cut off, and refused by their length. */
export const maxHeaderBytes = 8192;
const maxHeaderFields = 32;

/** The answer to a body that is not what it says: 400 `malformed_request`. */
export function malformed(detail = "The body is not well-formed multipart/form-data."): Problem {
  return ownProblem(400, "malformed_request", detail);
}

/** Reads the parts of one body, in order: `next()`, then `read()` until the part ends. */
export class PartReader {
  readonly #body: RequestBody;
  readonly #dicer: Dicer;
  readonly #found: FoundPart[] = [];
  #current: FoundPart | undefined;
  #rest: Uint8Array = new Uint8Array();
  #isBodyRead = false;
  #isClosed = false;
  #isBroken = false;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(body: RequestBody, boundary: string) {
    this.#body = body;
    // Newer than the types of the package. A part never waits for its reader inside of it: it is fed when the reader asks.
    const config: { boundary: string; maxHeaderPairs: number; maxHeaderSize: number; partHwm: number } = {
      boundary,
      maxHeaderPairs: maxHeaderFields,
      maxHeaderSize: maxHeaderBytes * 2,
      partHwm: sliceBytes * 64,
    };
    this.#dicer = new Dicer(config);
    this.#dicer.on("part", (stream) => {
      const part = new FoundPart();
      this.#found.push(part);
      stream.on("header", (header) => this.#changed(() => (part.header = header as RawHeader)));
      // A stream without an encoding yields bytes.
      stream.on("data", (piece) => this.#changed(() => part.pieces.push(piece as Uint8Array)));
      stream.on("end", () => this.#changed(() => (part.isWhole = true)));
      stream.on("error", () => {});
    });
    this.#dicer.on("finish", () => this.#changed(() => (this.#isClosed = true)));
    this.#dicer.on("error", () => this.#changed(() => (this.#isBroken = true)));
  }

  /**
   * The next part; `undefined` after the last one, when the body has been read to its end. The rest of the part before is read
   * and thrown away.
   *
   * @throws Problem 400 `malformed_request`; the errors of the body
   */
  async next(): Promise<Part | undefined> {
    while ((await this.read()) !== undefined);
    for (;;) {
      const change = this.#change.promise;
      await this.#check();
      const [part] = this.#found;
      if (part?.header !== undefined) {
        this.#found.shift();
        this.#current = part;
        return { header: part.header };
      }
      // A part whose header does not end.
      if (part?.isWhole === true) throw await this.fail(malformed());
      if (part === undefined && this.#isClosed && this.#isBodyRead) return undefined;
      await this.#more(change);
    }
  }

  /** The next piece of the current part; `undefined` at its end. @throws as `next()` */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const change = this.#change.promise;
      await this.#check();
      const piece = this.#current?.pieces.shift();
      if (piece !== undefined) return piece;
      if (this.#current === undefined || this.#current.isWhole) return undefined;
      await this.#more(change);
    }
  }

  /** Ends the reading with an error, and returns the error that everyone who reads on gets. */
  fail(failure: LockstepError<string>): Promise<Error> {
    return this.#body.fail(failure);
  }

  /** Leaves the rest unread. */
  async close(): Promise<void> {
    await this.#body.return();
  }

  /** @throws Problem 400 `malformed_request`; the error that ended the reading */
  async #check(): Promise<void> {
    this.#body.checkFailure();
    if (this.#isBroken) throw await this.fail(malformed());
  }

  /** Feeds one slice. Once the body has ended, it waits for the parser's next event instead. */
  async #more(change: Promise<void>): Promise<void> {
    const slice = await this.#slice();
    if (slice === undefined) return change;
    // An epilogue (RFC 2046 §5.1.1) is not fed.
    if (!this.#isClosed) await new Promise<void>((resolve) => this.#dicer.write(slice, () => resolve()));
  }

  async #slice(): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0 && !this.#isBodyRead) {
      const { done, value } = await this.#body.next();
      if (done === true) {
        this.#changed(() => (this.#isBodyRead = true));
        this.#dicer.end();
      } else {
        this.#rest = value;
      }
    }
    if (this.#isBodyRead) return undefined;
    const slice = this.#rest.subarray(0, sliceBytes);
    this.#rest = this.#rest.subarray(slice.length);
    return slice;
  }

  #changed(change: () => unknown): void {
    change();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
