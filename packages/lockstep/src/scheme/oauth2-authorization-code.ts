/** OAuth 2.0 with the authorization code grant (RFC 6749 §4.1), as FastAPI's `OAuth2AuthorizationCodeBearer`. */
import { defined } from "../json/member.ts";
import { type BearerKind, type BearerOptions, bearerScheme } from "./bearer.ts";
import { type DocsClient, withDocsClient } from "./docs-client.ts";
import { checkVisible } from "./option.ts";
import type { Scheme } from "./scheme.ts";

/** What `oauth2AuthorizationCode()` is told. */
export interface OAuth2AuthorizationCodeOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** Where the user signs in and consents. */
  readonly authorizationUrl: string;
  /** Where the code becomes a token. */
  readonly tokenUrl: string;
  /** Where a token is refreshed, if elsewhere. */
  readonly refreshUrl?: string;
  /** The client that people sign in with on the documentation's page. Default: that of `createApi({ docs })`. */
  readonly docs?: DocsClient;
}

/**
 * Extracts a bearer token that was obtained with an authorization code. Its name is `OAuth2AuthorizationCodeBearer` by
 * default. The documentation's Authorize button uses PKCE (RFC 7636).
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 *
 * @example
 * ```ts
 * const token = oauth2AuthorizationCode({
 *   authorizationUrl: "https://login.example.com/authorize",
 *   tokenUrl: "https://login.example.com/token",
 * });
 * ```
 */
export function oauth2AuthorizationCode<const Sc extends string = never>(
  options: OAuth2AuthorizationCodeOptions<Sc>,
): Scheme<string, Sc> {
  const factory = "oauth2AuthorizationCode";
  const kind: BearerKind<OAuth2AuthorizationCodeOptions> = {
    factory,
    defaultName: "OAuth2AuthorizationCodeBearer",
    options: { authorizationUrl: true, tokenUrl: true, refreshUrl: true, docs: true },
    openapi: (scopes) => ({
      type: "oauth2",
      flows: {
        authorizationCode: defined({
          scopes,
          authorizationUrl: checkVisible(factory, "authorizationUrl", options.authorizationUrl),
          tokenUrl: checkVisible(factory, "tokenUrl", options.tokenUrl),
          refreshUrl: options.refreshUrl === undefined ? undefined : checkVisible(factory, "refreshUrl", options.refreshUrl),
        }),
      },
    }),
    documented: (entry) => [withDocsClient(factory, entry, options.docs)],
  };
  return bearerScheme(kind, options);
}
