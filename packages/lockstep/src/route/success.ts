/**
 * The successes of a route: it sends what its document says. A route that declares none may send any success, and the document
 * says that it does not know; one that declares some sends no other.
 */
import { isBodiless } from "../http/bodiless.ts";
import { isJson, parseMediaType } from "../http/media-type.ts";
import type { AnySchema } from "../schema/schema.ts";
import { BuildError } from "../problem/error.ts";
import { mediaTypeOf } from "./media.ts";
import { uncheckedReason } from "./unchecked.ts";

/** One success that a route declares. */
export interface Success {
  readonly status: number;
  /** `undefined` if there is no content. */
  readonly schema: AnySchema | undefined;
  /** The media type of the content. */
  readonly type: string | undefined;
  /** Whether anything may be sent, with any status and of any media type (`unchecked()`). */
  readonly isOpen: boolean;
}

/** What a specification says of its successes. */
export interface DeclaredSuccess {
  readonly response?: AnySchema | undefined;
  readonly status?: number | undefined;
  readonly responses?: Readonly<Record<number, AnySchema | null>> | undefined;
}

/**
 * Reads the successes of a specification, the one for a plain result first.
 *
 * @throws BuildError `wrong_option` for a status that is not a success, content for a status that has none, and `responses`
 * beside `response` or `status`
 */
export function successesOf(where: string, { response, status, responses }: DeclaredSuccess): readonly Success[] {
  if (responses === undefined) {
    if (response === undefined && status === undefined) return [];
    return [success(where, status ?? 200, response)];
  }
  if (response !== undefined || status !== undefined)
    throw new BuildError("wrong_option", `${where}: pass responses, or response with a status, not both`);
  const all = Object.entries(responses).map(([text, schema]) => success(where, Number(text), schema));
  if (all.length === 0)
    throw new BuildError("wrong_option", `${where}: name at least one status in responses: { 201: schema, 303: null }`);
  return [...all.filter((one) => one.schema !== undefined), ...all.filter((one) => one.schema === undefined)];
}

/** `null` says that there is no content; without a schema at all, a plain result is JSON. */
function success(where: string, status: number, declared: AnySchema | null | undefined): Success {
  const schema = declared ?? undefined;
  if (!Number.isInteger(status) || status < 200 || status > 399)
    throw new BuildError("wrong_option", `${where}: set the status of a success to an integer from 200 to 399`);
  if (schema !== undefined && isBodiless(status))
    throw new BuildError("wrong_option", `${where}: leave out the response: ${status} has no content (RFC 9110 §15)`);
  const isPlain = declared === undefined && status < 300 && !isBodiless(status);
  const type = schema === undefined ? undefined : (mediaTypeOf(schema) ?? "application/json");
  return { status, schema, type: isPlain ? "application/json" : type, isOpen: uncheckedReason(schema) !== undefined };
}

/** The answer that is about to be sent. */
export interface Sent {
  readonly status: number;
  /** `undefined` without content. */
  readonly type: string | undefined;
}

/**
 * The declared success of a status; `undefined` for an error, and if the route declares none. @throws BuildError `wrong_result`
 * for another success
 */
export function declaredFor(successes: readonly Success[], status: number): Success | undefined {
  if (successes.length === 0 || status >= 400) return undefined;
  const declared = successes.find((one) => one.status === status);
  if (declared !== undefined || successes.some((one) => one.isOpen)) return declared;
  throw new BuildError(
    "wrong_result",
    `declare the status ${status} with { status: ${status} } or { responses: { ${status}: … } }: the document of this route says ${successes.map((one) => one.status).join(" and ")}`,
  );
}

/** @throws BuildError `wrong_result` for a success that the route does not declare */
export function checkDeclared(successes: readonly Success[], { status, type }: Sent): void {
  const declared = declaredFor(successes, status);
  if (declared === undefined || declared.isOpen || isSameType(declared.type, type)) return;
  throw new BuildError(
    "wrong_result",
    `declare what is sent, for example { response: media("${type ?? "text/csv"}") }: the document of this route says ${declared.type ?? "no content"}, and the handler returned ${type ?? "nothing"}`,
  );
}

function isSameType(declared: string | undefined, sent: string | undefined): boolean {
  if (declared === sent || declared === undefined || sent === undefined) return declared === sent;
  const [one, other] = [parseMediaType(declared), parseMediaType(sent)];
  if (one === undefined || other === undefined) return declared === sent;
  return (declared === "application/json" && isJson(other)) || (one.type === other.type && one.subtype === other.subtype);
}
