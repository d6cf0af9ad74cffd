/** Makes the response that the host writes of a handler's result or of a problem. */
import { isPromise } from "../promise.ts";
import type { HostRequest, HostResponse } from "../host/host.ts";
import type { AnswerAdditions } from "../outcome/answer-additions.ts";
import { BuildError } from "../problem/error.ts";
import { oauthCodeOf } from "../problem/oauth-error.ts";
import { type Answer, checkErrorStatus } from "../problem/problem.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import { addCookies, addOwn, checkCookies, type Headers, withAdditions } from "./answer-head.ts";
import type { Cors } from "./cors.ts";
import { HandledBefore } from "../outcome/handled-before.ts";
import { addTarget, type RedirectOrigins } from "./redirect-target.ts";
import { Reply } from "../outcome/reply.ts";
import { StreamReply } from "../outcome/stream.ts";
import type { Asked, Content, ContentDeclaration } from "./content.ts";
import type { Serving } from "./serving.ts";
import { type DeclaredAnswer, declaredFor, declaredType, plainStatusOf } from "./declared-answer.ts";

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
  /** What the route declares. */
  readonly answers: readonly DeclaredAnswer[];
  readonly serving: Pick<Serving, "clock" | keyof RedirectOrigins>;
  /** Checks a result and writes it as the content of a declared answer. */
  write(answer: DeclaredAnswer, result: unknown, asked: Asked): Content | Promise<Content>;
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
 * The answer of a success. The result is checked and written as the route declares.
 *
 * @throws BuildError `wrong_result` if it does not fit the declaration or has headers that such an answer cannot have,
 *   `secret_in_response`
 */
export function respond(result: unknown, route: Responding, context: AnswerContext): HostResponse | Promise<HostResponse> {
  const headers = withAdditions(baseHeaders(context), "success", context);
  const isReply = result instanceof Reply;
  if (isReply || result instanceof StreamReply) addOwn(headers, result.headers, context);
  if (isReply) addCookies(headers, result.cookies, context);
  checkCookies(headers);
  const body: unknown = isReply ? result.body : result;
  if (isReply && (body instanceof Reply || body instanceof StreamReply))
    throw new BuildError("wrong_result", "the handler returned a reply in a reply: return one of them");
  const given = isReply || result instanceof StreamReply ? result.status : undefined;
  const status = given ?? plainStatusOf(route.answers, body !== undefined);
  addTarget(headers, status, result, route.serving);
  return withBody(body, { status, headers }, route, context);
}

/** The headers of an answer that opens a WebSocket. */
export function upgradeHeaders(context: AnswerContext): Headers {
  const headers = withAdditions(baseHeaders(context), "success", context);
  checkCookies(headers);
  return headers;
}

/** The answer before its content. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
}

function withBody(body: unknown, head: Head, route: Responding, { request }: AnswerContext): HostResponse | Promise<HostResponse> {
  const { status, headers } = head;
  const answer = declaredFor(route.answers, status);
  const { content } = answer;
  if (content === undefined) {
    if (body === undefined || answer.dropsResult) return withoutContent(head);
    throw new BuildError(
      "wrong_result",
      `declare { response: schema } or { status: 200 }, or return undefined: the document of this route says that ${status} has no content`,
    );
  }
  if (body === undefined) {
    if (answer.isOpen) return withoutContent(head);
    throw new BuildError("wrong_result", `return the content of ${status}, or declare { status: 204 } if there is none`);
  }
  const given = headers["content-type"];
  // A list of types is not a media type, and is refused as one.
  const type = given === undefined ? undefined : String(given);
  if (type !== undefined) declaredType(content, type);
  const written = route.write(answer, body, { request, status, type, now: route.serving.clock });
  return isPromise(written)
    ? Promise.resolve(written).then((late) => withContent(late, content, head, type))
    : withContent(written, content, head, type);
}

function withoutContent({ status, headers }: Head): HostResponse {
  delete headers["content-type"];
  return { status, headers, body: undefined };
}

function withContent(
  content: Content,
  declared: ContentDeclaration,
  { status, headers }: Head,
  type: string | undefined,
): HostResponse {
  if (content.isOwnBytes !== true) refuseEncoding(headers);
  if (content.status === 304) delete headers["content-type"];
  else headers["content-type"] = declaredType(declared, content.type ?? type);
  return { status: content.status ?? status, headers: { ...headers, ...content.headers }, body: content.body };
}

/** Only a handler that returns bytes can have encoded them. */
function refuseEncoding(headers: Headers): void {
  if (headers["content-encoding"] === undefined) return;
  throw new BuildError(
    "wrong_result",
    'Give encoded bytes (a Uint8Array or a stream) with "content-encoding": JSON is sent as it is',
  );
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
