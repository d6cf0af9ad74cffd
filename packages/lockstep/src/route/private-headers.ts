/**
 * An answer that a credential decided is for one caller, and so is one that sets a cookie. A shared cache (a CDN, a proxy) that
 * keeps it would hand it to the next one, so such an answer is refused, and not sent with headers that let it be kept.
 */
import { isPrivate } from "../http/caching.ts";
import type { AnswerHeaders } from "../problem/answer-headers.ts";
import { BuildError } from "../problem/error.ts";

/** Why an answer is for one caller. */
export type PrivateReason = "a credential decided this answer" | "this answer sets a cookie";

/**
 * Checks that no shared cache may keep an answer (RFC 9111 §3): it says `no-store`, `no-cache` or `private`, and neither `public`
 * nor `s-maxage`.
 *
 * @throws BuildError `wrong_result`
 */
export function checkPrivate(headers: AnswerHeaders, reason: PrivateReason = "a credential decided this answer"): void {
  for (const [name, value] of Object.entries(headers)) {
    if (isPrivate(name, [value].flat())) continue;
    throw new BuildError(
      "wrong_result",
      `Write "cache-control": "no-store", or "private, max-age=60" for the caller's own browser: ${reason}, and its "${name}" lets a shared cache keep it`,
    );
  }
}
