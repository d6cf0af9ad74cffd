/** An account: somebody who can sign in. */

/** An account, without what is secret about it. */
export interface Account {
  /** A random UUID: the `sub` of its tokens. Never used again for somebody else. */
  readonly id: string;
  /** The address, as it was entered. */
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When the address was confirmed, in milliseconds since 1970; never, for one that an administrator vouched for. */
  readonly verifiedAt: number | undefined;
  /** Since when every credential of the account is refused. Milliseconds since 1970. */
  readonly disabledAt: number | undefined;
}
