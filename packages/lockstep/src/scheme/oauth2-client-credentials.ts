/** OAuth 2.0 with the client credentials grant (RFC 6749 §4.4): a service that calls for itself, with no user. */
import { type BearerKind, type BearerOptions, bearerScheme } from "./bearer.ts";
import { checkVisible } from "./option.ts";
import type { Scheme } from "./scheme.ts";

/** What `oauth2ClientCredentials()` is told. */
export interface OAuth2ClientCredentialsOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** Where the client's credentials become a token; may be relative to the API. */
  readonly tokenUrl: string;
}

/**
 * Extracts a bearer token that a client obtained for itself. Its name is `OAuth2ClientCredentials` by default. There is no
 * refresh URL: a client asks for a new token instead (RFC 6749 §4.4.3).
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 *
 * @example
 * ```ts
 * const client = oauth2ClientCredentials({ tokenUrl: "/auth/token", scopes: { "data:read": "Read data" } });
 * ```
 */
export function oauth2ClientCredentials<const Sc extends string = never>(
  options: OAuth2ClientCredentialsOptions<Sc>,
): Scheme<string, Sc> {
  const factory = "oauth2ClientCredentials";
  const kind: BearerKind<OAuth2ClientCredentialsOptions> = {
    factory,
    defaultName: "OAuth2ClientCredentials",
    options: { tokenUrl: true },
    openapi: (scopes) => ({
      type: "oauth2",
      flows: {
        clientCredentials: {
          scopes,
          tokenUrl: checkVisible(factory, "tokenUrl", options.tokenUrl),
        },
      },
    }),
  };
  return bearerScheme(kind, options);
}
