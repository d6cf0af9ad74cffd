/** Makes the response that the host writes of a handler's result or of a problem. */
import { isPromise } from "../promise.ts";
import type { HostRequest, HostResponse } from "../host/host.ts";
import type { AnswerAdditions } from "../outcome/answer-additions.ts";
import { isJson, parseMediaType } from "../http/media-type.ts";
import { BuildError } from "../problem/error.ts";
import { oauthCodeOf } from "../problem/oauth-error.ts";
import { type Answer, checkErrorStatus } from "../problem/problem.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import { addCookies, addOwn, checkCookies, type Headers, withAdditions } from "./answer-head.ts";
import type { Cors } from "./cors.ts";
import { HandledBefore } from "../outcome/handled-before.ts";
import { Reply } from "../outcome/reply.ts";
import { StreamReply } from "../outcome/stream.ts";
import { checkDeclared, declaredFor, type Success } from "./success.ts";

/**
 * Sent with every answer. An API's answers are data: nothing may frame, sniff or run them. A page's reply may replace the
 * policies.
 */
const securityHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** What an answer needs beside its content. */
export interface AnswerContext {
  readonly request: HostRequest;
  readonly requestId: string;
  /** Whether a credential decided: the answer is then nobody else's to keep. */
  readonly isPrivate: boolean;
  /** `Strict-Transport-Security`, sent if the client's connection is encrypted. */
  readonly strictTransport: string;
  /** What dependencies have added, if any can. */
  readonly added?: AnswerAdditions | undefined;
  /** The headers that let pages of other origins read the answer, if any may. */
  readonly cors: Cors | undefined;
}

/** How a route's results are checked and sent. */
export interface Responding {
  /** What the route declares; empty if it says nothing. */
  readonly successes: readonly Success[];
  /** Checks and cuts a result that is sent as JSON. */
  shape(result: unknown, status: number): unknown;
}

/** The headers of every answer. */
export function baseHeaders(context: AnswerContext): Headers {
  const headers: Headers = { ...securityHeaders, "x-request-id": context.requestId };
  if (context.isPrivate) headers["cache-control"] = "no-store";
  if (context.request.secure) headers["strict-transport-security"] = context.strictTransport;
  context.cors?.addTo(headers, context.request);
  return headers;
}

/**
 * The answer of a success. The result is cut to the response schema, validated and serialised.
 *
 * @throws BuildError `wrong_result` if it does not fit the schema or has headers that such an answer cannot have,
 *   `secret_in_response`
 */
export function respond(result: unknown, route: Responding, context: AnswerContext): HostResponse | Promise<HostResponse> {
  const headers = withAdditions(baseHeaders(context), "success", context);
  if (result instanceof StreamReply) {
    addOwn(headers, result.headers, context);
    checkCookies(headers);
    const status = result.options.status ?? statusFor(route.successes, true);
    return declared(route, { status, headers, body: toAsync(result.chunks) });
  }
  if (result instanceof Reply) {
    addOwn(headers, result.headers, context);
    addCookies(headers, result.cookies, context);
  }
  checkCookies(headers);
  if (!(result instanceof Reply)) return withBody(result, undefined, route, headers);
  return withBody(result.body, result.status, route, headers);
}

/** The status of a plain result: the first that the route declares with or without content, else 200 or 204. */
function statusFor(successes: readonly Success[], hasContent: boolean): number {
  if (successes.length === 0) return hasContent ? 200 : 204;
  const fitting = successes.find((one) => (one.type !== undefined) === hasContent);
  const isOpen = successes.some((one) => one.isOpen);
  return fitting?.status ?? (isOpen ? undefined : successes[0]?.status) ?? (hasContent ? 200 : 204);
}

function withBody(
  body: unknown,
  given: number | undefined,
  route: Responding,
  headers: Headers,
): HostResponse | Promise<HostResponse> {
  const status = given ?? statusFor(route.successes, body !== undefined);
  const success = declaredFor(route.successes, status);
  // A route that declares no content may return anything: it is not sent.
  const isDropped = given === undefined && success !== undefined && success.type === undefined;
  if (body === undefined || isDropped) return declared(route, { status, headers, body: undefined });
  const asIs =
    body instanceof Uint8Array || (typeof body === "string" && !isWrittenAsJson(headers["content-type"] ?? success?.type));
  if (asIs) {
    headers["content-type"] ??= success?.type ?? "application/octet-stream";
    return declared(route, { status, headers, body });
  }
  const shaped = route.shape(body, status);
  return isPromise(shaped)
    ? Promise.resolve(shaped).then((late) => json(late, route, status, headers))
    : json(shaped, route, status, headers);
}

/** Whether text of a media type is written as a JSON string; without a type it is. */
function isWrittenAsJson(type: string | readonly string[] | undefined): boolean {
  if (typeof type !== "string" || type === "application/json") return true;
  const parsed = parseMediaType(type);
  return parsed === undefined || isJson(parsed);
}

function json(body: unknown, route: Responding, status: number, headers: Headers): HostResponse {
  refuseEncoding(headers);
  const text: string | undefined = refusingSecrets(() => JSON.stringify(body));
  if (text === undefined) throw new BuildError("wrong_result", "Return a value that JSON has, or undefined: a function has none");
  headers["content-type"] ??= "application/json";
  return declared(route, { status, headers, body: text });
}

/** The answer, if it is one that the route declares. @throws BuildError `wrong_result` */
function declared(route: Responding, response: HostResponse): HostResponse {
  if (route.successes.length === 0) return response;
  const type = response.headers["content-type"];
  checkDeclared(route.successes, {
    status: response.status,
    type: response.body === undefined || typeof type !== "string" ? undefined : type,
  });
  return response;
}

/** Only a handler that returns bytes can have encoded them. */
function refuseEncoding(headers: Headers): void {
  if (headers["content-encoding"] === undefined) return;
  throw new BuildError(
    "wrong_result",
    'Give encoded bytes (a Uint8Array or a stream) with "content-encoding": JSON is sent as it is',
  );
}

async function* toAsync(chunks: StreamReply["chunks"]): AsyncGenerator<string | Uint8Array, void, void> {
  yield* chunks;
}

/**
 * The answer of a failure: problem details, or the error of an OAuth endpoint. Never to be cached, unless the problem says so
 * of an answer that no credential decided.
 *
 * @throws BuildError `wrong_result`, `secret_in_response`, and what members throw that cannot be serialised
 */
export function respondProblem(problem: Answer, errors: "oauth" | undefined, context: AnswerContext): HostResponse {
  if (problem instanceof HandledBefore) {
    return { status: problem.status, headers: { ...baseHeaders(context), "cache-control": "no-store" }, body: undefined };
  }
  // Another copy of the package may have made it, or its application have changed it since.
  checkErrorStatus(problem.status);
  const headers = withAdditions({ ...baseHeaders(context), "cache-control": "no-store" }, "failure", context);
  addOwn(headers, problem.headers, context);
  checkCookies(headers);
  refuseEncoding(headers);
  headers["content-type"] = errors === "oauth" ? "application/json" : "application/problem+json";
  const body = errors === "oauth" ? oauthBody(problem) : problemBody(problem);
  return { status: problem.status, headers, body: refusingSecrets(() => JSON.stringify(body)) };
}

function problemBody({ title, status, detail, code, members }: Answer): object {
  const standard = { type: "about:blank", title, status, detail, code };
  // Further members come after the standard ones and never replace them (RFC 9457 §3.2).
  return { ...standard, ...members, ...standard };
}

function oauthBody(problem: Answer): object {
  return { error: oauthCodeOf(problem), error_description: problem.detail };
}
