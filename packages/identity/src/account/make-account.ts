/**
 * Makes accounts, on the one path that every way of making one takes: the row of the account, and the rows that the application
 * writes about it.
 */
import type { Account } from "../account-table/account-row.ts";
import { insertAccount, type NewAccount } from "../account-table/account-store.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";

/**
 * Makes an account, and runs `onAccountCreated`. Returns nothing if another account has its address, id or foreign id. Part of a
 * transaction.
 */
export function* makeAccount(account: NewAccount, { onAccountCreated }: Settings): Work<Account | undefined> {
  const made = yield* insertAccount(account);
  if (made !== undefined) yield* onAccountCreated(made);
  return made;
}
