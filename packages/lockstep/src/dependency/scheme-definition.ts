/** What a security scheme is to the graph: how its credential is found, challenged for and documented. It never verifies. */
import type { Refusal } from "../outcome/refusal.ts";
import type { Redacted } from "../secret/redacted.ts";
import type { Source } from "./source.ts";

/** What a challenge says beside its scheme (RFC 9110 §11.6.1, RFC 6750 §3). */
export interface ChallengeDetails {
  /** The protection space; a quoted string once escaped. */
  readonly realm: string;
  /** Present only if a credential was sent. */
  readonly error?: "invalid_token" | "insufficient_scope";
  /** The scopes that are needed, space-separated (RFC 6750 §3). */
  readonly scope?: string;
  /** Where the protected-resource metadata is (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
}

/**
 * What was found: nothing (`undefined`), a credential, or a refusal of kind `invalid` (present but malformed: 401) or
 * `repeated` (more than one credential for this scheme: 400).
 */
export type Extraction<C = unknown> = undefined | Redacted<C> | Refusal;

/** What a scheme does. */
export interface SchemeDefinition<C = unknown> {
  /** The key in `components.securitySchemes`; two different schemes of one name do not start. */
  readonly name: string;
  /** Where the credential stands in a request, for example `header x-api-key`: schemes that read one place are present together. */
  readonly place: string;
  /** Whether a browser may attach the credential by itself: unsafe methods then get the cross-site rule. */
  readonly ambient: "cookie" | "browser" | false;
  /** The scopes that may be required, with their description. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Finds the credential. Synchronous, and never verifies anything. */
  extract(source: Source): Extraction<C>;
  /** One challenge for `WWW-Authenticate`. */
  challenge(details: ChallengeDetails): string;
  /** The OpenAPI 3.1 Security Scheme Object. */
  readonly openapi: Readonly<Record<string, unknown>>;
}
