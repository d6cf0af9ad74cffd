/** Values that are read in pieces and not kept: files, and bodies of unknown size. */
import { BuildError } from "../problem/error.ts";

/**
 * An iterable that can be read once. A second reader would find nothing and take it for an empty file.
 *
 * @throws BuildError `wrong_input` to a second reader; `what` begins with a verb: `read the body`
 */
export function readableOnce<T>(what: string, pieces: AsyncIterator<T>): AsyncIterable<T> {
  let isTaken = false;
  return {
    [Symbol.asyncIterator]() {
      if (isTaken) throw new BuildError("wrong_input", `${what} once: its pieces are not kept`);
      isTaken = true;
      return pieces;
    },
  };
}
