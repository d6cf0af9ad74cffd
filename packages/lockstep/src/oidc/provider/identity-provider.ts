/**
 * An identity provider as one value: how its tokens are verified, which claims say who is calling, and how the documentation
 * page signs in. An application passes it on, and need not know which provider it is.
 */
import { BuildError } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import type { JwtVerifier } from "../../token/jwt-verifier.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import { checkLine, checkTexts } from "../claims/setting.ts";
import { acceptedBy } from "../token-verifier.ts";

/** How the documentation page signs in: authorization code with PKCE. */
export interface ProviderSignIn {
  /** A public client of the provider, with the redirect address `…/docs/oauth2-redirect` of this API. It has no secret. */
  readonly clientId: string;
  /**
   * Parameters that are added to the authorization request: for Auth0 `{ audience: "https://api.example.com" }`, elsewhere
   * `resource` (RFC 8707). Default: nothing.
   */
  readonly parameters?: Readonly<Record<string, string>>;
}

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
  /** How the documentation page signs in. Default: a token is pasted into it. */
  readonly signIn?: ProviderSignIn;
}

/** An identity provider, or several side by side. */
export interface IdentityProvider extends Required<Omit<IdentityProviderOptions, "signIn">> {
  /** Each `iss` of its tokens. */
  readonly issuers: readonly string[];
  readonly signIn: ProviderSignIn | undefined;
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
 *   signIn: { clientId: "notes-docs" },
 * });
 * ```
 */
export function identityProvider(options: IdentityProviderOptions): IdentityProvider {
  const where = "identityProvider()";
  checkOptions<IdentityProviderOptions>(where, options, { tokens: true, map: true, longestTokenSeconds: true, signIn: true });
  const { tokens, map, longestTokenSeconds = day, signIn } = options;
  if (typeof tokens?.verify !== "function") throw wrong("set tokens to a verifier, for example oidc({ … })");
  if (typeof map?.read !== "function") throw wrong('set map to a claims map, for example keycloak({ client: "notes" })');
  if (!Number.isSafeInteger(longestTokenSeconds) || longestTokenSeconds < 1) {
    throw wrong("set longestTokenSeconds to a whole number of seconds, at least 1");
  }
  if (signIn !== undefined) checkSignIn(signIn);
  return Object.freeze({ tokens, map, longestTokenSeconds, signIn, issuers: acceptedBy(tokens).issuers });
}

function checkSignIn(signIn: ProviderSignIn): void {
  const where = "identityProvider({ signIn })";
  checkOptions<ProviderSignIn>(where, signIn, { clientId: true, parameters: true });
  checkLine(where, "clientId", signIn.clientId);
  checkTexts(where, "parameters", Object.values(signIn.parameters ?? {}));
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `identityProvider(): ${advice}`);
}
