/** Saying that an input identifies no object. */
import { recogniseEverywhere } from "../brand.ts";
import { checkReason, type Reason } from "../dependency/reason.ts";

/** A statement that an input identifies no object, with the reason; made by `nothing()`. */
export class Nothing {
  static {
    recogniseEverywhere(this, "Nothing");
  }

  /** Private: the type is nominal, and no object literal is one. */
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  /** Shown in the document. */
  get reason(): string {
    return this.#reason;
  }
}

/**
 * Says that an input whose name or schema looks like an id, or a segment of a path, identifies no object, and why. The reason is
 * documented.
 *
 * @throws BuildError `empty_reason`
 *
 * @example
 * ```ts
 * const cursor = query("cursorId", z.uuid().optional(), { identifies: nothing("a position in the caller's own list") });
 * ```
 */
export function nothing<const R extends string>(reason: Reason<R>): Nothing {
  return new Nothing(checkReason("nothing()", reason));
}
