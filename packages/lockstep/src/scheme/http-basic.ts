/** The HTTP scheme `Basic` (RFC 7617): a user name and a password with every request. Browsers remember and resend them. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import { checkOptions } from "../problem/options.ts";
import { decodeBase64 } from "../secret/encoding.ts";
import { Redacted } from "../secret/redacted.ts";
import { findCredential } from "./authorization-header.ts";
import { malformedCredential } from "./extraction.ts";
import { checkSchemeName, type SchemeOptions, schemeOptions } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge, quotedString } from "./www-authenticate.ts";

/** What Basic authentication carries. The password may be empty and may hold colons; the user name neither. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** What `httpBasic()` may be told. */
export interface HttpBasicOptions extends SchemeOptions {
  /** The protection space a browser shows and remembers the password for; printable ASCII. The API's realm by default. */
  readonly realm?: string;
  /**
   * What an empty user name with an empty password (`Basic Og==`) is: `"malformed"`, or `"absent"` for clients at a token
   * endpoint, whose programs send it if they have no client (RFC 6749 §2.3.1). Default `"malformed"`.
   */
  readonly empty?: "malformed" | "absent";
}

const malformed = malformedCredential("Basic: not the base64 of a UTF-8 user name, a colon and a password");
/** The base64 of ":". */
const emptyCredentials = "Og==";
// A byte order mark is kept: it is part of the text.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const control = /\p{Cc}/u;

/**
 * Extracts a user name and a password from the `Authorization` header, in UTF-8. Its name is `HTTPBasic` by default.
 * Malformed base64, invalid UTF-8, control characters (RFC 7617 §2), a missing colon and an empty user name are refused.
 * Browsers attach the credentials by themselves, so unsafe methods get the cross-site rule.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name or a realm that cannot be written
 *
 * @example
 * ```ts
 * const login = httpBasic({ realm: "Metrics" });
 * ```
 */
export function httpBasic(options: HttpBasicOptions = {}): Scheme<BasicCredentials> {
  checkOptions<HttpBasicOptions>("httpBasic()", options, { ...schemeOptions, realm: true, empty: true });
  const { realm, empty = "malformed" } = options;
  if (realm !== undefined) quotedString(realm);
  return scheme({
    name: checkSchemeName("httpBasic", options.schemeName ?? "HTTPBasic"),
    place: "authorization basic",
    ambient: "browser",
    scopes: {},
    extract(source): Extraction<BasicCredentials> {
      const found = findCredential(source, "basic");
      if (found === emptyCredentials && empty === "absent") return undefined;
      return typeof found === "string" ? parseBasic(found) : found;
    },
    challenge: (details) => buildChallenge("Basic", { realm: realm ?? details.realm, charset: "UTF-8" }),
    openapi: defined({ type: "http", description: options.description, scheme: "basic" }),
  });
}

/** user-pass = user-id ":" password; the first colon separates (RFC 7617 §2). */
function parseBasic(token68: string): Extraction<BasicCredentials> {
  const text = decodeText(token68);
  if (text === undefined || control.test(text)) return malformed;
  const colon = text.indexOf(":");
  if (colon < 1) return malformed;
  return new Redacted({ username: text.slice(0, colon), password: text.slice(colon + 1) });
}

/** Decodes the strict form of base64, and UTF-8. */
function decodeText(token68: string): string | undefined {
  try {
    const octets = decodeBase64(token68);
    return octets === undefined ? undefined : utf8.decode(octets);
  } catch {
    // A decoder has no other way to say that its input is not UTF-8.
    return undefined;
  }
}
