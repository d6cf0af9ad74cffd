/** A security scheme as the graph sees it: how its credential is found, challenged for and documented. It never verifies. */
import type { DocumentedScheme } from "./documented-scheme.ts";
import type { Refusal } from "../outcome/refusal.ts";
import type { Redacted } from "../secret/redacted.ts";
import type { SenderRule } from "./presented-token.ts";
import type { CredentialSource } from "./source.ts";

/**
 * The longest credential that a scheme reads and a verifier of tokens accepts, in bytes, unless they are told otherwise. Node.js
 * reads headers up to the same size (`--max-http-header-size`).
 */
export const maxCredentialBytes = 16_384;

/** What a challenge may say in its parameters (RFC 9110 §11.6.1, RFC 6750 §3). `buildChallenge()` quotes them. */
export interface ChallengeDetails {
  /** The protection space: the API's title. */
  readonly realm: string;
  /**
   * Why the request was refused. Absent if no credential was sent (RFC 6750 §3.1). Only schemes with `dpop()` are told
   * `invalid_dpop_proof` and `use_dpop_nonce` (RFC 9449 §7.1, §9).
   */
  readonly error?:
    | "invalid_token"
    | "insufficient_scope"
    | "insufficient_user_authentication"
    | "invalid_dpop_proof"
    | "use_dpop_nonce";
  /** The same for people: printable ASCII without quotes and backslashes (RFC 6750 §3). */
  readonly errorDescription?: string;
  /** The scopes that are needed, space-separated (RFC 6750 §3). */
  readonly scope?: string;
  /** The authentication context classes of which one is needed, space-separated (`acr_values`, RFC 9470 §3). */
  readonly acrValues?: string;
  /** How long ago the user may have signed in, at most, in seconds (`max_age`, RFC 9470 §3). */
  readonly maxAgeSeconds?: number;
  /** Where the protected-resource metadata is (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
}

/**
 * The result of a search for a credential: `undefined` if there is none (401), the credential, or a refusal: `malformed()` for
 * one that cannot be read (401), `repeated()` for more than one (400).
 */
export type Extraction<C = unknown> = undefined | Redacted<C> | Refusal;

/**
 * The place that a scheme reads. Schemes that read the same place have the same text here: their credentials are always present
 * together, so `anyOf()` refuses them as branches of one alternative. Header names and authorization schemes are in lower case.
 */
export type CredentialPlace = "certificate" | `${"authorization" | "header" | "cookie" | "query"} ${string}`;

/**
 * Whether a browser attaches the credential by itself, also to requests that another site causes (CSRF). `"cookie"` is a
 * cookie; `"browser"` is a credential that browsers remember, such as HTTP Basic or a client certificate. Both put the
 * cross-site rule before every route that changes something. `false` is a credential that a program sets.
 */
export type Ambient = "cookie" | "browser" | false;

/** A security scheme: how a credential is found, challenged for and documented. `Sc` are its scopes. */
export interface SchemeDefinition<C = unknown, Sc extends string = string, A extends Ambient = Ambient> {
  /**
   * The key in `components.securitySchemes`: letters, digits, `.`, `-` and `_` (OpenAPI 3.1 §4.8.7). An API with two different
   * schemes of one name does not start.
   */
  readonly name: string;
  /** The place of the credential in a request, for example `header x-api-key` or `authorization bearer`. */
  readonly place: CredentialPlace;
  /** Whether a browser attaches the credential by itself. */
  readonly ambient: A;
  /** The scopes that routes may require, each with its description. Default: none. */
  readonly scopes?: Readonly<Record<Sc, string>> | undefined;
  /**
   * Finds the credential in a request. It is synchronous and verifies nothing: that is `authenticate()`. It runs for every
   * request to a route with the scheme, before anything else.
   */
  extract(source: CredentialSource): Extraction<C>;
  /**
   * Returns a challenge for `WWW-Authenticate` (RFC 9110 §11.6.1), or a list if the credential can be sent in several ways. The
   * same details return the same text, which is made once, unless `freshChallenge` is set.
   */
  challenge(details: ChallengeDetails): string | readonly string[];
  /** Set if each challenge is a new text, because it contains a nonce (RFC 7616 §3.3). Default: `false`. */
  readonly freshChallenge?: boolean;
  /**
   * The longest credential that `extract` returns, in bytes, if it has a limit. A verifier that accepts longer tokens than the
   * scheme reads does not start.
   */
  readonly maxCredentialBytes?: number;
  /** The OpenAPI 3.1 Security Scheme Object (§4.8.27). Members that are `undefined` are left out. */
  readonly openapi: Readonly<Record<string, unknown>>;
}

/** A definition that has been checked. */
export interface CheckedScheme extends SchemeDefinition {
  readonly scopes: Readonly<Record<string, string>>;
  /** The entries of the document that are about it. At least one. */
  readonly documented: readonly DocumentedScheme[];
  /** How the sender of the credential proves that it is its own. The credential is then a `PresentedToken`. */
  readonly sender?: SenderRule | undefined;
}
