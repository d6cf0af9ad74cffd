/** From what a handler gives, or from a problem, to what the host writes. */
import { isPromise } from "../dependency/promise.ts";
import type { HostRequest, HostResponse } from "../host/host.ts";
import { BuildError } from "../problem/error.ts";
import { oauthCodeOf } from "../problem/oauth-error.ts";
import { type Answer, checkErrorStatus } from "../problem/problem.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import { checkPrivate } from "./private-headers.ts";
import { Reply } from "./reply.ts";
import type { AnswerHeaders } from "../problem/answer-headers.ts";
import type { ResultShape } from "./result-shape.ts";
import { securityHeaders, strictTransport } from "./security-headers.ts";
import { StreamReply } from "./stream.ts";

type Headers = Record<string, string | readonly string[]>;

/** What an answer needs beside its content. */
export interface AnswerContext {
  readonly request: HostRequest;
  readonly requestId: string;
  /** Whether a credential decided: the answer is then nobody else's to keep. */
  readonly isPrivate: boolean;
}

/** How a route's results are checked and sent. */
export interface Responding {
  readonly status: number | undefined;
  readonly shape: ResultShape;
}

/** The headers of every answer. */
export function baseHeaders(context: AnswerContext): Headers {
  const headers: Headers = { ...securityHeaders, "x-request-id": context.requestId };
  if (context.isPrivate) headers["cache-control"] = "no-store";
  if (context.request.secure) headers["strict-transport-security"] = strictTransport;
  return headers;
}

/** What the core answers for: a page may need another content policy, but no answer needs to be sniffed or to lose its name. */
const fixed: ReadonlySet<string> = new Set(["x-content-type-options", "x-request-id", "strict-transport-security"]);

/** @throws BuildError `wrong_result` for headers that would let others keep a private answer */
function add(headers: Headers, more: AnswerHeaders, { isPrivate }: AnswerContext): void {
  if (isPrivate) checkPrivate(more);
  for (const [name, value] of Object.entries(more)) if (!fixed.has(name)) headers[name] = value;
}

/**
 * The answer of a success. The result is cut to the response schema, validated and serialised.
 *
 * @throws BuildError `wrong_result` where it does not fit the schema or has headers that such an answer cannot have,
 *   `secret_in_response`
 */
export function respond(result: unknown, route: Responding, context: AnswerContext): HostResponse | Promise<HostResponse> {
  const headers = baseHeaders(context);
  if (result instanceof StreamReply) {
    add(headers, result.headers, context);
    return { status: result.options.status ?? route.status ?? 200, headers, body: toAsync(result.chunks) };
  }
  if (!(result instanceof Reply)) return withBody(result, route.status, route, headers);
  add(headers, result.headers, context);
  if (result.cookies.length > 0) headers["set-cookie"] = result.cookies;
  return withBody(result.body, result.status, route, headers);
}

function withBody(
  body: unknown,
  status: number | undefined,
  route: Responding,
  headers: Headers,
): HostResponse | Promise<HostResponse> {
  if (body === undefined) return { status: status ?? 204, headers, body: undefined };
  if (body instanceof Uint8Array) {
    headers["content-type"] ??= "application/octet-stream";
    return { status: status ?? 200, headers, body };
  }
  const shaped = route.shape(body);
  return isPromise(shaped) ? Promise.resolve(shaped).then((late) => json(late, status, headers)) : json(shaped, status, headers);
}

function json(body: unknown, status: number | undefined, headers: Headers): HostResponse {
  refuseEncoding(headers);
  const text: string | undefined = refusingSecrets(() => JSON.stringify(body));
  if (text === undefined) throw new BuildError("wrong_result", "Return a value that JSON has, or undefined: a function has none");
  headers["content-type"] ??= "application/json";
  return { status: status ?? 200, headers, body: text };
}

/** Only a handler that gives bytes can have encoded them. */
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
  // Another copy of the package may have made it, or its application have changed it since.
  checkErrorStatus(problem.status);
  const headers: Headers = { ...baseHeaders(context), "cache-control": "no-store" };
  add(headers, problem.headers, context);
  refuseEncoding(headers);
  headers["content-type"] = errors === "oauth" ? "application/json" : "application/problem+json";
  const body = errors === "oauth" ? oauthBody(problem) : problemBody(problem);
  return { status: problem.status, headers, body: refusingSecrets(() => JSON.stringify(body)) };
}

function problemBody({ title, status, detail, code, members }: Answer): object {
  const standard = { type: "about:blank", title, status, detail, code };
  // Further members stand behind the standard ones and never replace them (RFC 9457 §3.2).
  return { ...standard, ...members, ...standard };
}

function oauthBody(problem: Answer): object {
  return { error: oauthCodeOf(problem), error_description: problem.detail };
}
