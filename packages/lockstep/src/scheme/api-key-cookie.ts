/** A credential in a cookie: a session id or a key. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import { checkOptions } from "../problem/options.ts";
import { type ApiKeyOptions, apiKeyOptions, findKey } from "./api-key.ts";
import { checkMaxCredentialBytes, checkSchemeName, checkScopes, checkToken } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

/**
 * Extracts a credential from a cookie. The scheme's name is `APIKeyCookie` by default. Prefer a name with the prefix
 * `__Host-` (RFC 6265bis §4.1.3.2), which no subdomain can set. Two cookies of one name are refused: a sibling domain that
 * plants a second one must not choose who is signed in. Unsafe methods get the cross-site rule.
 *
 * A 401 must carry a challenge (RFC 9110 §11.6.1) and no scheme is registered for cookies, so `Cookie` is Lockstep's own;
 * it says which cookie is read.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name or a scope that cannot be written
 *
 * @example
 * ```ts
 * const session = apiKeyCookie({ name: "__Host-session" });
 * ```
 */
export function apiKeyCookie<const Sc extends string = never>(options: ApiKeyOptions<Sc>): Scheme<string, Sc, "cookie"> {
  checkOptions("apiKeyCookie()", options, apiKeyOptions);
  const name = checkToken("apiKeyCookie", options.name);
  const maxCredentialBytes = checkMaxCredentialBytes("apiKeyCookie", options);
  return scheme({
    name: checkSchemeName("apiKeyCookie", options.schemeName ?? "APIKeyCookie"),
    place: `cookie ${name}`,
    ambient: "cookie",
    scopes: checkScopes("apiKeyCookie", options.scopes),
    maxCredentialBytes,
    extract: (source): Extraction<string> => findKey(source.cookies().get(name), maxCredentialBytes),
    challenge: ({ realm }) => buildChallenge("Cookie", { realm, name }),
    openapi: defined({ type: "apiKey", description: options.description, in: "cookie", name }),
  });
}
