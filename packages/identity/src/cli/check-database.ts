/** Checks the database. The checks only read. */
import { statSync } from "node:fs";
import type { Database } from "../store/database.ts";
import { numberOf, textOf } from "../store/row.ts";
import { identitySchema } from "../store/schema.ts";
import { all, first, sql, type Statement } from "../store/statement.ts";
import { type Check, look, ok, wrong } from "./check.ts";
import { Failure } from "./failure.ts";
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
    (SELECT COUNT(*) FROM identity_revocations WHERE expires_at <= :dayAgo) AS revocations,
    (SELECT COUNT(*) FROM identity_spent WHERE expires_at <= :now) AS spent`);

const worryingMs = 500;
const wrongMs = 5000;
const manyRows = 50_000;

/** How one kind of database is checked. */
interface Product {
  readonly name: string;
  readonly version: Statement;
  /** Whether it is a file of this machine, which `checkFile` checks. */
  readonly isFile: boolean;
  /** Whether it is a server with a clock of its own, which `checkClock` checks. */
  readonly hasClock: boolean;
}

/** @throws Failure for a kind that no check knows */
function productOf({ kind }: Database): Product {
  switch (kind) {
    case "sqlite":
      return { name: "SQLite", version: sqliteVersion, isFile: true, hasClock: false };
    case "postgres":
      return { name: "PostgreSQL", version: postgresVersion, isFile: false, hasClock: true };
    default:
      kind satisfies never;
      throw new Failure(
        `Set DATABASE_URL to a SQLite or PostgreSQL database: no check knows a database of the kind ${String(kind)}`,
      );
  }
}

/** Checks that the database answers, and names its kind and version. */
export const checkConnection: Check = async (context) => {
  const database = await context.database();
  const { name, version } = productOf(database);
  const row = await database.run(first(version));
  return ok(`${name} ${row === undefined ? "" : textOf(row, "version")} answers`);
};

/** Checks that the schema has the version of this program. */
export const checkSchema: Check = async (context) => {
  const database = await context.database();
  const row = await database.run(first(schemaVersion, { name: identitySchema.name }));
  const [version, wanted] = [row === undefined ? 0 : numberOf(row, "version"), identitySchema.migrations.length];
  if (version === wanted) return ok(`Version ${version}, which this program needs`);
  if (version < wanted)
    return wrong(`Run \`lockstep-identity migrate\`: the version is ${version}, and this program needs ${wanted}`);
  return wrong(`Use the newer program: the version is ${version}, and this program only knows ${wanted}`);
};

/** Checks that a SQLite file is intact, and that only its owner can read it. */
export const checkFile: Check = async (context) => {
  const database = await context.database();
  if (!productOf(database).isFile) return undefined;
  const rows = await database.run(all(damages));
  const damage = rows[0] === undefined ? "ok" : textOf(rows[0], "damage");
  if (damage !== "ok") return wrong("Stop the service and restore a backup: the file is damaged");
  const file = await database.run(first(fileOf));
  const path = file === undefined ? "" : textOf(file, "file");
  if (path === "" || (statSync(path).mode & 0o077) === 0) return ok("Intact, and only its owner can read it");
  return look(`Run \`chmod 600\` on ${path} and the files beside it: other users of this machine can read it`);
};

/**
 * Checks that the clocks of this machine and of the server agree. The service uses only its own clock, but every node has one.
 */
export const checkClock: Check = async (context) => {
  const database = await context.database();
  if (!productOf(database).hasClock) return undefined;
  await database.run(first(serverTime));
  const before = Date.now();
  const row = await database.run(first(serverTime));
  const after = Date.now();
  const difference = row === undefined ? 0 : Math.round(numberOf(row, "now") - (before + after) / 2);
  const message = `The clocks of this machine and the database differ by ${difference} ms`;
  if (Math.abs(difference) <= worryingMs) return ok(message);
  const advice = `Synchronise both with a time server (NTP). ${message}`;
  return Math.abs(difference) > wrongMs ? wrong(advice) : look(advice);
};

/** Checks that the log of revocations is intact. */
export const checkRevocations: Check = async (context) => {
  const row = await (await context.database()).run(first(revocations));
  if (row === undefined || row["position"] === null) {
    return wrong("Restore a backup: the log has lost its position, so nobody can be signed out");
  }
  const [entries, position, newest] = [numberOf(row, "entries"), numberOf(row, "position"), numberOf(row, "newest")];
  if (newest > position) {
    return wrong("Restore a backup, then run `lockstep-identity revoke-everything --yes`: the log has entries after its position");
  }
  return ok(`${counted(entries, "entry", "entries")}, position ${position}`);
};

/** Checks that expired rows are being removed. */
export const checkExpired: Check = async (context) => {
  const row = (await (await context.database()).run(first(expired, { now: Date.now(), dayAgo: Date.now() - 86_400_000 }))) ?? {};
  const count = Object.keys(row).reduce((sum, name) => sum + numberOf(row, name), 0);
  const message = counted(count, "expired row");
  return count < manyRows ? ok(message) : look(`Keep the service running, so it removes them every ten minutes: ${message}`);
};
