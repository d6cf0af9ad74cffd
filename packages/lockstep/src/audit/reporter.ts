/** Hands events to the sink. An event never changes an answer. */
import { notify, timeOf } from "../callback.ts";
import type { AuditDetails, AuditEvent, AuditSink } from "./event.ts";

/** Reports what happened on one API. */
export class AuditReporter {
  readonly #sink: AuditSink;
  readonly #clock: () => number;

  constructor(sink: AuditSink, clock: () => number) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /**
   * Completes an event and hands it over, without waiting for the sink. A sink that throws or rejects is reported on standard error, with
   * nothing of the event but its type.
   */
  report(
    details: AuditDetails,
    about: { readonly requestId: string; readonly route: string; readonly subjects: readonly string[] },
  ): void {
    const event: AuditEvent = {
      at: timeOf(this.#clock),
      requestId: about.requestId,
      route: about.route,
      subjects: about.subjects,
      ...details,
    };
    notify(`The audit sink failed on ${event.type} (request ${about.requestId})`, this.#sink, event);
  }
}
