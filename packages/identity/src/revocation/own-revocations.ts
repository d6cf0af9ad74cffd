/**
 * A node refuses a credential that it has revoked itself from the moment when it says so: somebody who signs out and asks the
 * same node again must not be faster than the notification. Other nodes follow within milliseconds.
 */
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import type { RevocationFeed } from "./revocation-feed.ts";
import { assignPositions } from "./revocation-log.ts";

/** The same database, except that a transaction that revokes something resolves once this node's feed has read it, or cannot. */
export function withOwnRevocations(database: Database, feed: Pick<RevocationFeed, "catchUp">): Database {
  return {
    kind: database.kind,
    run: (work) => database.run(work),
    listen: (channel, listener) => database.listen(channel, listener),
    close: () => database.close(),
    transaction: async (work) => {
      let hasRevoked = false;
      const result = await database.transaction(() => {
        // A transaction that collided is tried again, and may revoke nothing then.
        hasRevoked = false;
        return watched(work(), () => {
          hasRevoked = true;
        });
      });
      // The entries have their positions now.
      if (hasRevoked) await feed.catchUp();
      return result;
    },
  };
}

/** The same work; reports that it revokes something. */
function* watched<T>(work: Work<T>, tell: () => void): Work<T> {
  let next = work.next();
  try {
    while (next.done !== true) {
      const step = next.value;
      if (step.kind === "afterCommit" && step.work === assignPositions) tell();
      next = work.next(yield step);
    }
    return next.value;
  } finally {
    // After a failed step: its `finally` blocks run, and the statements in them do not.
    while (next.done !== true) next = work.return(undefined as T);
  }
}
