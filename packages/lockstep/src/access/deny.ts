/** Refusing with a reason. */
import { recogniseEverywhere } from "../brand.ts";

/** A refusal; made by `deny()`, returned from a verb. */
export class Denial {
  static {
    recogniseEverywhere(this, "Denial");
  }

  /** Private, so that the type is nominal: an object of the application that has a `reason` is no denial. */
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  /** For the audit log; never sent to the client. */
  get reason(): string {
    return this.#reason;
  }
}

/**
 * Refuses, with a reason for the audit log; the client never reads it. What the refusal means is the verb's: 401 in
 * `authenticate`, 403 in `authorize`, 404 in `owned` and its siblings.
 */
export function deny(reason: string): Denial {
  return new Denial(reason);
}
