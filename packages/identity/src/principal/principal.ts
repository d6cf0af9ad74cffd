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

/** A user with the address of their account, if somebody confirmed that it is theirs. */
export interface UserWithEmail extends User {
  /**
   * The address as it was entered. `undefined` if nobody has confirmed it by a link, for example because an administrator made
   * the account.
   */
  readonly verifiedEmail: string | undefined;
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

/** An owner of API keys whom only the application knows, such as an organisation. It never signs in, and has no account. */
export interface ExternalOwner {
  readonly kind: "external";
  /** The owner's id in the application, with its kind: `org:42`. */
  readonly id: string;
  /** The name of the key. */
  readonly name: string;
  readonly credential: "api_key";
  /** The scopes of the key that the owner still has. */
  readonly scopes: readonly string[];
  readonly keyId: string;
}

/** A user, a service account or an external owner that is calling. */
export type Caller = User | Service | ExternalOwner;

/**
 * The owner of an API key. The name is that of the key, which somebody chose; for a service account it is the account's.
 */
export type ApiClient = (User & { readonly name: string }) | Service | ExternalOwner;

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

/** The kinds of subjects. The claim `sub_type` of an access token says which one its `sub` names. */
export type SubjectType = "user" | "client";

/** A UUID in lower case, as the database stores it. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const clientId = /^[a-z0-9-]{3,64}$/;

/** Whether a text has the form of an account's id: a UUID in lower case. */
export function isAccountId(text: string): boolean {
  return uuid.test(text);
}

/**
 * Whether a text has the form of a client's id: 3 to 64 lower-case letters, digits and hyphens, and not a UUID. So no text is the
 * id of an account and of a client, and an id in an audit event says which of both it is.
 */
export function isClientId(text: string): boolean {
  return clientId.test(text) && !uuid.test(text);
}

/**
 * Whether a text has the form of an external owner's id: a kind of 1 to 32 lower-case letters, digits, `_` and `-`, a colon,
 * and 1 to 200 printable ASCII characters. No account and no client has an id with a colon.
 */
export function isExternalOwnerId(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}:[!-~]{1,200}$/.test(text);
}

/** The claims that say whom a token is about. */
export interface SubjectClaims {
  readonly sub: string;
  readonly client_id?: string | undefined;
  readonly sub_type?: unknown;
}

/**
 * Returns whom the `sub` of a verified token names. Only the claim `sub_type` decides, not the form of `sub`. Returns `undefined`
 * if the claim is missing, or contradicts RFC 9068 §2.2: the `sub` of a client's own token is its `client_id`, and that of a
 * user's token is not.
 */
export function subjectTypeOf({ sub, client_id, sub_type }: SubjectClaims): SubjectType | undefined {
  if (sub_type === "client") return sub === client_id ? "client" : undefined;
  return sub_type === "user" && sub !== client_id ? "user" : undefined;
}
