/**
 * An identity provider as one value: how its tokens are verified, and which claims say who is calling. An application passes it
 * on, and need not know which provider it is.
 */
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import type { JwtVerifier } from "../../token/jwt-verifier.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import type { LogoutIssuerOptions } from "../events/backchannel-logout.ts";
import type { TransmitterOptions } from "../events/transmitter.ts";
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
  /**
   * Whether its tokens are bound to a key of the client (DPoP, RFC 9449). `"required"`: others are refused. `"allowed"`: bearer
   * tokens are accepted, too. Default `"off"`: tokens that are bound to a key are refused.
   */
  readonly dpop?: "off" | "allowed" | "required";
  /** Who may tell that sessions and accounts ended at the provider. Default: nobody. */
  readonly events?: ProviderEventSources;
}

/** The issuers whose events are received. */
export interface ProviderEventSources {
  /** Issuers of logout tokens, for `POST /auth/backchannel-logout`. */
  readonly logout?: readonly [LogoutIssuerOptions, ...LogoutIssuerOptions[]];
  /** Transmitters of security events, for `POST /auth/security-events`. */
  readonly push?: readonly [TransmitterOptions, ...TransmitterOptions[]];
}

/** An identity provider, or several side by side. */
export interface IdentityProvider extends Required<Omit<IdentityProviderOptions, "events">> {
  /** Each `iss` of its tokens. */
  readonly issuers: readonly string[];
  readonly events: ProviderEventSources | undefined;
}

const day = 86_400;
const known: KnownOptions<IdentityProviderOptions> = {
  tokens: true,
  map: true,
  longestTokenSeconds: true,
  dpop: true,
  events: true,
};

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
  checkOptions<IdentityProviderOptions>(where, options, known);
  const { tokens, map, longestTokenSeconds = day, dpop = "off", events } = options;
  if (typeof tokens?.verify !== "function") throw wrong("set tokens to a verifier, for example oidc({ … })");
  if (typeof map?.read !== "function") throw wrong('set map to a claims map, for example keycloak({ client: "notes" })');
  if (!Number.isSafeInteger(longestTokenSeconds) || longestTokenSeconds < 1) {
    throw wrong("set longestTokenSeconds to a whole number of seconds, at least 1");
  }
  if (!["off", "allowed", "required"].includes(dpop)) throw wrong('set dpop to "off", "allowed" or "required"');
  // The receivers check the issuers of events.
  if (events !== undefined)
    checkOptions<ProviderEventSources>("identityProvider({ events })", events, { logout: true, push: true });
  return Object.freeze({ tokens, map, longestTokenSeconds, dpop, events, issuers: acceptedBy(tokens).issuers });
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `identityProvider(): ${advice}`);
}
