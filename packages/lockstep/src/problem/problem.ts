/**
 * Problem details (RFC 9457). This module owns the error that becomes an answer; which refusal leads to which answer
 * is in `answer.ts`.
 */
import { recogniseEverywhere } from "../brand.ts";
import { checkOptions, type KnownOptions } from "./options.ts";
import { BuildError, StacklessError } from "./error.ts";
import { readHeaders } from "./answer-headers.ts";
import type { ProblemCode } from "./code.ts";

/** What a problem may say beside its status, code and detail. */
export interface ProblemOptions extends ErrorOptions {
  /** The short, constant summary of the kind of problem; by default the status in words. */
  readonly title?: string;
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Further members of the document (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

const problemOptions: KnownOptions<ProblemOptions> = { title: true, headers: true, members: true, cause: true };

/** What a problem document is made of. Refusals answer with one that is not an error: refusing costs no stack trace. */
export interface Answer {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * An error that becomes the answer: `application/problem+json` with `type`, `title`, `status`, `detail` and a stable `code`.
 * Throw one from a handler or a dependency; every other error becomes a 500 that says nothing. It has no stack trace, which would
 * be most of what refusing costs.
 */
export class Problem extends StacklessError<string> implements Answer {
  static {
    recogniseEverywhere(this, "Problem");
  }

  override readonly name = "Problem";
  readonly status: number;
  readonly title: string;
  /** What the client reads; FastAPI clients look for it too. */
  readonly detail: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly members: Readonly<Record<string, unknown>>;

  /** @throws BuildError `wrong_option`, and `wrong_result` for a status outside 400 to 599, or a header that cannot be written */
  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(code, detail, options);
    checkOptions("problem()", options, problemOptions);
    checkErrorStatus(status);
    this.status = status;
    this.title = options.title ?? titleOf(status);
    this.detail = detail;
    this.headers = readHeaders("problem()", options.headers);
    this.members = options.members ?? {};
  }
}

/**
 * Checks the status of an error: an upstream's 0 or 200, passed on, would not be an error, or not be HTTP.
 *
 * @throws BuildError `wrong_result`
 */
export function checkErrorStatus(status: number): void {
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new BuildError("wrong_result", "problem(): set the status to an integer from 400 to 599; for others return reply()");
  }
}

/**
 * Ends the request with a problem document. It throws: a statement, `return problem(…)` and `throw problem(…)` do the same.
 *
 * @throws Problem always
 * @throws BuildError `wrong_option`, and `wrong_result` for a status outside 400 to 599: the client reads a 500
 *
 * @example
 * ```ts
 * const profile = (await db.profiles.update(user.id, change)) ?? problem(409, "last_admin", "The last administrator stays.");
 * ```
 */
export function problem(status: number, code: string, detail: string, options?: ProblemOptions): never {
  throw new Problem(status, code, detail, options);
}

/**
 * Ends the request with the 404 of `owned()` and of a path that does not exist, byte for byte the same: for an object that no
 * longer exists.
 *
 * @throws Problem always
 *
 * @example
 * ```ts
 * const changed = (await db.notes.update(note, change.text)) ?? notFound();
 * ```
 */
export function notFound(): never {
  throw ownProblem(404, "not_found", nothingHere);
}

/** What every 404 says. */
export const nothingHere = "There is nothing here.";

/** Makes a problem of the toolkit's own, whose code is one of the documented ones. Unlike `problem()` it returns it. */
export function ownProblem(status: number, code: ProblemCode, detail: string, options?: ProblemOptions): Problem {
  return new Problem(status, code, detail, options);
}

/** An answer of the toolkit's own that is not an error. */
export function ownAnswer(status: number, code: ProblemCode, detail: string, options: ProblemOptions = {}): Answer {
  return { status, title: titleOf(status), code, detail, headers: options.headers ?? {}, members: options.members ?? {} };
}

/** The error of an answer, for an open resource, for example. */
export function problemOf(answer: Answer): Problem {
  if (answer instanceof Problem) return answer;
  const { status, code, detail, title, headers, members } = answer;
  return new Problem(status, code, detail, { title, headers, members });
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Content",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

function titleOf(status: number): string {
  return titles[status] ?? (status < 500 ? "Request Refused" : "Server Error");
}
