/** `oidc()`: a verifier for the tokens of one issuer, which finds out by itself what it needs. */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import type { TokenAudience } from "../dependency/node.ts";
import { namesInAudience } from "../token/audience.ts";
import { type JwtVerifier, jwtVerifier } from "../token/jwt-verifier.ts";
import { openIntrospection } from "./introspection.ts";
import { documentedIssuer } from "./issuer-docs.ts";
import { issuerKeys } from "./issuer-keys.ts";
import { checkOidcOptions, isOpaque, jwtOptionsOf, type OidcOptions } from "./oidc-options.ts";
import { tenantVerifier } from "./tenants.ts";
import { isJwt } from "./token-form.ts";
import { tokenVerifier } from "./token-verifier.ts";

/**
 * Builds a verifier for the access tokens of an OpenID provider or OAuth 2.0 authorization server. Use it wherever a
 * `jwtVerifier()` can be used. It takes the same options except `keys`, which it finds by discovery. Nothing is fetched until the
 * first token comes, or `ready()` is called, so an API starts although its issuer is down. Tokens are answered with 503 and
 * `Retry-After` as long as nobody can decide about them.
 *
 * With `introspection`, opaque tokens are accepted, too: the issuer is asked about them (RFC 7662), and its answer is judged by
 * the rules for the claims of a JWT. An answer counts for at most five seconds, which bounds how long a revoked token works.
 *
 * With `docs`, the documentation's page signs people in at the issuer: pass the verifier to `oidcBearer()` for the scheme.
 *
 * With `tenants`, one verifier accepts the tokens of several tenants of Microsoft Entra.
 *
 * @throws BuildError `wrong_option` for a missing or misspelt option, and for an address that is not https or not public
 * @example
 * ```ts
 * const accessTokens = oidc({
 *   issuer: "https://login.example.com",
 *   audience: "https://api.example.com",
 *   algorithms: ["RS256"],
 *   typ: "at+jwt",
 *   introspection: { clientId: "notes-api", clientSecret: secret(process.env.INTROSPECTION_SECRET) },
 * });
 * const caller = authenticate({ claims: accessTokens.claims(httpBearer()) }, ({ claims }) => findCaller(claims.sub));
 * ```
 */
export function oidc(options: OidcOptions): JwtVerifier {
  checkOidcOptions(options);
  if (options.tenants !== undefined) return tenantVerifier(options);
  const { issuer, introspection, maxTokenBytes = maxCredentialBytes } = options;
  if (isOpaque(options)) {
    const { ready, verify } = openIntrospection(options, options.introspection);
    return tokenVerifier({
      issuer,
      maxTokenBytes,
      issuers: [issuer],
      introspects: true,
      documented: [{ issuer, tokens: ["jwt", "opaque"] }],
      audiences: audiencesIn(options),
      entries: [documentedIssuer(options)],
      verify: (token) => verify(token.reveal()),
      ready,
    });
  }
  const jwts = jwtVerifier({ ...jwtOptionsOf(options), keys: issuerKeys(options) });
  const opaque = introspection && openIntrospection(options, introspection);
  return tokenVerifier({
    issuer,
    maxTokenBytes,
    issuers: [issuer],
    introspects: opaque !== undefined,
    documented: [{ issuer, tokens: opaque === undefined ? ["jwt"] : ["jwt", "opaque"] }],
    audiences: audiencesIn(options),
    entries: [documentedIssuer(options)],
    verify: (token) => (opaque === undefined || isJwt(token.reveal()) ? jwts.verify(token) : opaque.verify(token.reveal())),
    ready: async () => void (await Promise.all([jwts.ready(), opaque?.ready()])),
  });
}

/** The options have been checked. */
function audiencesIn({ issuer, audience }: OidcOptions): readonly TokenAudience[] {
  const names = namesInAudience(audience);
  return names.length === 0 ? [] : [{ issuer, names }];
}
