import type { Account } from "lockstep-identity";
import { all, type Schema, sql, type Work } from "lockstep-identity/database";

/** Run `migrate(database, profileSchema)` after `identity()`, because the table refers to one of identity. */
export const profileSchema: Schema = {
  name: "profiles",
  migrations: [
    [
      sql(`
        CREATE TABLE profiles (
          account_id TEXT NOT NULL PRIMARY KEY REFERENCES identity_accounts (id) ON DELETE CASCADE,
          nickname TEXT NOT NULL
        )`),
    ],
  ],
};

const insertProfile = sql("INSERT INTO profiles (account_id, nickname) VALUES (:id, :nickname)");

/** An option of `identity()`. */
export function* onAccountCreated({ id, email }: Account): Work<void> {
  yield* all(insertProfile, { id, nickname: email?.split("@")[0] ?? "" });
}
