/** What the errors of PostgreSQL and of the way to it mean. */
import { Unavailable } from "lockstep";
import pg from "pg";

/** Connection errors of Node, and what `pg` says in words only. */
const connection =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT|EADDRNOTAVAIL|EMFILE|ENFILE|ERR_STREAM|ERR_SOCKET)/;
const words = /timeout|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after/i;
/**
 * Connection exceptions (08), insufficient resources (53), operator intervention (57), system errors (58), transactions that
 * were left alone for too long (25P03, 25P04), a read-only standby, a lock timeout.
 */
const states = /^(?:08|53|57|58|25P0[34]|25006|55P03)/;

/** Tells whether the server did not answer, or will not for now. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAway);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === undefined) return words.test(error.message);
  return error instanceof pg.DatabaseError ? states.test(code) : connection.test(code);
}

/**
 * Tells whether the transaction may simply be tried again: a serialisation failure, a deadlock, or a statement that this
 * connection has prepared before the schema was changed.
 */
export function isCollision(error: unknown): boolean {
  return codeOf(error) === "40001" || codeOf(error) === "40P01" || isOutdated(error);
}

/** Tells whether a connection's prepared statement is gone, or no longer fits the schema: another connection has another one. */
export function isOutdated(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === "26000" || (error.code === "0A000" && error.message.includes("cached plan"));
}

/** An error as the callers of a database know it. */
export function translated(error: unknown): unknown {
  if (isAway(error)) return new Unavailable("PostgreSQL cannot answer", { cause: error });
  return isCollision(error) ? new Unavailable("PostgreSQL has too many transactions in each other's way", { cause: error }) : error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
