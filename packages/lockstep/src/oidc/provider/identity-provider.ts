/**
 * An identity provider as one value: how its tokens are verified, and which claims say who is calling. An application passes it
 * on, and need not know which provider it is.
 */
import { BuildError } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import type { JwtVerifier } from "../../token/jwt-verifier.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import { acceptedBy } from "../token-verifier.ts";

/** The options of `identityProvider()`. */
export interface IdentityProviderOptions {
  /** The verifier of its access tokens: `oidc(…)`, or `issuers([…])` for several providers side by side. */
  readonly tokens: JwtVerifier;
  /** The map of its claims, for example `keycloak({ client: "notes" })`; `byIssuer({ … })` for several providers. */
  readonly map: ClaimsMap;
  /**
   * The longest `exp − iat` of its tokens: so long a revocation is remembered. Set it to `maxLifetimeSeconds` of the verifier, if
   * that is longer. Seconds; default 86,400.
   */
  readonly longestTokenSeconds?: number;
}

/** An identity provider, or several side by side. */
export interface IdentityProvider extends Required<IdentityProviderOptions> {
  /** Each `iss` of its tokens. */
  readonly issuers: readonly string[];
}

const day = 86_400;

/**
 * Describes an identity provider. `identity({ provider })` of `lockstep-identity` then leaves signing in to it.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const provider = identityProvider({
 *   tokens: oidc({ issuer: "https://id.example.com/realms/acme", audience: "notes", algorithms: ["RS256"], typ: "JWT" }),
 *   map: keycloak({ client: "notes" }),
 * });
 * ```
 */
export function identityProvider(options: IdentityProviderOptions): IdentityProvider {
  const where = "identityProvider()";
  checkOptions<IdentityProviderOptions>(where, options, { tokens: true, map: true, longestTokenSeconds: true });
  const { tokens, map, longestTokenSeconds = day } = options;
  if (typeof tokens?.verify !== "function") throw wrong("set tokens to a verifier, for example oidc({ … })");
  if (typeof map?.read !== "function") throw wrong('set map to a claims map, for example keycloak({ client: "notes" })');
  if (!Number.isSafeInteger(longestTokenSeconds) || longestTokenSeconds < 1) {
    throw wrong("set longestTokenSeconds to a whole number of seconds, at least 1");
  }
  return Object.freeze({ tokens, map, longestTokenSeconds, issuers: acceptedBy(tokens).issuers });
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `identityProvider(): ${advice}`);
}
