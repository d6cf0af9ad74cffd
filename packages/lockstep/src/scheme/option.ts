/**
 * The options of schemes, and their checks. This module owns the rules for names, scopes and URLs, so a wrong
 * one is met when the scheme is built and not in a challenge or in the OpenAPI document.
 */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import { isScopeToken, isToken, isVisible } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";

/** What every scheme may be told. */
export interface SchemeOptions {
  /** The key in `components.securitySchemes`: letters, digits, `.`, `-` and `_` (OpenAPI 3.1 §4.8.7). */
  readonly schemeName?: string;
  /** Shown in the documentation; CommonMark. */
  readonly description?: string;
}

/** What a scheme with scopes may be told. */
export interface ScopedOptions<Sc extends string = never> extends SchemeOptions {
  /** The scopes that routes may require, with their description; none by default. Each is a `scope-token` of RFC 6749 §3.3. */
  readonly scopes?: Readonly<Record<Sc, string>>;
  /**
   * The longest credential that is read. Bytes, at least 1; default 16,384. Tokens that list many groups are longer; then raise
   * the limit of the host, too (`--max-http-header-size` of Node.js).
   */
  readonly maxCredentialBytes?: number;
}

/** The names of the options of every scheme. */
export const schemeOptions: KnownOptions<SchemeOptions> = { schemeName: true, description: true };

/** The names of the options of a scheme with scopes. */
export const scopedOptions: KnownOptions<ScopedOptions> = { ...schemeOptions, scopes: true, maxCredentialBytes: true };

const componentKey = /^[A-Za-z0-9._-]+$/;

/**
 * Checks the name of a scheme and gives it back.
 *
 * @throws BuildError `wrong_scheme`
 */
export function checkSchemeName(factory: string, name: string): string {
  return check(
    (text) => componentKey.test(text),
    name,
    `${factory}(): the scheme's name is a key of the OpenAPI document: write letters, digits, ".", "-" and "_"`,
  );
}

/**
 * Checks the name of a header or a cookie, which is a token (RFC 9110 §5.6.2, RFC 6265 §4.1.1), and gives it back.
 *
 * @throws BuildError `wrong_scheme`
 */
export function checkToken(factory: string, name: string): string {
  return check(
    isToken,
    name,
    `${factory}({ name }): write a token, for example "X-API-Key": no spaces, separators or letters outside ASCII`,
  );
}

/**
 * Checks a text of visible ASCII (a URL, the name of a query parameter) and gives it back.
 *
 * @throws BuildError `wrong_scheme`
 */
export function checkVisible(factory: string, option: string, text: string): string {
  return check(
    (each) => each !== "" && isVisible(each),
    text,
    `${factory}({ ${option} }): write one or more visible ASCII characters, without spaces`,
  );
}

/**
 * Checks the names of scopes (`scope-token`, RFC 6749 §3.3) and returns a frozen copy.
 *
 * @throws BuildError `wrong_scheme`
 */
export function checkScopes<Sc extends string>(
  factory: string,
  scopes: Readonly<Record<Sc, string>> | undefined,
): Readonly<Record<Sc, string>> {
  // Without a record there are no scopes: `Sc` is `never`.
  const copy = { ...scopes } as Readonly<Record<Sc, string>>;
  for (const [name, description] of Object.entries(copy)) {
    check(
      isScopeToken,
      name,
      `${factory}({ scopes }): a scope is visible ASCII without spaces, quotes and backslashes (RFC 6749 §3.3)`,
    );
    if (typeof description !== "string")
      throw new BuildError("wrong_scheme", `${factory}({ scopes }): describe "${name}" in a string`);
  }
  return Object.freeze(copy);
}

/**
 * Checks the limit of a scheme's credential and returns it.
 *
 * @throws BuildError `wrong_option`
 */
export function checkMaxCredentialBytes(
  factory: string,
  { maxCredentialBytes: limit = maxCredentialBytes }: ScopedOptions,
): number {
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new BuildError("wrong_option", `${factory}({ maxCredentialBytes }): write a whole number of bytes, at least 1`);
}

function check(fits: (text: string) => boolean, text: unknown, advice: string): string {
  if (typeof text === "string" && fits(text)) return text;
  throw new BuildError("wrong_scheme", advice);
}
