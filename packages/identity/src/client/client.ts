/** A client of OAuth: a program that is known by an id. Allowed `client_credentials`, it is a service account. */

/** The ways in which a client may authenticate (RFC 6749 §2.3, RFC 7523 §2.2); a public client has none. */
export const clientAuthentications = ["none", "client_secret_basic", "private_key_jwt"] as const;

/** How a client authenticates. */
export type ClientAuthentication = (typeof clientAuthentications)[number];

/** The grants that a client may be allowed. */
export const clientGrants = ["password", "refresh_token", "client_credentials"] as const;

/** A grant that a client may be allowed. */
export type ClientGrant = (typeof clientGrants)[number];

/** A client, without what is secret about it. */
export interface Client {
  /** Lower-case letters, digits and hyphens, and never of the form of an account's id. */
  readonly id: string;
  readonly name: string;
  readonly authentication: ClientAuthentication;
  readonly grants: readonly ClientGrant[];
  /** The scopes that its tokens may have, whoever they are about. */
  readonly scopes: readonly string[];
  /** Whether it may ask about every token (RFC 7662), as a resource server does; others learn of their own only. */
  readonly introspects: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Since when every credential of the client is refused. Milliseconds since 1970. */
  readonly disabledAt: number | undefined;
}

/** Whether the client can keep a secret, and so proves who it is (RFC 6749 §2.1). */
export function isConfidential({ authentication }: Pick<Client, "authentication">): boolean {
  return authentication !== "none";
}
