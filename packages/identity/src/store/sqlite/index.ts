/** `lockstep-identity/sqlite`: the embedded database, with nothing to install. */
export { openSqlite, type SqliteOptions } from "./sqlite-database.ts";
