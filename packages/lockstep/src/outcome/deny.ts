/** Refusing with a reason. */
import { recogniseEverywhere } from "../brand.ts";
import { requestHere, type RunningRequest } from "../whereabouts.ts";

/**
 * The value that `deny()` throws. It is not an `Error`, so refusing costs no stack trace; the executor turns it into the refusal
 * of the verb that it came from. Not exported to applications: nobody has to catch it.
 */
export class Denial {
  static {
    recogniseEverywhere(this, "Denial");
  }

  /** For the audit log; never sent to the client. */
  readonly reason: string;
  readonly #request = requestHere();

  constructor(reason: string) {
    this.reason = reason;
  }

  /** The request that a denial was made in. */
  static requestOf(value: unknown): RunningRequest | undefined {
    return typeof value === "object" && value !== null && #request in value ? value.#request : undefined;
  }
}

/**
 * Refuses the request, with a reason for the audit log that the client never sees. The meaning of the refusal depends on the
 * verb: **401** in `authenticate`, **404** in `owned`, `permitted` and `unowned`, **403** everywhere else, the handler included.
 *
 * It throws: a statement, `return deny(…)` and `throw deny(…)` refuse alike. A `catch` around it that does not throw again
 * lets the request go on.
 *
 * @example
 * ```ts
 * const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
 * ```
 */
export function deny(reason: string): never {
  // A refusal is not a failure: it has no stack and is not an Error.
  // oxlint-disable-next-line typescript/only-throw-error
  throw new Denial(reason);
}
