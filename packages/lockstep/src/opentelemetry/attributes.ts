/**
 * The attributes of spans and metrics: the stable names of OpenTelemetry's semantic conventions for HTTP, and names that begin
 * with `lockstep.`. None holds a part of a query, a header, a body, a path parameter, an error's message or the id of a caller.
 */
import type { Attributes } from "@opentelemetry/api";
import type { AnswerEvent } from "../route/serving.ts";
import type { ObservedRequest } from "../route/observer.ts";

/** Other methods are counted as one, so a client cannot make as many as it likes. */
const knownMethods: ReadonlySet<string> = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]);

/** The name of a span: `GET /notes/:id`, or the method alone if no route answers. */
export function spanName({ method, template }: ObservedRequest): string {
  const known = knownMethods.has(method) ? method : "HTTP";
  return template === undefined ? known : `${known} ${template}`;
}

/** The attributes of the metric of active requests, which all others have, too. */
export function requestAttributes({ method, secure }: ObservedRequest): Attributes {
  return { "http.request.method": knownMethods.has(method) ? method : "_OTHER", "url.scheme": secure ? "https" : "http" };
}

/** The attributes that a span has from its beginning, for samplers. */
export function beginningAttributes(request: ObservedRequest): Attributes {
  const { method, template, requestId } = request;
  const attributes: Attributes = { ...requestAttributes(request), ...routeAttributes(request), "lockstep.request_id": requestId };
  if (method !== "" && !knownMethods.has(method)) attributes["http.request.method_original"] = method;
  // The path of a route with parameters may hold a secret, and a path without a route may hold anything.
  if (template !== undefined && !template.includes("/:")) attributes["url.path"] = template;
  return attributes;
}

/** The route that answers, if one does. */
export function routeAttributes({ template }: ObservedRequest): Attributes {
  return template === undefined ? {} : { "http.route": template };
}

/** The attributes that the answer adds to both, the span and the duration. */
export function answerAttributes(event: AnswerEvent): Attributes {
  const { status } = event;
  const type = errorType(event);
  return type === undefined ? { "http.response.status_code": status } : { "http.response.status_code": status, "error.type": type };
}

/** The attributes that the answer adds to the span only: who asked, and what the checks decided. */
export function decisionAttributes({ access, refusedBy, code, subjectKind, brokenOff }: AnswerEvent): Attributes {
  const attributes: Attributes = {};
  if (access !== undefined) attributes["lockstep.access"] = access;
  if (refusedBy !== undefined) attributes["lockstep.refused_by"] = refusedBy;
  if (code !== undefined) attributes["lockstep.problem.code"] = code;
  if (subjectKind !== undefined) attributes["lockstep.subject.kind"] = subjectKind;
  if (brokenOff !== undefined) attributes["lockstep.broken_off"] = brokenOff;
  return attributes;
}

/** The type of the error, if the API failed. A client that went away, and a request that was refused, are not failures. */
export function errorType({ status, error, brokenOff }: AnswerEvent): string | undefined {
  if (status >= 500) return error ?? String(status);
  return brokenOff === "error" ? (error ?? "_OTHER") : undefined;
}
