/**
 * The head of an answer: the core's own headers, above them what dependencies added, above them what the answer itself has (a
 * reply, a stream, a problem). This module owns which of them is sent.
 */
import type { AnswerAdditions, Ending } from "../outcome/answer-additions.ts";
import { type AnswerHeaders, coreHeaders } from "../problem/answer-headers.ts";
import { checkPrivate } from "./private-headers.ts";

/** Headers by lower-case name, while they are gathered. */
export type Headers = Record<string, string | readonly string[]>;

/** What the head of an answer depends on. */
interface HeadContext {
  readonly isPrivate: boolean;
  readonly added?: AnswerAdditions | undefined;
}

/**
 * The headers, and what dependencies added to them. @throws BuildError `wrong_result` for headers that would let others keep a
 * private answer
 */
export function withAdditions(headers: Headers, ending: Ending, { isPrivate, added }: HeadContext): Headers {
  if (added === undefined) return headers;
  const more = added.headers(ending);
  if (isPrivate) checkPrivate(more);
  const all: Headers = { ...headers, ...more, ...varyOf(headers, more) };
  const cookies = added.cookies(ending, []);
  if (cookies.length > 0) all["set-cookie"] = cookies;
  return all;
}

/**
 * Adds the headers that the answer itself has. They replace those that dependencies added, except where lines add up.
 *
 * @throws BuildError `wrong_result` for headers that would let others keep a private answer
 */
export function addOwn(headers: Headers, own: AnswerHeaders, { isPrivate, added }: HeadContext): void {
  if (isPrivate) checkPrivate(own);
  const vary = varyOf(headers, own);
  for (const [name, value] of Object.entries(own)) {
    if (!coreHeaders.has(name)) headers[name] = added === undefined ? value : added.joined(name, headers[name], value);
  }
  Object.assign(headers, vary);
}

/** An answer differs by everything that one of its parts says (RFC 9110 §12.5.5). */
function varyOf({ vary: before }: Headers, { vary: more }: AnswerHeaders): Headers {
  if (before === undefined || more === undefined) return {};
  return { vary: [...new Set([before, more].flat())].join(", ") };
}

/** Adds the cookies that the answer itself has, in the place of those of the same name and path. */
export function addCookies(headers: Headers, own: readonly string[], { added }: HeadContext): void {
  if (own.length > 0) headers["set-cookie"] = added === undefined ? own : added.cookies("success", own);
}

/**
 * An answer that sets a cookie is for one caller: if it says nothing about caches, none may keep it.
 *
 * @throws BuildError `wrong_result` for headers that would let others keep it
 */
export function checkCookies(headers: Headers): void {
  if (headers["set-cookie"] === undefined) return;
  headers["cache-control"] ??= "no-store";
  checkPrivate(headers, "this answer sets a cookie");
}
