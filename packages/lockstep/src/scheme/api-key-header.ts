/** An API key in a header of its own. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { type ApiKeyOptions, apiKeyOptions, findKey, repeatedKey } from "./api-key.ts";
import { checkMaxCredentialBytes, checkSchemeName, checkScopes, checkToken } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

const advice: Readonly<Record<string, string>> = {
  authorization: "use httpBearer(), httpBasic() or an oauth2 scheme, which read the Authorization header and document it",
  cookie: "use apiKeyCookie({ name }), which reads one cookie",
};

/**
 * Extracts an API key from a header. The scheme's name is `APIKeyHeader` by default. A key is visible ASCII without commas:
 * proxies and `fetch` hosts join repeated headers with a comma (RFC 9110 §5.3), so one with a comma is refused as
 * `repeated`, like the two headers it may have been.
 *
 * A 401 must carry a challenge (RFC 9110 §11.6.1) and no scheme is registered for API keys, so `ApiKey` is Lockstep's own;
 * it says where the key belongs.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name or a scope that cannot be written, and for the headers
 * `Authorization` and `Cookie`, which have schemes of their own
 *
 * @example
 * ```ts
 * const key = apiKeyHeader({ name: "X-API-Key" });
 * ```
 */
export function apiKeyHeader<const Sc extends string = never>(options: ApiKeyOptions<Sc>): Scheme<string, Sc> {
  checkOptions("apiKeyHeader()", options, apiKeyOptions);
  const name = checkToken("apiKeyHeader", options.name);
  const field = name.toLowerCase();
  if (Object.hasOwn(advice, field)) {
    throw new BuildError("wrong_scheme", `apiKeyHeader({ name: "${name}" }): ${advice[field]}`);
  }
  const maxCredentialBytes = checkMaxCredentialBytes("apiKeyHeader", options);
  return scheme({
    name: checkSchemeName("apiKeyHeader", options.schemeName ?? "APIKeyHeader"),
    place: `header ${field}`,
    ambient: false,
    scopes: checkScopes("apiKeyHeader", options.scopes),
    maxCredentialBytes,
    extract(source): Extraction<string> {
      const values = source.request.headers(field);
      return values[0]?.includes(",") ? repeatedKey : findKey(values, maxCredentialBytes);
    },
    challenge: ({ realm }) => buildChallenge("ApiKey", { realm, in: "header", name }),
    openapi: defined({ type: "apiKey", description: options.description, in: "header", name }),
  });
}
