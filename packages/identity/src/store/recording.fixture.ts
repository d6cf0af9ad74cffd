/** A database that notes the statements that run on it. */
import type { Database } from "./database.ts";
import type { Work } from "./statement.ts";

/** A database, and the texts of the statements that somebody has run on it. */
export interface Recording {
  readonly database: Database;
  readonly texts: string[];
}

/** The same database, with a note of each statement. */
export function recording(database: Database): Recording {
  const texts: string[] = [];
  return {
    texts,
    database: {
      // The throttle's counters use it.
      ...("pool" in database ? { pool: database.pool } : {}),
      kind: database.kind,
      run: (work) => database.run(noted(work, texts)),
      transaction: (work) => database.transaction(() => noted(work(), texts)),
      listen: (channel, listener) => database.listen(channel, listener),
      close: () => database.close(),
    },
  };
}

function* noted<T>(work: Work<T>, texts: string[]): Work<T> {
  let next = work.next();
  try {
    while (next.done !== true) {
      if (next.value.kind === "query") texts.push(next.value.statement.text);
      next = work.next(yield next.value);
    }
    return next.value;
  } finally {
    // After a failed step: its `finally` blocks run, and the statements in them do not.
    while (next.done !== true) next = work.return(undefined as T);
  }
}
