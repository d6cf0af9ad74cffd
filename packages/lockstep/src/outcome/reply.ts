/** `reply()`: a result with its own status, headers or cookies. */
import { recogniseEverywhere } from "../brand.ts";
import { isBodiless } from "../http/bodiless.ts";
import { BuildError } from "../problem/error.ts";
import { readHeaders, type AnswerHeaders } from "../problem/answer-headers.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { type Cookie, serialiseCookie } from "./set-cookie.ts";

/** What a reply says beside its body. */
export interface ReplyOptions {
  /** Further response headers. Security headers of the core stay. */
  readonly headers?: AnswerHeaders;
  /** Cookies to set. */
  readonly cookies?: readonly Cookie[];
}

const replyOptions: KnownOptions<ReplyOptions> = { headers: true, cookies: true };

/**
 * A body with its status, headers and cookies; made by `reply()`. The type holds the status, because a route sends only those
 * that it declares.
 */
export class Reply<out B, out S extends number = number> {
  static {
    recogniseEverywhere(this, "Reply");
  }

  readonly status: S;
  readonly body: B;
  readonly headers: AnswerHeaders;
  /** Values of `Set-Cookie`. */
  readonly cookies: readonly string[];

  constructor(status: S, body: B, options: ReplyOptions) {
    checkOptions("reply()", options, replyOptions);
    checkStatus("reply()", status);
    if (body !== undefined && isBodiless(status)) {
      throw new BuildError("wrong_result", `reply(): pass undefined as the body: ${status} has none (RFC 9110 §15)`);
    }
    this.status = status;
    this.body = body;
    this.headers = readHeaders("reply()", options.headers);
    this.cookies = (options.cookies ?? []).map(serialiseCookie);
  }
}

/** @throws BuildError `wrong_result` for a status that no final answer has (RFC 9110 §15) */
export function checkStatus(where: string, status: number): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new BuildError("wrong_result", `${where}: set the status to an integer from 200 to 599`);
  }
}

/**
 * A result with its own status, headers or cookies. `undefined` as body sends none. The route declares the status with `status`
 * or `responses`.
 *
 * @throws BuildError `wrong_option`, and `wrong_result` for a status outside 200 to 599, or an invalid cookie or header
 *
 * @example
 * ```ts
 * return reply(201, note, { headers: { location: `/notes/${note.id}` } });
 * ```
 */
export function reply<const S extends number, const B>(status: S, body: B, options: ReplyOptions = {}): Reply<B, S> {
  return new Reply(status, body, options);
}
