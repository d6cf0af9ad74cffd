/** Refusing with a reason. */

/** A refusal; made by `deny()`, returned from a verb. */
export class Denial {
  /** For the audit log; never sent to the client. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Refuses, with a reason for the audit log; the client never reads it. What the refusal means is the verb's: 401 in
 * `authenticate`, 403 in `authorize`, 404 in `owned` and its siblings.
 */
export function deny(reason: string): Denial {
  return new Denial(reason);
}
