/** The pieces of a file, counted: a client is told the length before they come. */
import { BuildError } from "../problem/error.ts";
import type { FilePieces } from "./file.ts";

type Piece = IteratorResult<Uint8Array, unknown>;

/**
 * Pieces that are exactly as many bytes as announced. More or fewer end the stream with an error: a client would take the rest
 * for the next answer, or wait for it.
 */
export class FileStream implements AsyncIterableIterator<Uint8Array, void, void> {
  readonly #pieces: AsyncIterator<Uint8Array, unknown> | Iterator<Uint8Array, unknown>;
  readonly #where: string;
  #first: Piece | undefined;
  #left: number;

  /** `first` has been read already. */
  constructor(
    pieces: AsyncIterator<Uint8Array, unknown> | Iterator<Uint8Array, unknown>,
    first: Piece,
    length: number,
    where: string,
  ) {
    this.#pieces = pieces;
    this.#first = first;
    this.#left = length;
    this.#where = where;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, void>> {
    const { done, value } = this.#first ?? (await this.#pieces.next());
    this.#first = undefined;
    if (done === true) {
      if (this.#left > 0) throw wrongLength(this.#where, `${this.#left} bytes fewer`);
      return { done: true, value: undefined };
    }
    if (!(value instanceof Uint8Array))
      throw new BuildError("wrong_result", `${this.#where}: let open() return pieces that are Uint8Arrays`);
    this.#left -= value.byteLength;
    if (this.#left < 0) throw wrongLength(this.#where, "more bytes");
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#pieces.return?.();
    return { done: true, value: undefined };
  }
}

/**
 * Opens the pieces and reads the first, so a file that cannot be read is an error and not half an answer.
 *
 * @throws BuildError `wrong_result` if they are not iterable
 */
export async function openPieces(opened: FilePieces, length: number, where: string): Promise<FileStream> {
  const pieces = iteratorOf(opened);
  if (pieces === undefined)
    throw new BuildError("wrong_result", `${where}: let open() return something iterable, such as createReadStream(path, range)`);
  return new FileStream(pieces, await pieces.next(), length, where);
}

function iteratorOf(opened: FilePieces): AsyncIterator<Uint8Array, unknown> | Iterator<Uint8Array, unknown> | undefined {
  if (typeof opened !== "object" || opened === null) return undefined;
  if (Symbol.asyncIterator in opened) return opened[Symbol.asyncIterator]();
  return Symbol.iterator in opened ? opened[Symbol.iterator]() : undefined;
}

function wrongLength(where: string, what: string): BuildError {
  return new BuildError(
    "wrong_result",
    `${where}: let open({ start, end }) read the bytes from start to end, both included: it read ${what}`,
  );
}
