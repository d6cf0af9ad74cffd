/** The HTTP scheme `Bearer` (RFC 6750): a token in the `Authorization` header, from wherever the client has it. */
import { type BearerKind, type BearerOptions, bearerScheme } from "./bearer.ts";
import type { Scheme } from "./scheme.ts";
import { openapiOfBearer } from "./sender.ts";

/** What `httpBearer()` may be told. */
export interface HttpBearerOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** A hint for readers of the documentation, for example `JWT`; nothing is made of it. */
  readonly bearerFormat?: string;
}

/**
 * Extracts a bearer token from the `Authorization` header (RFC 6750 §2.1); documented as `type: http`, `scheme: bearer`.
 * Its name is `HTTPBearer` by default. Where the token comes from an OAuth 2.0 server, prefer the `oauth2…` scheme of its
 * grant: the documentation can then obtain one.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name or a scope that cannot be written
 *
 * @example
 * ```ts
 * const token = httpBearer({ bearerFormat: "JWT" });
 * ```
 */
export function httpBearer<const Sc extends string = never>(options: HttpBearerOptions<Sc> = {}): Scheme<string, Sc> {
  const kind: BearerKind<HttpBearerOptions> = {
    factory: "httpBearer",
    defaultName: "HTTPBearer",
    options: { bearerFormat: true },
    openapi: (_scopes, sender) => ({ ...openapiOfBearer(sender), bearerFormat: options.bearerFormat }),
  };
  return bearerScheme(kind, options);
}
