/** Copies tables from one database to another, for example from SQLite to PostgreSQL. */
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "./database.ts";
import { numberOf } from "./row.ts";
import { all, first, type Row, sql, type SqlValue, type Statement } from "./statement.ts";

/** The tables of identity, each after the tables that it refers to. */
export const identityTables: readonly string[] = [
  "identity_accounts",
  "identity_subjects",
  "identity_providers",
  "identity_password_costs",
  "identity_clients",
  "identity_links",
  "identity_sessions",
  "identity_refresh_tokens",
  "identity_api_keys",
  "identity_signing_keys",
  "identity_issuer",
  "identity_revocations",
  "identity_revocation_position",
  "identity_spent",
  "identity_audit_events",
  "identity_audit_chain",
];

/** The tables to copy, and how to follow the progress. */
export interface CopyOptions {
  /** Each after the tables that it refers to. The first column of a table is its primary key. */
  readonly tables: readonly string[];
  readonly progress?: (copied: { readonly table: string; readonly rows: number; readonly of: number }) => void;
}

/** The target already has rows, or did not get all of them. The source is unchanged. */
export class CopyRefused extends Error {
  override readonly name = "CopyRefused";
}

const pageSize = 500;
const name = /^[a-z][a-z0-9_]*$/;

/**
 * Copies every row of some tables. Both databases must have the tables (`migrate()` makes them), and those of the target must be
 * empty. Stop the service first: nobody may write to either database during the copy.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws CopyRefused if a table of the target has rows, or if the numbers of rows differ in the end
 * @throws Unavailable while one of the databases is away; empty the target, and begin again
 */
export async function copyTables(from: Database, to: Database, options: CopyOptions): Promise<void> {
  checkOptions("copyTables()", options, { tables: true, progress: true });
  const { tables, progress = () => {} } = options;
  for (const table of tables) await checkEmpty(to, table);
  for (const table of tables) {
    const of = await countOf(from, table);
    let rows = 0;
    // Migrations have inserted a first row.
    if (isPosition(table)) await to.run(all(sql(`DELETE FROM ${table}`)));
    for await (const page of pagesOf(from, table)) {
      await savePage(to, table, page);
      rows += page.length;
      progress({ table, rows, of });
    }
    if (rows !== of || (await countOf(to, table)) !== of)
      throw new CopyRefused(`${table}: ${of} rows should have been copied, and ${rows} were`);
  }
}

async function checkEmpty(database: Database, table: string): Promise<void> {
  if (!name.test(table)) throw new TypeError(`${JSON.stringify(table)} is not a table name`);
  if (!isPosition(table) && (await countOf(database, table)) > 0)
    throw new CopyRefused(`Empty the target database first: its table ${table} has rows`);
}

/** The first migration inserts the position of the revocation log. */
function isPosition(table: string): boolean {
  return table === "identity_revocation_position";
}

async function countOf(database: Database, table: string): Promise<number> {
  const row = await database.run(first(sql(`SELECT count(*) AS count FROM ${table}`)));
  return row === undefined ? 0 : numberOf(row, "count");
}

/** The rows in the order of their primary key, a page at a time. */
async function* pagesOf(database: Database, table: string): AsyncGenerator<readonly Row[], void, void> {
  const [begin, key] = await firstPage(database, table);
  if (key === undefined) return;
  const next = sql(`SELECT * FROM ${table} WHERE ${key} > :after ORDER BY ${key} LIMIT ${pageSize}`);
  for (let page = begin; page.length > 0;) {
    yield page;
    // The last row of a page that is not empty.
    const after = page.at(-1)?.[key] as SqlValue;
    page = await database.run(all(next, { after }));
  }
}

async function firstPage(database: Database, table: string): Promise<readonly [readonly Row[], string | undefined]> {
  const [sample] = await database.run(all(sql(`SELECT * FROM ${table} LIMIT 1`)));
  const key = sample && Object.keys(sample)[0];
  if (key === undefined) return [[], undefined];
  return [await database.run(all(sql(`SELECT * FROM ${table} ORDER BY ${key} LIMIT ${pageSize}`))), key];
}

async function savePage(database: Database, table: string, page: readonly Row[]): Promise<void> {
  const columns = Object.keys(page[0] ?? {});
  const insert: Statement = sql(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((_, index) => `:c${index}`).join(", ")})`,
  );
  await database.transaction(function* () {
    for (const row of page)
      yield* all(insert, Object.fromEntries(columns.map((column, index) => [`c${index}`, row[column] ?? null])));
  });
}
