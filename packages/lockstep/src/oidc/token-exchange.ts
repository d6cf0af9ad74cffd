/** Tokens for calling another API on behalf of a caller (RFC 8693). */
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { IssuedTokens } from "./issued-tokens.ts";
import { type IssuedToken, tokenEndpoint, type TokenSourceOptions, tokenSourceOptions } from "./token-endpoint.ts";

/** What `tokenExchange()` is told. */
export type TokenExchangeOptions = TokenSourceOptions & SubjectTokenOptions;

/** What the tokens of callers are. */
export interface SubjectTokenOptions {
  /** The type of the caller's tokens (RFC 8693 §3). Default: `urn:ietf:params:oauth:token-type:access_token`. */
  readonly subjectTokenType?: string;
}

/** Exchanges tokens of callers. */
export interface TokenExchange {
  /**
   * Returns a token for the other API that speaks of the same person as the caller's token. Pass a token that this API has
   * verified in the same request: a kept result is returned without asking the issuer about the caller's token again. Requests
   * with one token share an exchange, and the result is renewed in the background before it expires.
   *
   * @throws TokenRefused (rejects) if the issuer refuses, Unavailable if it cannot be asked: both are answered with 503
   */
  readonly token: (subject: Redacted<string>) => Promise<Redacted<string>>;
}

const known: KnownOptions<TokenExchangeOptions> = { ...tokenSourceOptions, subjectTokenType: true };
const grant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessToken = "urn:ietf:params:oauth:token-type:access_token";
/** A JWT that is an access token may be called by its form (RFC 8693 §3). */
const usable: ReadonlySet<string | undefined> = new Set([accessToken, "urn:ietf:params:oauth:token-type:jwt"]);

/**
 * Exchanges the tokens of callers for tokens of another API.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const onBehalf = tokenExchange({ issuer, clientId: "notes-api", clientSecret, audience: "payments" });
 * const pay = post("/pay", { deps: { user: scopes(caller, "pay"), token }, status: 204 }, async ({ token }) => {
 *   const exchanged = await onBehalf.token(token);
 *   await charge(exchanged);
 * });
 * ```
 */
export function tokenExchange(options: TokenExchangeOptions): TokenExchange {
  checkOptions("tokenExchange()", options, known);
  const { subjectTokenType = accessToken } = options;
  if (typeof subjectTokenType !== "string" || !URL.canParse(subjectTokenType)) {
    throw new BuildError("wrong_option", `tokenExchange(): write \`subjectTokenType\` as a URI, for example "${accessToken}"`);
  }
  const endpoint = tokenEndpoint("tokenExchange()", options);
  const tokens = new IssuedTokens(endpoint);
  const exchange = async (subject: string): Promise<IssuedToken> => {
    const subjectToken = { subject_token: subject, subject_token_type: subjectTokenType };
    const issued = await endpoint.ask({ grant_type: grant, ...subjectToken, requested_token_type: accessToken });
    if (usable.has(issued.type)) return issued;
    throw new Unavailable("The token endpoint issued another type of token than an access token (RFC 8693 §2.2.1)");
  };
  const token = async (subject: Redacted<string>): Promise<Redacted<string>> => {
    if (subject instanceof Redacted && typeof subject.reveal() === "string") {
      return tokens.find(subject.reveal(), () => exchange(subject.reveal()));
    }
    throw new BuildError("wrong_option", "Pass token() the credential that a scheme extracted: it is a Redacted value");
  };
  return Object.freeze({ token });
}
