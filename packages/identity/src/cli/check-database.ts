/** Checks of the database. They only read. */
import { statSync } from "node:fs";
import { numberOf, textOf } from "../store/row.ts";
import { identitySchema } from "../store/schema.ts";
import { all, first, sql } from "../store/statement.ts";
import { type Check, look, ok, wrong } from "./check.ts";
import { counted } from "./output.ts";

const sqliteVersion = sql("SELECT sqlite_version() AS version");
const postgresVersion = sql("SELECT current_setting('server_version') AS version");
const schemaVersion = sql("SELECT version FROM lockstep_schemas WHERE name = :name");
const fileOf = sql("SELECT file FROM pragma_database_list WHERE name = 'main'");
const damages = sql("SELECT quick_check AS damage FROM pragma_quick_check");
const serverTime = sql("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now");
const revocations = sql(`
  SELECT COUNT(*) AS entries, (SELECT seq FROM identity_revocation_position WHERE name = 'log') AS position,
    COALESCE(MAX(seq), 0) AS newest FROM identity_revocations`);
const expired = sql(`
  SELECT (SELECT COUNT(*) FROM identity_links WHERE expires_at <= :now) AS links,
    (SELECT COUNT(*) FROM identity_sessions WHERE expires_at <= :now) AS sessions,
    (SELECT COUNT(*) FROM identity_refresh_tokens WHERE expires_at <= :now) AS tokens,
    (SELECT COUNT(*) FROM identity_revocations WHERE expires_at <= :now) AS revocations,
    (SELECT COUNT(*) FROM identity_spent WHERE expires_at <= :now) AS spent`);

const worryingMs = 500;
const wrongMs = 5000;
const manyRows = 50_000;

/** Whether the database answers, and which it is. */
export const checkConnection: Check = async (context) => {
  const database = await context.database();
  const isSqlite = database.kind === "sqlite";
  const row = await database.run(first(isSqlite ? sqliteVersion : postgresVersion));
  return ok(`${isSqlite ? "SQLite" : "PostgreSQL"} ${row === undefined ? "" : textOf(row, "version")} answers`);
};

/** Whether the tables are those of this version. */
export const checkSchema: Check = async (context) => {
  const database = await context.database();
  const row = await database.run(first(schemaVersion, { name: identitySchema.name }));
  const [version, wanted] = [row === undefined ? 0 : numberOf(row, "version"), identitySchema.migrations.length];
  if (version === wanted) return ok(`Version ${version}, as this program needs it`);
  if (version < wanted) return wrong(`Version ${version}, and this program needs ${wanted}: run \`lockstep-identity migrate\``);
  return wrong(`Version ${version}, and this program knows ${wanted} only: use the newer program`);
};

/** Whether a SQLite file is whole, and its owner's only. */
export const checkFile: Check = async (context) => {
  const database = await context.database();
  if (database.kind !== "sqlite") return undefined;
  const rows = await database.run(all(damages));
  const damage = rows[0] === undefined ? "ok" : textOf(rows[0], "damage");
  if (damage !== "ok") return wrong("The file is damaged: stop the service and restore a backup");
  const file = await database.run(first(fileOf));
  const path = file === undefined ? "" : textOf(file, "file");
  if (path === "" || (statSync(path).mode & 0o077) === 0) return ok("Whole, and readable by its owner only");
  return look(`Others on this machine may read ${path}: run \`chmod 600\` on it, and on the files beside it`);
};

/** Whether the clocks of this machine and of PostgreSQL agree: the service compares only with its own, but other nodes have theirs. */
export const checkClock: Check = async (context) => {
  const database = await context.database();
  if (database.kind !== "postgres") return undefined;
  await database.run(first(serverTime));
  const before = Date.now();
  const row = await database.run(first(serverTime));
  const after = Date.now();
  const difference = row === undefined ? 0 : Math.round(numberOf(row, "now") - (before + after) / 2);
  const message = `This machine and the database differ by ${difference} ms`;
  if (Math.abs(difference) <= worryingMs) return ok(message);
  const advice = `${message}: let both follow a time server (NTP)`;
  return Math.abs(difference) > wrongMs ? wrong(advice) : look(advice);
};

/** Whether the log of revocations is whole. */
export const checkRevocations: Check = async (context) => {
  const row = await (await context.database()).run(first(revocations));
  if (row === undefined || row["position"] === null) {
    return wrong("The log has lost its position: restore a backup, or nobody can be signed out");
  }
  const [entries, position, newest] = [numberOf(row, "entries"), numberOf(row, "position"), numberOf(row, "newest")];
  if (newest > position) {
    return wrong("The log has entries after its position: restore a backup, then run `lockstep-identity revoke-everything --yes`");
  }
  return ok(`${counted(entries, "entry", "entries")}, position ${position}`);
};

/** Whether what is over is being removed. */
export const checkExpired: Check = async (context) => {
  const row = (await (await context.database()).run(first(expired, { now: Date.now() }))) ?? {};
  const count = Object.keys(row).reduce((sum, name) => sum + numberOf(row, name), 0);
  const message = `${counted(count, "row")} of what is over`;
  return count < manyRows
    ? ok(message)
    : look(`${message}: the service removes them every ten minutes while it runs; see that it does`);
};
