/** The principals: who is calling, once their credential is verified. */
import type { Dependency } from "lockstep";

/** A user who is calling. If the credential is a token, all of this comes from the token, without a database. */
export interface User {
  readonly kind: "user";
  /** The account's id. */
  readonly id: string;
  /** The kind of credential: an access token, the cookie of a session, or an API key. */
  readonly credential: "token" | "session" | "api_key";
  /** The scopes that the credential grants. */
  readonly scopes: readonly string[];
  /** The session that the credential belongs to; `undefined` for an API key. */
  readonly sessionId: string | undefined;
  /** The client that the token was issued to. */
  readonly clientId: string | undefined;
  /** The id of the API key, if the caller used one. */
  readonly keyId: string | undefined;
  /** When the user signed in, in milliseconds since 1970; `undefined` for an API key. */
  readonly authenticatedAt: number | undefined;
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

/** A user or a service account that is calling. */
export type Caller = User | Service;

/** The owner of an API key. The name of a user's key is the one that its owner chose; a service account's is the account's. */
export type ApiClient = (User & { readonly name: string }) | Service;

/** `scopes-unasked` if there are scopes to which a credential can be limited. */
type Unasked<Sc extends string> = [Sc] extends [never] ? never : "scopes-unasked";

/** The facts about a caller that used an access token or an API key. */
export type CallerFacts<Sc extends string = string> = "credential" | "authenticated" | "scoped" | `scope:${Sc}` | Unasked<Sc>;

/** The facts about a user, who may also have used a cookie. */
export type UserFacts<Sc extends string = string> = CallerFacts<Sc> | "authorized" | "cookie";

/** A user who signed in, and used a token or a session but no API key. The granted scopes do not matter. */
export type SignedInUser = Dependency<User, Exclude<UserFacts, "scopes-unasked"> | "scopes-asked">;

/**
 * Identity's own scope: to administer the account that signed in, with its sessions and API keys. Only the service's own programs
 * and browsers get it. No client and no API key can have it.
 */
export const accountScope = "account";

/** The description of identity's own scope. */
export const accountScopes: Readonly<Record<string, string>> = {
  [accountScope]: "Administer my account, its sessions and API keys",
};

/** Returns the `sub` of a client. No account can have it. */
export function subjectOfClient(clientId: string): string {
  return `client:${clientId}`;
}

/** Returns the client's id in a `sub`, or `undefined` if it is not a client's. */
export function clientOfSubject(sub: string): string | undefined {
  return sub.startsWith("client:") ? sub.slice("client:".length) : undefined;
}
