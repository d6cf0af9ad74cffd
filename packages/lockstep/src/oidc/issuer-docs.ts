/** What the documentation says of an issuer, and how its page signs people in there. */
import type { SignIn } from "../dependency/documented-scheme.ts";
import { BuildError } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import { checkDocsClient, type DocsClient, docsClientOptions } from "../scheme/docs-client.ts";
import { checkSchemeName } from "../scheme/option.ts";
import { checkedMetadataUrl } from "../token/issuer-metadata.ts";
import { checkOutboundUrl } from "../token/outbound.ts";
import { outboundOf } from "./issuer-keys.ts";
import { type OidcOptions, tenantPlace } from "./oidc-options.ts";
import { SignInPlace } from "./sign-in-place.ts";

/** The client of the documentation's page at an issuer, and the name of the issuer's entry. */
export interface IssuerDocs extends DocsClient {
  /**
   * The key of this issuer in `components.securitySchemes`. Default: the name of the scheme; with several issuers, that name and
   * the issuer's host and path, as in `OpenIdConnect-login.example.com`.
   */
  readonly schemeName?: string;
}

/** An issuer as the documentation shows it. */
export interface DocumentedIssuer {
  readonly issuer: string;
  /** The address of its metadata, if it has one. */
  readonly metadataUrl?: string;
  readonly schemeName?: string;
  /** How people sign in there. Without it, the page has a field for a token. */
  readonly signIn?: SignIn;
}

const known: KnownOptions<Omit<IssuerDocs, "clientSecret">> = { ...docsClientOptions, schemeName: true };

/**
 * Checks the option `docs` of `oidc()`. Nothing is fetched until somebody opens the page.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name that cannot be written
 */
export function documentedIssuer(options: OidcOptions): DocumentedIssuer {
  const { issuer, jwksUrl, docs, clock = Date.now, onProblem } = options;
  if (jwksUrl !== undefined) {
    if (docs === undefined) return { issuer };
    throw new BuildError(
      "wrong_option",
      "Remove `docs` from oidc() with `jwksUrl`: only the issuer's metadata says where people sign in. Use oauth2AuthorizationCode({ docs }) as the scheme",
    );
  }
  const metadataUrl = checkedMetadataUrl("oidc()", options);
  if (docs === undefined) return { issuer, metadataUrl };
  const client = checkDocsClient("oidc({ docs })", docs, known);
  const outbound = outboundOf(options);
  checkOutboundUrl(metadataUrl, outbound, "The issuer's metadata");
  const names = issuer.includes(tenantPlace) ? undefined : issuer;
  const place = new SignInPlace({ metadata: { issuer, url: metadataUrl }, answersAs: names, outbound, clock, onProblem });
  const { schemeName } = docs;
  return {
    issuer,
    metadataUrl,
    ...(schemeName !== undefined && { schemeName: checkSchemeName("oidc", schemeName) }),
    signIn: { ...client, endpoints: () => place.find() },
  };
}
