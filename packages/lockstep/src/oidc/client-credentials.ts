/** Tokens for calling another API in this API's own name (RFC 6749 §4.4). */
import { checkOptions } from "../problem/options.ts";
import type { Redacted } from "../secret/redacted.ts";
import { IssuedTokens } from "./issued-tokens.ts";
import { tokenEndpoint, type TokenSourceOptions, tokenSourceOptions } from "./token-endpoint.ts";

/** Obtains tokens in this API's own name. */
export interface ClientCredentials {
  /**
   * Returns a token that works: the one at hand, or a new one. All who ask at once share one request, and the token is renewed in
   * the background before it expires. A token whose lifetime the issuer does not tell is used once.
   *
   * @throws TokenRefused (rejects) if the issuer refuses, Unavailable if it cannot be asked: both are answered with 503
   */
  readonly token: () => Promise<Redacted<string>>;
}

/**
 * Obtains and keeps a token for another API, by the grant `client_credentials`.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const payments = clientCredentials({
 *   issuer: "https://login.example.com",
 *   clientId: "notes-api",
 *   clientSecret: secret(process.env.CLIENT_SECRET),
 *   scope: "payments:write",
 *   resource: "https://payments.example.com",
 * });
 * const token = await payments.token();
 * await fetch("https://payments.example.com/charges", { headers: { authorization: `Bearer ${token.reveal()}` } });
 * ```
 */
export function clientCredentials(options: TokenSourceOptions): ClientCredentials {
  checkOptions("clientCredentials()", options, tokenSourceOptions);
  const endpoint = tokenEndpoint("clientCredentials()", options);
  const tokens = new IssuedTokens(endpoint);
  const ask = (): ReturnType<typeof endpoint.ask> => endpoint.ask({ grant_type: "client_credentials" });
  return Object.freeze({ token: () => tokens.find("", ask) });
}
