/**
 * `lockstep-identity/database`: tools for an application's own tables in the database of identity. The same statements run on
 * SQLite and on PostgreSQL.
 */

// The database, as `openSqlite()` and `openPostgres()` return it
export { type Database, type Listener, type Listening } from "./database.ts";

// Statements, and work made of them
export {
  afterCommit,
  all,
  first,
  lock,
  notify,
  type Parameters,
  type Row,
  sql,
  type SqlValue,
  type Statement,
  type Step,
  type Work,
} from "./statement.ts";

// Rows that fit a schema
export { row, rows, type StatementText, type Values } from "./checked-rows.ts";

// Columns of a row
export { numberOf, numberOrNone, textOf, textOrNone, textsOf } from "./row.ts";

// Migrations
export { migrate, type MigrationProgress, type Schema, SchemaTooNew, versionOf } from "./migration.ts";
export { identitySchema } from "./schema.ts";

// Copying to another database
export { type CopyOptions, CopyRefused, copyTables, identityTables } from "./copy.ts";
