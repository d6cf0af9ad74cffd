/** Which errors of PostgreSQL mean that it is away, and which that two transactions collided. */

/** Connection errors of Node, and what `pg` says in words only. */
const connection = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)/;
const words =
  /timeout|Connection terminated|connection is closed|Client has encountered a connection error|not queryable|Cannot use a pool after/i;
/** Connection exceptions (08), insufficient resources (53), operator intervention (57), system errors (58), a read-only standby, a lock timeout. */
const states = /^(?:08|53|57|58|25006|55P03)/;

/** Tells whether the server did not answer, or will not for now. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAway);
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined) return connection.test(code) || states.test(code);
  return words.test(error.message);
}

/** Tells whether the transaction may simply be tried again: a serialisation failure or a deadlock. */
export function isCollision(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40001" || error.code === "40P01");
}
