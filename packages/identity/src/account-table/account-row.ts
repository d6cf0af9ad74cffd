/** Reads an account from a row. No other module reads the columns of its table. */
import { numberOf, numberOrNone, textOf, textOrNone } from "../store/row.ts";
import type { Row } from "../store/statement.ts";

/** An account of somebody who can sign in, without its secrets. */
export interface Account {
  /** A UUID in lower case: the `sub` of its tokens. It is never used again for another account. */
  readonly id: string;
  /**
   * The address as it was entered, without the blanks around it. An account of an identity provider has the address that the
   * provider confirms, or none, and nobody finds it by that address.
   */
  readonly email: string | undefined;
  /** The id that the account had in the system that it was imported from. No two accounts have the same. */
  readonly foreignId: string | undefined;
  /** Whether its owner made it, at `POST /auth/register`. Nobody vouched for such an account. */
  readonly isSelfRegistered: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When the address was confirmed, in milliseconds since 1970. `undefined` if an administrator vouched for it. */
  readonly verifiedAt: number | undefined;
  /** When the account was disabled, in milliseconds since 1970. All its credentials are refused since then. */
  readonly disabledAt: number | undefined;
}

/** An account that was found or made by its address. */
export interface AccountWithEmail extends Account {
  readonly email: string;
}

const names = ["id", "email", "foreign_id", "self_registered", "created_at", "verified_at", "disabled_at"] as const;

/** The columns that `toAccount()` reads. */
export const accountColumns: string = names.join(", ");

/** The columns that `toJoinedAccount()` reads, for a statement that joins `identity_accounts` as `a`. */
export const joinedAccountColumns: string = names.map((name) => `a.${name} AS account_${name}`).join(", ");

/** Reads an account from a row of its own table. */
export function toAccount(row: Row): Account {
  return read(row, "");
}

/** Reads an account from a row that also has columns of another table. */
export function toJoinedAccount(row: Row): Account {
  return read(row, "account_");
}

function read(row: Row, prefix: "" | "account_"): Account {
  return {
    id: textOf(row, `${prefix}id`),
    email: textOrNone(row, `${prefix}email`),
    foreignId: textOrNone(row, `${prefix}foreign_id`),
    isSelfRegistered: numberOf(row, `${prefix}self_registered`) === 1,
    createdAt: numberOf(row, `${prefix}created_at`),
    verifiedAt: numberOrNone(row, `${prefix}verified_at`),
    disabledAt: numberOrNone(row, `${prefix}disabled_at`),
  };
}
