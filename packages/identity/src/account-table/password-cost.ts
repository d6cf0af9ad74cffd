/**
 * The costs that stored password hashes were made with, such as `m=19456,t=2,p=1`. Usually there is one. Accounts that were
 * imported bring others, and a sign-in then does the work of all of them: its time does not tell whether an account exists.
 */
import type { Secret } from "lockstep";
import { textOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";

const costPattern = /^\$argon2id\$v=19\$(m=\d{1,9},t=\d{1,9},p=\d{1,9})\$/;

const save = sql("INSERT INTO identity_password_costs (cost) VALUES (:cost) ON CONFLICT DO NOTHING RETURNING cost");
const list = sql("SELECT cost FROM identity_password_costs ORDER BY cost");
const remove = sql(`
  DELETE FROM identity_password_costs WHERE cost <> :current AND NOT EXISTS (
    SELECT 1 FROM identity_accounts a WHERE a.password_hash LIKE '$argon2id$v=19$' || identity_password_costs.cost || '$%')
  RETURNING cost`);

/** The cost of a hash. `undefined` for one that is not argon2id. */
export function passwordCostOf(hash: Secret<string>): string | undefined {
  return costPattern.exec(hash.reveal())?.[1];
}

/** Notes that there is a hash with this cost. Part of the transaction that writes the hash. */
export function* savePasswordCost(cost: string): Work<void> {
  yield* first(save, { cost });
}

/** The costs of all hashes. */
export function* listPasswordCosts(): Work<readonly string[]> {
  return (yield* all(list)).map((row) => textOf(row, "cost"));
}

/** Forgets the costs, other than the current one, that no hash has any more. It reads all accounts if there are others. */
export function* removeUnusedPasswordCosts(current: string): Work<readonly string[]> {
  return (yield* all(remove, { current })).map((row) => textOf(row, "cost"));
}
