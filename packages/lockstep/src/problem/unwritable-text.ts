/** Text that the head of an answer cannot hold. */
import { BuildError } from "./error.ts";

/**
 * A header or a cookie whose value HTTP cannot carry. If the request sent that text, the client is told (400); if not, it is a
 * mistake of the handler (500). The text is not in the message and is never printed.
 */
export class UnwritableText extends BuildError {
  readonly #parts: readonly string[];

  /** `parts` are the pieces that cannot be written. */
  constructor(message: string, parts: readonly string[]) {
    super("wrong_result", message);
    this.#parts = parts;
  }

  /** Whether every piece that cannot be written is in one of these texts. */
  isIn(texts: readonly string[]): boolean {
    // An empty text is in every other: it was not sent.
    return this.#parts.length > 0 && this.#parts.every((part) => part !== "" && texts.some((text) => text.includes(part)));
  }
}
