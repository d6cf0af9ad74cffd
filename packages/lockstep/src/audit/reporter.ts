/** Passes events to the sink. An event never changes an answer. */
import { notify, timeOf } from "../callback.ts";
import type { AuditDetails, AuditEvent, AuditSink } from "./event.ts";

/** Reports the audit events of one API. */
export class AuditReporter {
  readonly #sink: AuditSink;
  readonly #clock: () => number;

  constructor(sink: AuditSink, clock: () => number) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /**
   * Completes an event and passes it to the sink, without waiting. If the sink throws or rejects, that is reported on standard
   * error, with the type of the event and the request's id, and nothing else of the event.
   */
  report(
    details: AuditDetails,
    about: {
      readonly requestId: string;
      readonly route: string;
      readonly subjects: readonly string[];
      readonly actor?: string | undefined;
      readonly address?: string | undefined;
    },
  ): void {
    const event: AuditEvent = {
      at: timeOf(this.#clock),
      requestId: about.requestId,
      route: about.route,
      subjects: about.subjects,
      ...(about.actor === undefined ? {} : { actor: about.actor }),
      ...details,
    };
    notify(`The audit sink failed on ${event.type} (request ${about.requestId})`, this.#sink, event, {
      address: about.address,
    });
  }
}
