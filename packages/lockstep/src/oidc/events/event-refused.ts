/** A refused event token, with the code that its sender reads. */
import { recogniseEverywhere } from "../../brand.ts";
import { InvalidCredential } from "../../problem/error.ts";
import type { EventErrorCode } from "./provider-event.ts";

/** Thrown where a token turns out to be wrong. Not exported from the package: receivers make an answer of it. */
export class EventRefused extends InvalidCredential {
  static {
    recogniseEverywhere(this, "EventRefused");
  }

  readonly err: EventErrorCode;

  constructor(err: EventErrorCode, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.err = err;
  }
}

/** A token whose content is not as it must be. */
export function malformed(reason: string): EventRefused {
  return new EventRefused("invalid_request", reason);
}
