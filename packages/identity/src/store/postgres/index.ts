/** `lockstep-identity/postgres`: PostgreSQL, for several processes. It needs the package `pg`. */
export { openPostgres, type PostgresDatabase, type PostgresOptions } from "./postgres-database.ts";
