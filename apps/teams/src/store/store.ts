/** Persistence: one SQL text for SQLite and PostgreSQL. No transaction is open while a handler waits for a client. */
import { all, type Database, identitySchema, migrate, sql, type Work } from "lockstep-identity/database";
import { rowSecurity } from "./row-security.ts";
import { teamsSchema } from "./schema.ts";

/** Runs work in a transaction. If transactions collide, the work runs again. */
export type Transact = <T>(work: () => Work<T>) => Promise<T>;

/** The database of the application. */
export interface Store {
  readonly database: Database;
  /** Runs work for a caller. On PostgreSQL, row-level security hides everything else from it. SQLite has no second line. */
  as(callerId: string): Transact;
  /** Runs work that belongs to no caller, such as making an organisation that nobody is a member of yet. */
  readonly system: Transact;
}

const enter = sql("SELECT set_config('app.caller', :callerId, true), set_config('role', 'teams_caller', true)");

/** Creates or updates the tables of a database, and returns its store. */
export async function openStore(database: Database): Promise<Store> {
  await migrate(database, identitySchema);
  await migrate(database, teamsSchema);
  if (database.kind === "postgres") await migrate(database, rowSecurity);
  return {
    database,
    as: (callerId) => (work) =>
      database.transaction(function* () {
        if (database.kind === "postgres") yield* all(enter, { callerId });
        return yield* work();
      }),
    system: (work) => database.transaction(work),
  };
}
