/** Who is calling, once their credential is verified. */
import type { Dependency } from "lockstep";

/** A user who is calling. Nothing here needs a database where the credential is a token. */
export interface User {
  readonly kind: "user";
  /** The account's id. */
  readonly id: string;
  /** What was shown: an access token, the cookie of a session, or an API key. */
  readonly credential: "token" | "session" | "api_key";
  /** What the credential grants. */
  readonly scopes: readonly string[];
  /** The sign-in that the credential belongs to; none for an API key. */
  readonly sessionId: string | undefined;
  /** The client that the token was issued to. */
  readonly clientId: string | undefined;
  /** The API key that was shown. */
  readonly keyId: string | undefined;
}

/** A client that calls in its own name: a service account. */
export interface Service {
  readonly kind: "service";
  /** The client's id. */
  readonly id: string;
  readonly name: string;
  readonly credential: "token" | "api_key";
  readonly scopes: readonly string[];
  readonly keyId: string | undefined;
}

/** Whoever is calling. */
export type Caller = User | Service;

/** Whoever an API key belongs to. The name of a user's key is what its owner called it; of a service account's, the account's. */
export type ApiClient = (User & { readonly name: string }) | Service;

/** `scopes-unasked` if there are scopes that a credential may be limited to. */
type Unasked<Sc extends string> = [Sc] extends [never] ? never : "scopes-unasked";

/** What is known of a caller that came with an access token or an API key. */
export type CallerFacts<Sc extends string = string> = "credential" | "authenticated" | "scoped" | `scope:${Sc}` | Unasked<Sc>;

/** What is known of a user, who may also have come with a cookie. */
export type UserFacts<Sc extends string = string> = CallerFacts<Sc> | "authorized" | "cookie";

/**
 * A user who has signed in, with a token or a session and no API key, whatever scopes were granted: what managing an account
 * needs.
 */
export type SignedInUser = Dependency<User, Exclude<UserFacts, "scopes-unasked"> | "scopes-asked">;

/** `sub` of a client: no account can have it. */
export function subjectOfClient(clientId: string): string {
  return `client:${clientId}`;
}

/** The client's id in a `sub`, if it is a client's. */
export function clientOfSubject(sub: string): string | undefined {
  return sub.startsWith("client:") ? sub.slice("client:".length) : undefined;
}
