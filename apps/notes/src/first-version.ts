/**
 * Converts SQLite databases of this program's first version, which had accounts and API keys of its own. Accounts and keys move
 * to identity with their ids, passwords and hashes, the application's data moves to its new tables, and the old tables are
 * dropped. If the conversion is interrupted, the next start continues it.
 */
import { secret } from "lockstep";
import type { Identity } from "lockstep-identity";
import { all, type Database, first, numberOf, type Row, sql, textOf, type Work } from "lockstep-identity/database";

/** The actor in audit events. */
const by = "move";

const findTable = sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'api_keys'");
const listUsers = sql("SELECT id, email, password_hash, created_at FROM users");
const listKeys = sql("SELECT id, name, lower(hex(secret_hash)) AS secret_hash, created_at FROM api_keys");

/** These statements run in this order, in one transaction. */
const moves = [
  "INSERT INTO notes_profiles (account_id, role, is_active) SELECT id, role, is_active FROM users WHERE true ON CONFLICT DO NOTHING",
  `INSERT INTO notes_notes (id, owner_id, number, text, created_at, updated_at)
   SELECT id, owner_id, rowid, text, created_at, updated_at FROM notes`,
  "INSERT INTO notes_settings (name, value) SELECT name, value FROM settings WHERE name = 'mode'",
  "DROP TABLE notes",
  "DROP TABLE api_keys",
  "DROP TABLE settings",
  "DROP TABLE users",
].map(sql);

/** Moves the data of a database of the first version. Does nothing to any other database. */
export async function moveFirstVersion(
  database: Database,
  auth: Pick<Identity<string>, "accounts" | "clients" | "apiKeys">,
): Promise<void> {
  if (database.kind !== "sqlite" || (await database.run(first(findTable))) === undefined) return;
  for (const row of await database.run(all(listUsers))) await moveAccount(row, auth);
  for (const row of await database.run(all(listKeys))) await moveKey(row, auth);
  await database.transaction(function* (): Work<void> {
    for (const statement of moves) yield* all(statement);
  });
}

async function moveAccount(row: Row, { accounts }: Pick<Identity<string>, "accounts">): Promise<void> {
  const id = textOf(row, "id");
  // It exists already if an earlier conversion was interrupted.
  if ((await accounts.find(id)) !== undefined) return;
  await accounts.import({
    id,
    email: textOf(row, "email"),
    passwordHash: secret(textOf(row, "password_hash")),
    createdAt: numberOf(row, "created_at"),
    by,
  });
}

/** Moves a key. A program was known only by the name of its key, so each key gets a service account. */
async function moveKey(row: Row, { clients, apiKeys }: Pick<Identity<string>, "clients" | "apiKeys">): Promise<void> {
  const keyId = textOf(row, "id");
  const id = `moved-${Buffer.from(keyId).toString("hex")}`;
  const name = textOf(row, "name");
  if ((await clients.find(id)) === undefined) {
    await clients.create({ id, name, authentication: "client_secret_basic", grants: ["client_credentials"], scopes: [], by });
  }
  await apiKeys.import({
    id: keyId,
    secretHash: secret(Buffer.from(textOf(row, "secret_hash"), "hex").toString("base64url")),
    owner: { client: id },
    name,
    scopes: [],
    createdAt: numberOf(row, "created_at"),
    by,
  });
}
