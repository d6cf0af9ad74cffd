/** An end of a request that is a success without its handler. Not exported: only the replays of webhooks use it. */
import { recogniseEverywhere } from "../brand.ts";
import { StacklessError } from "../problem/error.ts";
import type { Answer } from "../problem/problem.ts";

/**
 * The event of this request was handled before. Open resources receive it as an error, so nothing commits, and the answer is an
 * empty **200**: the sender takes anything else for a failure and sends the event again.
 */
export class HandledBefore extends StacklessError<"handled_before"> implements Answer {
  static {
    recogniseEverywhere(this, "HandledBefore");
  }

  override readonly name = "HandledBefore";
  readonly status = 200;
  readonly title = "OK";
  readonly detail = "The event was handled before.";
  readonly headers: Answer["headers"] = {};
  readonly members: Answer["members"] = {};

  constructor() {
    super("handled_before", "The event was handled before: the answer is a success, and the handler does not run");
  }
}
