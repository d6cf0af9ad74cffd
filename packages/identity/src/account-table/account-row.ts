/** An account: somebody who can sign in; and the one place where a row of its table is read. */
import { numberOf, numberOrNone, textOf } from "../store/row.ts";
import type { Row } from "../store/statement.ts";

/** An account, without its secrets. */
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

const names = ["id", "email", "created_at", "verified_at", "disabled_at"] as const;

/** The columns that `toAccount()` reads. */
export const accountColumns: string = names.join(", ");

/** The columns that `toJoinedAccount()` reads, for a statement that joins `identity_accounts` as `a`. */
export const joinedAccountColumns: string = names.map((name) => `a.${name} AS account_${name}`).join(", ");

/** Reads an account from a row of its own table. */
export function toAccount(row: Row): Account {
  return read(row, "");
}

/** Reads an account from a row that another table's columns share. */
export function toJoinedAccount(row: Row): Account {
  return read(row, "account_");
}

function read(row: Row, prefix: "" | "account_"): Account {
  return {
    id: textOf(row, `${prefix}id`),
    email: textOf(row, `${prefix}email`),
    createdAt: numberOf(row, `${prefix}created_at`),
    verifiedAt: numberOrNone(row, `${prefix}verified_at`),
    disabledAt: numberOrNone(row, `${prefix}disabled_at`),
  };
}
