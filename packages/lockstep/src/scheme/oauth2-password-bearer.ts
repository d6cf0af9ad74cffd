/** OAuth 2.0 with the password grant (RFC 6749 §4.3), as FastAPI's `OAuth2PasswordBearer`. */
import { defined } from "../json/member.ts";
import { type BearerKind, type BearerOptions, bearerScheme } from "./bearer.ts";
import { checkVisible } from "./option.ts";
import type { Scheme } from "./scheme.ts";

/** What `oauth2PasswordBearer()` is told. */
export interface OAuth2PasswordBearerOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** Where a user name and a password become a token; may be relative to the API. */
  readonly tokenUrl: string;
  /** Where a token is refreshed, if elsewhere. */
  readonly refreshUrl?: string;
}

/**
 * Extracts a bearer token that was obtained with the password grant. Its name is `OAuth2PasswordBearer` by default. For the
 * application's own client only: RFC 9700 §2.4 forbids the grant to others, since it shows them the password.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 *
 * @example
 * ```ts
 * const token = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: { "notes:read": "Read notes" } });
 * ```
 */
export function oauth2PasswordBearer<const Sc extends string = never>(
  options: OAuth2PasswordBearerOptions<Sc>,
): Scheme<string, Sc> {
  const factory = "oauth2PasswordBearer";
  const kind: BearerKind<OAuth2PasswordBearerOptions> = {
    factory,
    defaultName: "OAuth2PasswordBearer",
    options: { tokenUrl: true, refreshUrl: true },
    openapi: (scopes) => ({
      type: "oauth2",
      flows: {
        password: defined({
          scopes,
          tokenUrl: checkVisible(factory, "tokenUrl", options.tokenUrl),
          refreshUrl: options.refreshUrl === undefined ? undefined : checkVisible(factory, "refreshUrl", options.refreshUrl),
        }),
      },
    }),
  };
  return bearerScheme(kind, options);
}
