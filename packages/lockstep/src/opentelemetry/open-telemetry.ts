/** `openTelemetry()`: a span for each request, and the metrics of an API. */
import {
  context,
  type Context,
  type MeterProvider,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { ObservedRequest, Observer } from "../route/observer.ts";
import type { AnswerEvent } from "../route/serving.ts";
import { answerAttributes, beginningAttributes, decisionAttributes, errorType, spanName } from "./attributes.ts";
import { Instruments } from "./instruments.ts";

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** Default: the global one, which the SDK of your application registers. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one, as it is when the first request begins. */
  readonly meterProvider?: MeterProvider;
}

const known: KnownOptions<OpenTelemetryOptions> = { tracerProvider: true, meterProvider: true };

/**
 * Follows requests with OpenTelemetry. Each has a span of the kind `SERVER`, named after the route's template (`GET /notes/:id`).
 * Guards, the handler, the pieces of a stream and work after the answer run inside it, so spans that they begin are its
 * children. It ends with the last byte of the answer. It continues the trace that the client sends (`traceparent`), unless a
 * span is active already, which is then its parent. Both need the SDK of your application: its context manager and its
 * propagator.
 *
 * The metrics are `http.server.request.duration`, `http.server.active_requests`, `lockstep.refused_requests` and
 * `lockstep.audit_events`.
 *
 * Spans say whether a check refused, which one, and the kind of the caller. They have no query, no path parameter, no header,
 * no message of an error and no id of a caller.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * export const api = createApi({ title: "Notes", version: "1.0.0", routes, observe: openTelemetry() });
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Observer {
  checkOptions("openTelemetry()", options, known);
  const { tracerProvider = trace.getTracerProvider(), meterProvider } = options;
  const tracer = tracerProvider.getTracer("lockstep");
  let made: Instruments | undefined;
  // The API has no placeholder for a provider of metrics that is registered later, as it has for one of traces.
  const instruments = (): Instruments => (made ??= new Instruments(meterProvider ?? metrics.getMeterProvider()));
  return {
    begin: (request) => {
      const parent = parentOf(request);
      const attributes = beginningAttributes(request);
      const span = tracer.startSpan(spanName(request), { kind: SpanKind.SERVER, attributes }, parent);
      const inside = trace.setSpan(parent, span);
      instruments().begin(request, inside);
      return {
        run: (act) => context.with(inside, act),
        answered: (event) => {
          end(span, event);
          instruments().answered(request, event, inside);
        },
      };
    },
    audited: (event) => instruments().audited(event),
  };
}

const headers: TextMapGetter<ObservedRequest> = {
  // No propagator of the specification asks for all names.
  keys: () => [],
  get: (request, name) => {
    const values = request.headers(name.toLowerCase());
    return values.length > 1 ? [...values] : values[0];
  },
};

/** An instrumentation of the server may have begun a span for the request: then this one is inside it. */
function parentOf(request: ObservedRequest): Context {
  const active = context.active();
  return trace.getSpan(active) === undefined ? propagation.extract(active, request, headers) : active;
}

function end(span: Span, event: AnswerEvent): void {
  span.setAttributes({ ...answerAttributes(event), ...decisionAttributes(event) });
  if (errorType(event) !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
