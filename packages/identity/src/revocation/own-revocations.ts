/**
 * A node refuses a credential that it has revoked itself from the moment when it says so: somebody who signs out and asks the
 * same node again must not be faster than the notification. Other nodes follow within milliseconds.
 */
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import type { RevocationFeed } from "./revocation-feed.ts";
import { revocationChannel } from "./revocation-log.ts";

/** The same database, except that a transaction that revokes something resolves once this node's feed has read it, or cannot. */
export function withOwnRevocations(database: Database, feed: Pick<RevocationFeed, "catchUp">): Database {
  return {
    kind: database.kind,
    run: (work) => database.run(work),
    listen: (channel, listener) => database.listen(channel, listener),
    close: () => database.close(),
    transaction: async (work) => {
      let position = 0;
      const result = await database.transaction(() => {
        // A transaction that collided is tried again and gets other positions.
        position = 0;
        return watched(work(), (seq) => {
          position = Math.max(position, seq);
        });
      });
      if (position > 0) await feed.catchUp(position);
      return result;
    },
  };
}

/** The same work; reports the positions of its entries. */
function* watched<T>(work: Work<T>, tell: (seq: number) => void): Work<T> {
  let next = work.next();
  try {
    while (next.done !== true) {
      const step = next.value;
      if (step.kind === "notify" && step.channel === revocationChannel) tell(Number(step.payload));
      next = work.next(yield step);
    }
    return next.value;
  } finally {
    // After a failed step: its `finally` blocks run, and the statements in them do not.
    while (next.done !== true) next = work.return(undefined as T);
  }
}
