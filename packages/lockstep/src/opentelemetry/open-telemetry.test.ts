import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  type Attributes,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
  type MeterProvider,
} from "@opentelemetry/api";
import { type Api, createApi, get } from "../index.ts";
import { fastifyServer } from "../host/fastify/index.ts";
import { serveFetchFunction } from "../host/fetch/node-bridge.fixture.ts";
import { serveFetch } from "../host/fetch/index.ts";
import { eventually } from "../testing/eventually.ts";
import { openTelemetry, type OpenTelemetryOptions } from "./index.ts";
import { canary, childrenOf, Collected, followedApi, type Gate, registerGlobals } from "./telemetry.fixture.ts";

registerGlobals();

const hosts: Readonly<Record<string, (api: Api) => Promise<{ readonly url: string; close(): Promise<void> }>>> = {
  Fastify: async (api) => {
    const server = fastifyServer(api);
    return { url: await server.listen({ host: "127.0.0.1", port: 0 }), close: () => server.close() };
  },
  fetch: (api) => serveFetchFunction(serveFetch(api)),
};

const authorization = `Bearer ${canary}`;

interface Followed {
  readonly collected: Collected;
  ask(target: string, init?: RequestInit): Promise<Response>;
  /** Sends a request, and waits until its span has ended. */
  follow(target: string, init?: RequestInit): Promise<{ readonly status: number; readonly attributes: Attributes }>;
}

async function followed(t: TestContext, host: string, gate?: Gate): Promise<Followed> {
  const collected = new Collected();
  const served = await (hosts[host] ?? assert.fail())(followedApi(collected, gate));
  t.after(() => served.close());
  const ask = (target: string, init?: RequestInit): Promise<Response> => fetch(`${served.url}${target}`, init);
  const servers = () => collected.spans.filter(({ kind }) => kind === SpanKind.SERVER);
  return {
    collected,
    ask,
    follow: async (target, init) => {
      const before = servers().length;
      const response = await ask(target, init);
      await response.text().catch(() => {});
      await eventually(() => servers().length > before, 30_000, "the span ends");
      assert.equal(servers().length, before + 1);
      return { status: response.status, attributes: servers().at(-1)?.attributes ?? {} };
    },
  };
}

const invitation = { method: "POST", headers: { authorization }, body: "" };

for (const host of Object.keys(hosts)) {
  describe(`on ${host}`, () => {
    test("a request has one span, named after its template, without a secret", async (t) => {
      const { collected, follow } = await followed(t, host);
      const { attributes } = await follow(`/invitations/${canary}?q=${canary}`, invitation);
      assert.deepEqual(Object.keys(attributes).filter((name) => name === "lockstep.request_id").length, 1);
      assert.deepEqual(
        { ...attributes, "lockstep.request_id": "an id" },
        {
          "http.request.method": "POST",
          "http.response.status_code": 200,
          "http.route": "/invitations/:secret",
          "lockstep.access": "allowed",
          "lockstep.request_id": "an id",
          "lockstep.subject.kind": "user",
          "url.scheme": "http",
        },
      );
      const { name, kind, status, parentSpanContext } = collected.span("POST /invitations/:secret");
      assert.deepEqual(
        [name, kind, status.code, parentSpanContext],
        ["POST /invitations/:secret", SpanKind.SERVER, SpanStatusCode.UNSET, undefined],
      );
    });

    test("guards, the handler and work after the answer are inside the span", async (t) => {
      const { collected, follow } = await followed(t, host);
      await follow(`/invitations/1?q=2`, invitation);
      await eventually(() => collected.spans.some(({ name }) => name === "work"), 30_000, "the work is done");
      assert.deepEqual(childrenOf(collected, collected.span("POST /invitations/:secret")), ["handler", "verify", "work"]);
    });

    test("the trace of the client goes on", async (t) => {
      const { collected, follow } = await followed(t, host);
      const [traceId, spanId] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
      await follow("/me", { headers: { authorization, traceparent: `00-${traceId}-${spanId}-01` } });
      const span = collected.span("GET /me");
      assert.deepEqual(
        [span.spanContext().traceId, span.parentSpanContext?.spanId, span.parentSpanContext?.isRemote],
        [traceId, spanId, true],
      );
      assert.deepEqual(childrenOf(collected, span), ["verify"]);
      // A header that is not well formed begins a new trace.
      await follow("/numbers", { method: "POST", headers: { authorization, traceparent: `00-${traceId}` } });
      assert.notEqual(collected.span("POST /numbers").spanContext().traceId, traceId);
    });

    for (const [target, init, name, expected] of [
      ["/me", {}, "GET /me", { status: 401, access: "refused", code: "unauthenticated", by: "HTTPBearer" }],
      [
        "/me",
        { headers: { authorization: "Bearer x" } },
        "GET /me",
        { status: 401, access: "refused", code: "invalid_token", by: "user" },
      ],
      [
        "/admin",
        { headers: { authorization } },
        "GET /admin",
        { status: 403, access: "refused", code: "forbidden", by: "admin", subject: "user" },
      ],
      [
        `/notes/${canary}`,
        { headers: { authorization } },
        "GET /notes/:id",
        { status: 404, access: "refused", code: "not_found", by: "note", subject: "user" },
      ],
      [
        "/numbers",
        {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: JSON.stringify({ number: canary }),
        },
        "POST /numbers",
        { status: 422, code: "invalid_input", subject: "user" },
      ],
      ["/broken", {}, "GET /broken", { status: 500, access: "allowed", code: "internal_error", error: "TypeError" }],
      [`/nowhere/${canary}?q=${canary}`, {}, "GET", { status: 404, code: "not_found" }],
      ["/me", { method: "DELETE" }, "DELETE", { status: 405, code: "method_not_allowed" }],
      ["/me", { method: "HEAD", headers: { authorization } }, "HEAD /me", { status: 200, access: "allowed", subject: "user" }],
    ] as const) {
      test(`${name} with the answer ${expected.status} says what the checks decided`, async (t) => {
        const { collected, follow } = await followed(t, host);
        const { status, attributes } = await follow(target, init);
        assert.equal(status, expected.status);
        const decided: Readonly<Record<string, unknown>> = expected;
        assert.deepEqual(
          [
            attributes["http.response.status_code"],
            attributes["lockstep.access"],
            attributes["lockstep.problem.code"],
            attributes["lockstep.refused_by"],
            attributes["lockstep.subject.kind"],
            attributes["error.type"],
          ],
          ["status", "access", "code", "by", "subject", "error"].map((member) => decided[member]),
        );
        const span = collected.span(name);
        assert.equal(span.status.code, status >= 500 ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
        assert.equal(attributes["http.route"], name.split(" ")[1]);
        const all = JSON.stringify([
          span.name,
          span.attributes,
          span.events,
          span.status,
          await collected.metric("http.server.request.duration"),
        ]);
        assert.ok(!all.includes(canary) && !all.includes("alice"), all);
      });
    }

    test("the span of a stream ends with its last byte, and each piece is inside it", async (t) => {
      const gate = Promise.withResolvers<void>();
      const { collected, ask } = await followed(t, host, gate);
      const response = await ask("/stream");
      const reader = response.body?.getReader() ?? assert.fail();
      assert.equal(new TextDecoder().decode((await reader.read()).value), "one");
      assert.deepEqual(
        collected.spans.map(({ name }) => name),
        ["first piece"],
      );
      assert.deepEqual(await collected.metric("http.server.active_requests"), [
        { count: 1, attributes: { "http.request.method": "GET", "url.scheme": "http" } },
      ]);
      gate.resolve();
      assert.equal(new TextDecoder().decode((await reader.read()).value), "two");
      assert.equal((await reader.read()).done, true);
      await eventually(() => collected.spans.length === 3, 30_000, "the span ends");
      const span = collected.span("GET /stream");
      assert.deepEqual(childrenOf(collected, span), ["first piece", "second piece"]);
      assert.deepEqual([span.attributes["lockstep.broken_off"], span.status.code], [undefined, SpanStatusCode.UNSET]);
    });

    test("the span of a stream ends when its client goes away, and that is not an error", async (t) => {
      const gate = Promise.withResolvers<void>();
      const { collected, ask } = await followed(t, host, gate);
      const left = new AbortController();
      const response = await ask("/stream", { signal: left.signal });
      await response.body?.getReader().read();
      left.abort();
      await eventually(() => collected.spans.some(({ name }) => name === "GET /stream"), 30_000, "the span ends");
      const { attributes, status } = collected.span("GET /stream");
      assert.deepEqual(
        [attributes["lockstep.broken_off"], attributes["error.type"], status.code],
        ["client_gone", undefined, SpanStatusCode.UNSET],
      );
      gate.resolve();
    });

    test("a stream that fails halfway is an error, though its status is 200", async (t) => {
      const { collected, follow } = await followed(t, host);
      const { status, attributes } = await follow("/broken-stream");
      assert.deepEqual([status, attributes["lockstep.broken_off"], attributes["error.type"]], [200, "error", "RangeError"]);
      assert.equal(collected.span("GET /broken-stream").status.code, SpanStatusCode.ERROR);
    });

    test("metrics count the requests, those that were refused by their codes, and audit events by their types", async (t) => {
      const { collected, follow } = await followed(t, host);
      await follow("/me", { headers: { authorization } });
      await follow("/me");
      await follow("/admin", { headers: { authorization } });
      await follow("/nowhere");
      await follow("/broken");
      const about = { "http.request.method": "GET", "url.scheme": "http" };
      const of = (route: string | undefined, status: number, more: object = {}) => ({
        count: 1,
        attributes: { ...about, ...(route !== undefined && { "http.route": route }), "http.response.status_code": status, ...more },
      });
      assert.deepEqual(await collected.metric("http.server.request.duration"), [
        of("/me", 200),
        of("/me", 401),
        of("/admin", 403),
        of(undefined, 404),
        of("/broken", 500, { "error.type": "TypeError" }),
      ]);
      assert.deepEqual(await collected.metric("http.server.active_requests"), [{ count: 0, attributes: about }]);
      assert.deepEqual(await collected.metric("lockstep.refused_requests"), [
        { count: 1, attributes: { ...about, "http.route": "/me", "lockstep.problem.code": "unauthenticated" } },
        { count: 1, attributes: { ...about, "http.route": "/admin", "lockstep.problem.code": "forbidden" } },
      ]);
      assert.deepEqual(await collected.metric("lockstep.audit_events"), [
        { count: 1, attributes: { "lockstep.audit.type": "authentication.absent" } },
        { count: 1, attributes: { "lockstep.audit.type": "authorization.denied" } },
        { count: 1, attributes: { "lockstep.audit.type": "error.unexpected" } },
      ]);
      const { buckets, sum } = await collected.histogram("http.server.request.duration");
      assert.deepEqual(buckets.boundaries, [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);
      assert.ok(sum !== undefined && sum > 0 && sum < 60, "seconds");
    });
  });
}

const plain = { title: "t", version: "1", audit: () => {}, routes: [get("/", { public: "a test" }, () => "fine")] };
const providersOf = ({ tracerProvider, meterProvider }: Collected): OpenTelemetryOptions => ({ tracerProvider, meterProvider });
const askPlain = async (api: Api): Promise<string> => (await api.fetch(new Request("http://localhost/"))).text();

test("a span that is active already, such as that of an instrumented server, is the parent", async () => {
  const collected = new Collected();
  const api = createApi({ ...plain, observe: openTelemetry(providersOf(collected)) });
  await collected.tracerProvider.getTracer("http").startActiveSpan("outer", async (outer) => {
    const headers = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    await api.fetch(new Request("http://localhost/", { headers }));
    outer.end();
  });
  const [inner, outer] = collected.spans;
  assert.deepEqual([inner?.name, inner?.parentSpanContext?.spanId], ["GET /", outer?.spanContext().spanId]);
});

test("the methods that a client makes up are one method in metrics", async () => {
  const collected = new Collected();
  const api = createApi({ ...plain, observe: openTelemetry(providersOf(collected)) });
  await api.fetch(new Request("http://localhost/", { method: "BREW" }));
  const { attributes } = collected.span("HTTP");
  assert.deepEqual([attributes["http.request.method"], attributes["http.request.method_original"]], ["_OTHER", "BREW"]);
  const measured = await collected.metric("http.server.request.duration");
  assert.deepEqual(
    measured.map((one) => one.attributes["http.request.method"]),
    ["_OTHER"],
  );
});

test("the path of a route without parameters is an attribute", async (t) => {
  const { follow } = await followed(t, "fetch");
  assert.equal((await follow("/me?q=canary")).attributes["url.path"], "/me");
  assert.equal((await follow("/notes/1")).attributes["url.path"], undefined);
});

test("without options it uses the global providers, also if they are registered later", async (t) => {
  const api = createApi({ ...plain, observe: openTelemetry() });
  const collected = new Collected();
  trace.setGlobalTracerProvider(collected.tracerProvider);
  metrics.setGlobalMeterProvider(collected.meterProvider);
  t.after(() => {
    trace.disable();
    metrics.disable();
  });
  assert.equal(await askPlain(api), '"fine"');
  assert.equal(collected.span("GET /").attributes["http.response.status_code"], 200);
  assert.equal((await collected.metric("http.server.request.duration"))[0]?.count, 1);
});

test("without an SDK everything is answered as before", async () => {
  assert.equal(await askPlain(createApi({ ...plain, observe: openTelemetry() })), '"fine"');
});

const broken = (): never => {
  throw new Error(canary);
};

test("an SDK that throws changes no answer, and nothing of its message is printed", async (t) => {
  const printed = t.mock.method(console, "error", () => {});
  const span = { setAttributes: broken, setStatus: broken, end: broken, spanContext: broken, setAttribute: broken };
  const tracers: Readonly<Record<string, object>> = {
    "begins no span": { startSpan: broken },
    "ends no span": { startSpan: () => span },
  };
  for (const [what, tracer] of Object.entries(tracers)) {
    // A provider that an application brings may be anything.
    const tracerProvider = { getTracer: () => tracer } as unknown as TracerProvider;
    assert.equal(await askPlain(createApi({ ...plain, observe: openTelemetry({ tracerProvider }) })), '"fine"', what);
  }
  const meterProvider = { getMeter: broken } as unknown as MeterProvider;
  assert.equal(await askPlain(createApi({ ...plain, observe: openTelemetry({ meterProvider }) })), '"fine"');
  const lines = printed.mock.calls.map((call) => String(call.arguments[0]));
  assert.deepEqual(
    lines.map((line) => line.replace(/request [0-9a-f-]+/, "request …")),
    [
      "observe.begin() failed on / (request …): Error",
      "observe.answered() failed on / (request …): Error",
      "observe.begin() failed on / (request …): Error",
    ],
  );
});
