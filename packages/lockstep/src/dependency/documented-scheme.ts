/**
 * A security scheme as the document and its page show it. Most schemes are shown once, under their own name. One whose tokens
 * come from several issuers is shown once for each of them: any of the shown ones fills the same place of a request.
 */

/** An entry of `components.securitySchemes`. */
export interface DocumentedScheme {
  /** The key of the entry. */
  readonly name: string;
  /** The OpenAPI 3.1 Security Scheme Object (§4.8.27). */
  readonly openapi: Readonly<Record<string, unknown>>;
  /** The issuer that the entry is about. Without it, the entry is about all issuers of the scheme. */
  readonly issuer?: string;
  /** How people sign in with it on the page. */
  readonly signIn?: SignIn;
}

/** How the page obtains a token: by authorization code and PKCE, as a public client. */
export interface SignIn {
  readonly clientId: string;
  /** Further parameters of the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** The scopes to ask for, as the issuer spells them. Without them: those that the scheme declares. */
  readonly scopes?: readonly string[];
  /**
   * Finds the endpoints of the issuer, for an entry that does not name them. Never rejects. It is asked for each page that is
   * sent, so it remembers its answers.
   */
  readonly endpoints?: () => Promise<SignInEndpoints | SignInObstacle>;
}

/** Where people sign in. The addresses are absolute, and have been checked. */
export interface SignInEndpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** The name of the issuer. An answer that names another one is refused (RFC 9207 §2.4). Absent if it has several names. */
  readonly issuer?: string;
  /** Whether the issuer names itself in each answer (RFC 9207 §3), so an answer without its name is refused, too. */
  readonly namesIssuer?: boolean;
}

/** Why nobody can sign in: the issuer cannot be reached, or it does not offer the authorization code grant with PKCE. */
export type SignInObstacle = "unreachable" | "unsupported";
