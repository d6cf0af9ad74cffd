/** Brings a database's schema up to date, under a lock: processes that start at the same time take turns. */
import type { Database } from "./database.ts";
import { numberOf } from "./row.ts";
import { all, first, lock, sql, type Statement, type Work } from "./statement.ts";

/** The schema of one part of a database: identity's, and the application's own. */
export interface Schema {
  /** The name under which its version is stored. */
  readonly name: string;
  /**
   * Migration n brings version n to n + 1, as statements. A released migration is never changed; new ones are added at the end.
   */
  readonly migrations: readonly (readonly Statement[])[];
}

/** How to follow the progress of a migration. */
export type MigrationProgress = (migrated: { readonly schema: string; readonly version: number; readonly of: number }) => void;

/** The database is newer than the program. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";
}

const createVersions = sql("CREATE TABLE IF NOT EXISTS lockstep_schemas (name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)");
const findVersion = sql("SELECT version FROM lockstep_schemas WHERE name = :name");
const saveVersion = sql(`
  INSERT INTO lockstep_schemas (name, version) VALUES (:name, :version)
  ON CONFLICT (name) DO UPDATE SET version = excluded.version`);

/**
 * Runs the migrations that a database has not had, each in a transaction of its own that also writes the version.
 *
 * @throws SchemaTooNew if a newer version of the program has migrated the database
 * @throws Unavailable while the database is away
 */
export async function migrate(database: Database, schema: Schema, progress: MigrationProgress = () => {}): Promise<void> {
  for (let isDone = false; !isDone;) {
    const version = await database.transaction(() => migrateOnce(schema));
    isDone = version === undefined;
    if (version !== undefined) progress({ schema: schema.name, version, of: schema.migrations.length });
  }
}

/** Returns the version of a database; 0 if it never had the schema. */
export function versionOf(database: Database, schema: Schema): Promise<number> {
  return database.transaction(function* () {
    yield* lock("lockstep schemas");
    yield* all(createVersions);
    return yield* version(schema);
  });
}

function* migrateOnce(schema: Schema): Work<number | undefined> {
  yield* lock("lockstep schemas");
  yield* all(createVersions);
  const current = yield* version(schema);
  if (current > schema.migrations.length) {
    throw new SchemaTooNew(
      `Start the newer program: the database has version ${current} of the schema "${schema.name}", and this program knows version ${schema.migrations.length}`,
    );
  }
  const next = schema.migrations[current];
  if (next === undefined) return undefined;
  for (const statement of next) yield* all(statement);
  yield* all(saveVersion, { name: schema.name, version: current + 1 });
  return current + 1;
}

function* version(schema: Schema): Work<number> {
  const row = yield* first(findVersion, { name: schema.name });
  return row === undefined ? 0 : numberOf(row, "version");
}
