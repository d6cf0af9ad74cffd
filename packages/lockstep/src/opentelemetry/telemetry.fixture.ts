/** An API that is followed by the real SDK, with exporters in memory. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { context, propagation, type Span } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { z } from "zod";
import {
  type Api,
  afterAnswer,
  authenticate,
  authorize,
  body,
  createApi,
  deny,
  depends,
  get,
  httpBearer,
  nothing,
  owned,
  path,
  post,
  query,
  stream,
  text,
} from "../index.ts";
import { openTelemetry } from "./index.ts";

/** The word that every secret contains. */
export const canary = "canary";

/** Registers the parts of an SDK that are global, while the tests of a file run. */
export function registerGlobals(): void {
  before(() => {
    assert.ok(context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
    assert.ok(propagation.setGlobalPropagator(new W3CTraceContextPropagator()));
  });
  after(() => {
    context.disable();
    propagation.disable();
  });
}

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** One number of a metric, with its attributes. A histogram has the number of its values. */
export interface Measured {
  readonly count: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Spans and metrics of the tests of a file. */
export class Collected {
  readonly exporter: InMemorySpanExporter = new InMemorySpanExporter();
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly #reader = new Reader();

  constructor() {
    this.tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: this.exporter })] });
    this.meterProvider = new MeterProvider({ readers: [this.#reader] });
  }

  /** The spans that have ended, by their names. */
  get spans(): readonly ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** The span of a name. Fails if there are several. */
  span(name: string): ReadableSpan {
    const [span, ...others] = this.spans.filter((one) => one.name === name);
    assert.ok(span !== undefined && others.length === 0, `one span "${name}" among ${this.spans.map((one) => one.name).join()}`);
    return span;
  }

  async metric(name: string): Promise<readonly Measured[]> {
    return (await this.#points(name)).map(({ value, attributes }) => ({
      count: typeof value === "number" ? value : value.count,
      attributes,
    }));
  }

  /** The boundaries of a histogram, and the sum of its values. */
  async histogram(name: string): Promise<Histogram> {
    const value = (await this.#points(name))[0]?.value;
    assert.ok(typeof value === "object");
    return value;
  }

  async #points(name: string): Promise<readonly DataPoint<number | Histogram>[]> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    assert.deepEqual(errors, []);
    const found = resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === name);
    // No exponential histogram is configured.
    return found.flatMap(({ dataPoints }) => dataPoints as DataPoint<number | Histogram>[]);
  }
}

/** Begins a span inside the one that is active, and ends it. */
export function mark({ tracerProvider }: Collected, name: string): void {
  tracerProvider.getTracer("test").startActiveSpan(name, (span: Span) => span.end());
}

/** Lets a stream go on. */
export interface Gate {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** The API whose requests are followed. Each part marks where it runs. */
export function followedApi(collected: Collected, gate: Gate = { promise: Promise.resolve(), resolve: () => {} }): Api {
  const { tracerProvider, meterProvider } = collected;
  const user = authenticate({ token: httpBearer() }, async ({ token }) => {
    const found = await Promise.resolve({ id: "alice@example.com", kind: "user", isAdmin: false });
    mark(collected, "verify");
    return token.reveal() === canary ? found : undefined;
  });
  const admin = authorize({ user }, ({ user }) => (user.isAdmin ? user : deny("not an admin")));
  const db = depends({}, () => ({ find: (id: string) => ({ id, ownerId: "somebody else", text: canary }) }));
  const note = owned(
    { user, db, id: path("id", z.string()) },
    ({ db, id }) => db.find(id),
    ({ ownerId }) => ownerId,
  );
  const secret = path("secret", z.string(), { identifies: nothing("it is a test") });
  const invited = { deps: { user, secret, q: query("q", z.string()), later: afterAnswer() } };
  return createApi({
    title: "Followed",
    version: "1",
    audit: () => {},
    onError: () => {},
    observe: openTelemetry({ tracerProvider, meterProvider }),
    routes: [
      post("/invitations/:secret", { ...invited, status: 200 }, async ({ later }) => {
        await Promise.resolve();
        mark(collected, "handler");
        later(() => mark(collected, "work"));
        return "done";
      }),
      get("/me", { deps: { user } }, () => "me"),
      get("/admin", { deps: { admin } }, () => "never"),
      get("/notes/:id", { deps: { note } }, () => "never"),
      post("/numbers", { deps: { user, number: body(z.strictObject({ number: z.number() })) }, status: 200 }, () => "number"),
      get("/broken", { public: "a test" }, () => {
        throw new TypeError(canary);
      }),
      get("/stream", { public: "a test", response: text("text/event-stream") }, () => stream(pieces(collected, gate))),
      get("/broken-stream", { public: "a test", response: text("text/event-stream") }, () => stream(brokenPieces())),
    ],
  });
}

async function* pieces(collected: Collected, gate: Gate): AsyncGenerator<string, void, void> {
  mark(collected, "first piece");
  yield "one";
  await gate.promise;
  mark(collected, "second piece");
  yield "two";
}

async function* brokenPieces(): AsyncGenerator<string, void, void> {
  yield await Promise.resolve("one");
  throw new RangeError(canary);
}

/** The names of the spans inside another one, in order of their names. */
export function childrenOf(collected: Collected, span: ReadableSpan): readonly string[] {
  const { spanId, traceId } = span.spanContext();
  const inside = collected.spans.filter((one) => one.parentSpanContext?.spanId === spanId && one.spanContext().traceId === traceId);
  return inside.map(({ name }) => name).toSorted();
}
