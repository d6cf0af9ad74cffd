import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace";
import { api, audited, behindProxy, kept, lines } from "./24-observability.ts";
import { startTelemetry } from "./24-telemetry.ts";
import { ask } from "./ask.fixture.ts";
import { notes, tokenOf } from "./setting.ts";

const exporters = { spans: new InMemorySpanExporter(), metrics: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE) };
const { tracerProvider, meterProvider } = startTelemetry(exporters);
after(async () => {
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
  for (const one of [context, propagation, trace, metrics]) one.disable();
});
beforeEach(() => lines.splice(0));

const [note = ""] = notes.keys();

test("a log has one line for each answer, without the path", async () => {
  // #region answered
  const { headers } = await ask(api, `GET /notes/${note}`, { token: tokenOf("alice") });

  const answer = lines.find(({ msg }) => msg === "answered")?.["answer"];
  assert.deepEqual(Object.assign({}, answer, { durationMs: "…" }), {
    requestId: headers.get("x-request-id"),
    route: "GET /notes/:id",
    method: "GET",
    status: 403,
    code: "forbidden",
    subject: "alice",
    schemes: ["HTTPBearer"],
    access: "refused",
    refusedBy: "note → admin",
    durationMs: "…",
  });
  // #endregion
  assert.ok(!JSON.stringify(lines).includes(note));
});

test("an error is logged with the request's id and its caller, and the answer says neither", async () => {
  const { status, headers, body } = await ask(api, "GET /report", { token: tokenOf("alice") });
  assert.equal(status, 500);
  assert.ok(!JSON.stringify(body).includes("template"));
  const { err, ...failed } = lines.find(({ msg }) => msg === "failed") ?? {};
  assert.equal(Reflect.get(Object(err), "message"), "the report has no template");
  assert.deepEqual(
    [failed["requestId"], failed["route"], failed["subject"]],
    [headers.get("x-request-id"), "GET /report", "alice"],
  );
  const answer = lines.find(({ msg }) => msg === "answered")?.["answer"];
  assert.deepEqual([Reflect.get(Object(answer), "error"), Reflect.get(Object(answer), "access")], ["TypeError", "allowed"]);
});

test("audit events go to the log, and who reached which object goes to a table", async () => {
  await ask(audited, "GET /me");
  await ask(audited, `GET /notes/${note}`, { token: tokenOf("carol") });
  assert.deepEqual(
    kept.log.map(({ type }) => type),
    ["authentication.absent"],
  );
  // #region reached
  const [event] = kept.table;
  assert.ok(event?.type === "object.reached");
  assert.deepEqual([event.route, event.subjects, event.ids], ["GET /notes/:id", ["carol"], { "path.id": note }]);
  // #endregion
});

test("a request keeps the id of the proxy, and everything names it", async () => {
  const headers = { "x-request-id": "from-the-proxy" };
  const answer = await ask(api, "GET /me", { headers });
  assert.equal(answer.headers.get("x-request-id"), "from-the-proxy");
  assert.ok(lines.length === 2 && lines.every((line) => JSON.stringify(line).includes("from-the-proxy")));
  const other = await ask(behindProxy, "GET /me", { headers: { ...headers, "x-amzn-trace-id": "Root=1-67891233" } });
  assert.equal(other.headers.get("x-request-id"), "Root=1-67891233");
});

test("a request is a span of the client's trace, and is measured", async () => {
  await tracerProvider.forceFlush();
  exporters.spans.reset();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await ask(api, `GET /notes/${note}`, { token: tokenOf("alice"), headers: { traceparent } });
  await Promise.all([tracerProvider.forceFlush(), meterProvider.forceFlush()]);
  const [span] = exporters.spans.getFinishedSpans();
  // #region span
  assert.equal(span?.name, "GET /notes/:id");
  assert.equal(span.spanContext().traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
  assert.deepEqual(Object.assign({}, span.attributes, { "lockstep.request_id": "…" }), {
    "http.request.method": "GET",
    "http.response.status_code": 403,
    "http.route": "/notes/:id",
    "lockstep.access": "refused",
    "lockstep.problem.code": "forbidden",
    "lockstep.refused_by": "note → admin",
    "lockstep.request_id": "…",
    "url.scheme": "http",
  });
  // #endregion
  const measured = exporters.metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  assert.deepEqual(
    new Set(measured.map(({ descriptor }) => descriptor.name)),
    new Set(["http.server.active_requests", "http.server.request.duration", "lockstep.audit_events", "lockstep.refused_requests"]),
  );
});
