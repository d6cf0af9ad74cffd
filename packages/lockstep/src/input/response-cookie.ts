/** `responseCookie()`: a cookie that a dependency, or the handler, sets or removes. */
import type { Dependency } from "../dependency/dependency.ts";
import { noObjectIds } from "../dependency/input-place.ts";
import type { AnswerAdditions } from "../outcome/answer-additions.ts";
import { type Cookie, serialiseCookie } from "../outcome/set-cookie.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { inputDependency } from "./input-dependency.ts";

/** A cookie without its value. Secure, HttpOnly, `Path=/` and `SameSite=Lax` unless said otherwise. */
export interface ResponseCookieOptions extends Omit<Cookie, "value"> {
  /** The purpose of the cookie, for the documentation. */
  readonly description?: string;
  /**
   * What happens to it if the request is refused or fails, as the transaction of its data would be rolled back: it is dropped, or
   * sent all the same. Default `drop`.
   */
  readonly onFailure?: "drop" | "send";
}

/** Sets a cookie of one answer. */
export interface ResponseCookie {
  /**
   * Sets the cookie. The last call counts. If the handler's reply has a cookie of this name and path, that one is sent instead.
   *
   * @throws BuildError `wrong_result` for a value that a cookie cannot hold, and after the head of the answer has been written
   */
  set(value: string): void;
  /** Removes the cookie from the browser. @throws BuildError `wrong_result` after the head of the answer has been written */
  clear(): void;
}

const known: KnownOptions<ResponseCookieOptions> = {
  name: true,
  maxAgeSeconds: true,
  path: true,
  sameSite: true,
  secure: true,
  httpOnly: true,
  description: true,
  onFailure: true,
};

/**
 * A cookie of the answer: a dependency that declares it can set it, and every route that uses it documents it. Its attributes
 * are checked when it is made. An answer that sets a cookie is for one caller: it is sent with `Cache-Control: no-store`, and
 * one that lets a shared cache keep it is a 500, even on a public route.
 *
 * It protects nothing: use `sameSite()` for a route that signs somebody in.
 *
 * @throws BuildError `wrong_option` for attributes that a browser would refuse (RFC 6265bis §4.1.3); `wrong_dependency` outside a
 *   request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * const seen = responseCookie({ name: "__Host-seen", maxAgeSeconds: 86_400, description: "When the user was here last." });
 * post("/visits", { deps: { user, seen } }, ({ seen }) => seen.set(String(Date.now())));
 * ```
 */
export function responseCookie(options: ResponseCookieOptions): Dependency<ResponseCookie> {
  checkOptions("responseCookie()", options, known);
  const { description, onFailure = "drop", ...attributes } = options;
  if (onFailure !== "drop" && onFailure !== "send")
    throw new BuildError("wrong_option", 'responseCookie(): set onFailure to "drop" or "send"');
  if (description !== undefined && (typeof description !== "string" || description.trim() === ""))
    throw new BuildError("wrong_option", "responseCookie(): describe the cookie with a text that is not empty");
  checkAttributes(attributes);
  const said = `Sets or removes the cookie ${attributes.name}.${description === undefined ? "" : ` ${description}`}`;
  const isSentOnFailure = onFailure === "send";
  const place = {
    kind: "response",
    name: `responseCookie("${attributes.name}")`,
    schema: undefined,
    objectIds: noObjectIds,
    mediaTypes: [],
    adds: [{ name: "Set-Cookie", description: said, schema: undefined, onFailure: isSentOnFailure }],
  } as const;
  return inputDependency<ResponseCookie, never>(
    place,
    [],
    (source) => new Setting(attributes, isSentOnFailure, source.additions()),
  );
}

/** What a browser would refuse with any value is a mistake of the declaration. */
function checkAttributes(attributes: Omit<Cookie, "value">): void {
  try {
    serialiseCookie({ ...attributes, value: "" });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError("wrong_option", `responseCookie(): ${error.message}`);
  }
}

/** The cookie of one request. */
class Setting implements ResponseCookie {
  readonly #attributes: Omit<Cookie, "value">;
  readonly #onFailure: boolean;
  readonly #additions: AnswerAdditions;

  constructor(attributes: Omit<Cookie, "value">, onFailure: boolean, additions: AnswerAdditions) {
    this.#attributes = attributes;
    this.#onFailure = onFailure;
    this.#additions = additions;
  }

  set(value: string): void {
    if (typeof value !== "string")
      throw new BuildError("wrong_result", `responseCookie("${this.#attributes.name}"): pass the value as text`);
    this.#additions.setCookie(this, { line: serialiseCookie({ ...this.#attributes, value }), onFailure: this.#onFailure });
  }

  clear(): void {
    const line = serialiseCookie({ ...this.#attributes, value: "", maxAgeSeconds: 0 });
    this.#additions.setCookie(this, { line, onFailure: this.#onFailure });
  }
}
