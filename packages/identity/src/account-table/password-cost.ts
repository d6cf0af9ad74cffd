/**
 * The costs that stored password hashes were made with, such as `m=19456,t=2,p=1`. Usually there is one. Accounts that were
 * imported bring others, and a sign-in then does the work of all of them: its time does not tell whether an account exists.
 */
import type { Secret } from "lockstep";
import { textOf } from "../store/row.ts";
import { all, first, lock, sql, type Work } from "../store/statement.ts";

/** The cost of new hashes: OWASP's minimum for argon2id. `memory` is in KiB. */
export const passwordCost = { memory: 19_456, passes: 2, parallelism: 1 } as const;

/** The same, as it is written in a hash. */
export const currentCost: string = `m=${passwordCost.memory},t=${passwordCost.passes},p=${passwordCost.parallelism}`;

const costPattern = /^\$argon2id\$v=19\$(m=\d{1,9},t=\d{1,9},p=\d{1,9})\$/;

const save = sql("INSERT INTO identity_password_costs (cost) VALUES (:cost) ON CONFLICT DO NOTHING RETURNING cost");
const list = sql("SELECT cost FROM identity_password_costs ORDER BY cost");
const remove = sql(`
  DELETE FROM identity_password_costs WHERE cost <> :current AND NOT EXISTS (
    SELECT 1 FROM identity_accounts a WHERE a.password_hash LIKE '$argon2id$v=19$' || identity_password_costs.cost || '$%')
  RETURNING cost`);

/** Notes the cost of a hash, if it is not the current one. Part of the transaction that writes the hash. */
export function* savePasswordCost(hash: Secret<string>): Work<void> {
  const cost = costPattern.exec(hash.reveal())?.[1];
  if (cost === undefined || cost === currentCost) return;
  yield* lock("password-costs");
  yield* first(save, { cost });
}

/** The costs of all hashes that may be others than the current one. */
export function* listPasswordCosts(): Work<readonly string[]> {
  return (yield* all(list)).map((row) => textOf(row, "cost"));
}

/**
 * Notes the current cost, which a later version may change, and forgets those that no hash has any more. It reads all accounts if
 * there are others. A transaction.
 */
export function* updatePasswordCosts(): Work<void> {
  // A cost that is being imported is not forgotten.
  yield* lock("password-costs");
  yield* first(save, { cost: currentCost });
  yield* all(remove, { current: currentCost });
}
