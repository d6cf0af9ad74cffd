/** The metrics of an API. */
import type { Context, Counter, Histogram, MeterProvider, UpDownCounter } from "@opentelemetry/api";
import type { AuditEvent } from "../audit/event.ts";
import type { ObservedRequest } from "../route/observer.ts";
import type { AnswerEvent } from "../route/serving.ts";
import { answerAttributes, requestAttributes, routeAttributes } from "./attributes.ts";

/** The boundaries that the semantic conventions recommend, in seconds. */
const durationBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The instruments of one API. */
export class Instruments {
  readonly #duration: Histogram;
  readonly #active: UpDownCounter;
  readonly #refused: Counter;
  readonly #audited: Counter;

  constructor(provider: MeterProvider) {
    const meter = provider.getMeter("lockstep");
    this.#duration = meter.createHistogram("http.server.request.duration", {
      description: "Duration of HTTP server requests.",
      unit: "s",
      advice: { explicitBucketBoundaries: durationBoundaries },
    });
    this.#active = meter.createUpDownCounter("http.server.active_requests", {
      description: "Number of active HTTP server requests.",
      unit: "{request}",
    });
    this.#refused = meter.createCounter("lockstep.refused_requests", {
      description: "Number of requests that a check refused.",
      unit: "{request}",
    });
    this.#audited = meter.createCounter("lockstep.audit_events", { description: "Number of audit events.", unit: "{event}" });
  }

  begin(request: ObservedRequest, context: Context): void {
    this.#active.add(1, requestAttributes(request), context);
  }

  answered(request: ObservedRequest, event: AnswerEvent, context: Context): void {
    const about = requestAttributes(request);
    const route = routeAttributes(request);
    this.#active.add(-1, about, context);
    this.#duration.record(event.durationMs / 1000, { ...about, ...route, ...answerAttributes(event) }, context);
    if (event.access !== "refused") return;
    this.#refused.add(1, { ...about, ...route, "lockstep.problem.code": event.code }, context);
  }

  audited({ type }: AuditEvent): void {
    this.#audited.add(1, { "lockstep.audit.type": type });
  }
}
