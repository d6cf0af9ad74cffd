/** OpenID Connect Discovery: a bearer token of a provider whose metadata documents everything else. */
import { type BearerKind, type BearerOptions, bearerScheme } from "./bearer.ts";
import { type DocsClient, withDocsClient } from "./docs-client.ts";
import { checkVisible } from "./option.ts";
import type { Scheme } from "./scheme.ts";

/** What `openIdConnect()` is told. */
export interface OpenIdConnectOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** The provider's metadata, `…/.well-known/openid-configuration`. For the documentation: nothing is fetched from it here. */
  readonly openIdConnectUrl: string;
  /** The client that people sign in with on the documentation's page. Default: that of `createApi({ docs })`. */
  readonly docs?: DocsClient;
}

/**
 * Extracts a bearer token that an OpenID provider issued. Its name is `OpenIdConnect` by default. Unlike FastAPI's class it
 * passes the token on and accepts no other scheme than `Bearer`.
 *
 * The browser reads the metadata, so the page can sign in only at a provider whose metadata and token endpoint have one origin
 * and answer other origins (CORS). `oidcBearer()` of `lockstep/oidc` has no such limit: there the API reads the metadata.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 *
 * @example
 * ```ts
 * const token = openIdConnect({ openIdConnectUrl: "https://login.example.com/.well-known/openid-configuration" });
 * ```
 */
export function openIdConnect<const Sc extends string = never>(options: OpenIdConnectOptions<Sc>): Scheme<string, Sc> {
  const factory = "openIdConnect";
  const kind: BearerKind<OpenIdConnectOptions> = {
    factory,
    defaultName: "OpenIdConnect",
    options: { openIdConnectUrl: true, docs: true },
    openapi: () => ({
      type: "openIdConnect",
      openIdConnectUrl: checkVisible(factory, "openIdConnectUrl", options.openIdConnectUrl),
    }),
    documented: (entry) => [withDocsClient(factory, entry, options.docs)],
  };
  return bearerScheme(kind, options);
}
