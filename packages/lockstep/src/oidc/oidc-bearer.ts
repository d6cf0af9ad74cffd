/** `oidcBearer()`: the scheme for tokens of issuers that an `oidc()` or `issuers()` verifies. It documents what they say. */
import type { DocumentedScheme } from "../dependency/documented-scheme.ts";
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import { BuildError } from "../problem/error.ts";
import { type BearerKind, type BearerOptions, bearerScheme } from "../scheme/bearer.ts";
import { openapiOfBearer, sharedMembers } from "../scheme/sender.ts";
import type { Scheme } from "../scheme/scheme.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import type { DocumentedIssuer } from "./issuer-docs.ts";
import { acceptedBy, isVerifier } from "./token-verifier.ts";

/** What `oidcBearer()` is told. */
export interface OidcBearerOptions<Sc extends string = never> extends BearerOptions<Sc> {
  /** The verifier of the tokens: an `oidc()`, `issuers()` or `jwtVerifier()`. */
  readonly issuer: JwtVerifier;
}

/**
 * Extracts a bearer token and documents the issuers whose tokens the verifier accepts, so one declaration of an issuer is enough.
 * It reads tokens as long as the verifier accepts. Its name is `OpenIdConnect` by default.
 *
 * The OpenAPI document has one entry of the type `openIdConnect` for each issuer, and a route that needs the token needs any one
 * of them. It says the same whether the issuers can be reached or not. An issuer without metadata is an entry of the type `http`.
 *
 * On the documentation's page, people sign in at each issuer whose `oidc()` has `docs`, by authorization code and PKCE (RFC 6749
 * §4.1, RFC 7636). The API reads the issuer's metadata when the page is loaded; the page names the endpoints in it, and its
 * content policy allows the origin of the token endpoint. While the metadata cannot be read, the page says so and has a field for
 * a token, and the next load asks again, after five seconds at the earliest. The issuer must allow requests from the page's
 * origin to its token endpoint (CORS).
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name or a scope that cannot be written
 *
 * @example
 * ```ts
 * const accessTokens = oidc({
 *   issuer: "https://login.example.com",
 *   audience: "https://api.example.com",
 *   algorithms: ["RS256"],
 *   typ: "at+jwt",
 *   docs: { clientId: "docs-page", authorizationParameters: { audience: "https://api.example.com" } },
 * });
 * const token = oidcBearer({ issuer: accessTokens, scopes: { "notes:read": "Read notes" } });
 * const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => findCaller(claims.sub));
 * ```
 */
export function oidcBearer<const Sc extends string = never>(options: OidcBearerOptions<Sc>): Scheme<string, Sc> {
  const factory = "oidcBearer";
  const kind: BearerKind<OidcBearerOptions> = {
    factory,
    defaultName: "OpenIdConnect",
    options: { issuer: true },
    openapi: (_scopes, sender) => openapiOfBearer(sender),
    documented: ({ name, openapi }) => entriesOf(name, acceptedBy(options.issuer).entries, openapi),
  };
  return bearerScheme(kind, { maxCredentialBytes: longestToken(options), ...options });
}

/** @throws BuildError `wrong_option` */
function longestToken(options: OidcBearerOptions<string>): number {
  const issuer: unknown = options?.issuer;
  if (isVerifier(issuer)) return Math.max(issuer.maxTokenBytes, maxCredentialBytes);
  throw new BuildError("wrong_option", "oidcBearer(): set issuer to the verifier of the tokens, for example oidc({ … })");
}

/** @throws BuildError `wrong_option` for two entries of one name */
function entriesOf(
  name: string,
  issuers: readonly DocumentedIssuer[],
  scheme: DocumentedScheme["openapi"],
): readonly DocumentedScheme[] {
  const names = new Set<string>();
  return issuers.map((each) => {
    const key = each.schemeName ?? (issuers.length === 1 ? name : `${name}-${partOfName(each.issuer)}`);
    if (names.has(key)) {
      throw new BuildError(
        "wrong_option",
        `Set \`docs: { schemeName }\` of one of the issuers of oidcBearer(): two are documented as "${key}"`,
      );
    }
    names.add(key);
    const { issuer, signIn } = each;
    const openapi = { ...openapiOf(each, scheme), ...sharedMembers(scheme) };
    return signIn === undefined ? { name: key, issuer, openapi } : { name: key, issuer, openapi, signIn };
  });
}

function openapiOf({ metadataUrl }: DocumentedIssuer, { type, scheme }: DocumentedScheme["openapi"]): DocumentedScheme["openapi"] {
  return metadataUrl === undefined
    ? { type, scheme, bearerFormat: "JWT" }
    : { type: "openIdConnect", openIdConnectUrl: metadataUrl };
}

/** The issuer without `https://`, in the characters of a key of the document. */
function partOfName(issuer: string): string {
  return issuer
    .replace(/^https?:\/\//, "")
    .replaceAll(/[^A-Za-z0-9._]+/g, "-")
    .replace(/-$/, "");
}
