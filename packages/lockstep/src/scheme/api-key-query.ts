/** An API key in the query, for callers that can send nothing else. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { type ApiKeyOptions, apiKeyOptions, findKey } from "./api-key.ts";
import { checkMaxCredentialBytes, checkSchemeName, checkScopes, checkVisible } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

/** What `apiKeyQuery()` is told. */
export interface ApiKeyQueryOptions<Sc extends string = never> extends ApiKeyOptions<Sc> {
  /** Said aloud, because URLs end up in logs, histories and `Referer` headers. */
  readonly unsafeInUrl: true;
}

const queryOptions: KnownOptions<ApiKeyQueryOptions> = { ...apiKeyOptions, unsafeInUrl: true };

/**
 * Extracts an API key from the query. The scheme's name is `APIKeyQuery` by default. Anyone who reads a log can use the key:
 * prefer `apiKeyHeader()`, and give such keys short lives and little to do.
 *
 * The challenge `ApiKey` is Lockstep's own, as in `apiKeyHeader()`.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` without `unsafeInUrl: true`, and for a name or a scope that cannot be
 * written
 *
 * @example
 * ```ts
 * const key = apiKeyQuery({ name: "api_key", unsafeInUrl: true });
 * ```
 */
export function apiKeyQuery<const Sc extends string = never>(options: ApiKeyQueryOptions<Sc>): Scheme<string, Sc> {
  checkOptions("apiKeyQuery()", options, queryOptions);
  if (options.unsafeInUrl !== true) {
    throw new BuildError(
      "wrong_scheme",
      "apiKeyQuery(): use apiKeyHeader(), or write unsafeInUrl: true: a key in a URL ends up in logs",
    );
  }
  const name = checkVisible("apiKeyQuery", "name", options.name);
  const maxCredentialBytes = checkMaxCredentialBytes("apiKeyQuery", options);
  return scheme({
    name: checkSchemeName("apiKeyQuery", options.schemeName ?? "APIKeyQuery"),
    place: `query ${name}`,
    ambient: false,
    scopes: checkScopes("apiKeyQuery", options.scopes),
    maxCredentialBytes,
    extract: (source): Extraction<string> => findKey(source.query().get(name), maxCredentialBytes),
    challenge: ({ realm }) => buildChallenge("ApiKey", { realm, in: "query", name }),
    openapi: defined({ type: "apiKey", description: options.description, in: "query", name }),
  });
}
