/** An OAuth client: a program that is known by an id. With the grant `client_credentials`, it is a service account. */

/** The ways in which a client may authenticate (RFC 6749 §2.3, RFC 7523 §2.2): `none` for a public client. */
export const clientAuthentications = ["none", "client_secret_basic", "private_key_jwt"] as const;

/** How a client authenticates. */
export type ClientAuthentication = (typeof clientAuthentications)[number];

/** The grants that a client may be allowed to use. */
export const clientGrants = ["password", "refresh_token", "client_credentials"] as const;

/** A grant that a client may be allowed to use. */
export type ClientGrant = (typeof clientGrants)[number];

/** A client, without its secret and keys. */
export interface Client {
  /** Lower-case letters, digits and hyphens, and never of the form of an account's id. */
  readonly id: string;
  readonly name: string;
  readonly authentication: ClientAuthentication;
  readonly grants: readonly ClientGrant[];
  /** The scopes that its tokens may have, for any subject. */
  readonly scopes: readonly string[];
  /** Whether it may introspect every token (RFC 7662), as a resource server does. Other clients may introspect only their own. */
  readonly introspects: boolean;
  /** Who made it: the id of an account, or a name such as that of the command line. */
  readonly createdBy: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Every credential of the client has been refused since this time, in milliseconds since 1970. */
  readonly disabledAt: number | undefined;
}

/** Whether the client can keep a secret, and so must authenticate (RFC 6749 §2.1). */
export function isConfidential({ authentication }: Pick<Client, "authentication">): boolean {
  return authentication !== "none";
}
