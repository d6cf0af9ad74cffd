/** One file of an upload while it is read. */
import { BuildError } from "../problem/error.ts";
import { ownProblem } from "../problem/problem.ts";
import { joined } from "../host/request-body.ts";
import { checkLimit } from "../input/limits.ts";
import { readableOnce } from "../input/readable-once.ts";
import type { CheckedRule } from "./file-rule.ts";
import type { PartReader } from "./part-reader.ts";

/** A file that a client sends. Read it before you ask for the next one; what you leave of it is thrown away. */
export interface UploadedFile<F extends string = string> {
  /** The name under which it was declared. */
  readonly field: F;
  /**
   * A safe form of the name that the client sent: without paths, invisible characters and devices of Windows.
   * `undefined` if nothing is left. Two files can have one name, so do not store them under it.
   */
  readonly name: string | undefined;
  /** The type that the client declared, in lower case and without parameters: `image/png`. */
  readonly type: string;
  /** The bytes, in pieces as they come. Read them once. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** The bytes in memory, at most `maxBytes` of them. Call it once, and do not read `stream`. */
  bytes(): Promise<Uint8Array>;
  /**
   * The bytes in pieces of one size, the last one shorter, for a store that takes a file in parts. The pieces of `stream` are as
   * small as the client likes, so it would decide how often you write. Call it once, and do not read `stream`.
   *
   * @param pieceBytes the size of a piece, which is kept in memory until it is full
   * @throws BuildError `wrong_option` for a size that is not a whole number from 1
   */
  pieces(pieceBytes: number): AsyncIterable<Uint8Array>;
}

/** The description of a file. */
export interface FileHead {
  readonly rule: CheckedRule;
  readonly name: string | undefined;
  readonly type: string;
}

/** A file whose content comes next in the body, or is in memory already. */
export class OpenFile implements UploadedFile {
  readonly field: string;
  readonly name: string | undefined;
  readonly type: string;
  readonly stream: AsyncIterable<Uint8Array>;
  readonly #rule: CheckedRule;
  readonly #parts: PartReader;
  readonly #ahead: Uint8Array[] = [];
  #size = 0;
  #isWhole = false;
  #state: "unread" | "reading" | "over" = "unread";

  constructor({ rule, name, type }: FileHead, parts: PartReader) {
    this.field = rule.field;
    this.name = name;
    this.type = type;
    this.#rule = rule;
    this.#parts = parts;
    const next = (): Promise<IteratorResult<Uint8Array, undefined>> => this.#next();
    const leave = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      this.#state = "over";
      return { done: true, value: undefined };
    };
    this.stream = readableOnce(`Read the file "${rule.field}"`, { next, return: leave });
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream) pieces.push(piece);
    return joined(pieces, this.#size);
  }

  pieces(pieceBytes: number): AsyncIterable<Uint8Array> {
    checkLimit("pieces()", "pieceBytes", pieceBytes);
    return ofOneSize(this.stream, pieceBytes);
  }

  /** Whether all of it is in memory. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Reads until `bytes` of it are in memory, or all of it. Returns how many are. */
  async readAhead(bytes: number): Promise<number> {
    while (this.#size < bytes && !this.#isWhole) {
      const piece = await this.#pull();
      if (piece === undefined) this.#isWhole = true;
      else this.#ahead.push(piece);
    }
    return this.#size;
  }

  /** The bytes that were read ahead. */
  get start(): Uint8Array {
    return joined(this.#ahead, this.#size);
  }

  /**
   * The next file is asked for: the rest of this one is thrown away, and is not larger than a file may be.
   *
   * @throws BuildError `wrong_input` if it is still being read
   */
  async leave(): Promise<void> {
    const isReading = this.#state === "reading";
    this.#state = "over";
    this.#ahead.length = 0;
    if (isReading) {
      throw new BuildError("wrong_input", `Await the reading of "${this.field}" before you ask for the next file: it is not over`);
    }
    while (!this.#isWhole) if ((await this.#pull()) === undefined) this.#isWhole = true;
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === "over")
      throw new BuildError("wrong_input", `Read "${this.field}" before you ask for the next file: its bytes are gone`);
    this.#state = "reading";
    const piece = this.#ahead.shift() ?? (this.#isWhole ? undefined : await this.#pull());
    if (piece !== undefined) return { done: false, value: piece };
    this.#isWhole = true;
    this.#state = "over";
    return { done: true, value: undefined };
  }

  /** @throws Problem 413 `too_large` */
  async #pull(): Promise<Uint8Array | undefined> {
    const piece = await this.#parts.read();
    this.#size += piece?.length ?? 0;
    if (this.#size <= this.#rule.maxBytes) return piece;
    throw await this.#parts.fail(ownProblem(413, "too_large", `The file "${this.field}" is too large.`));
  }
}

/** Fills one piece after another. Each is new, so it may be kept. */
async function* ofOneSize(stream: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let piece = new Uint8Array(pieceBytes);
  let filled = 0;
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + pieceBytes - filled);
      piece.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < pieceBytes) continue;
      yield piece;
      piece = new Uint8Array(pieceBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
