/**
 * A node refuses what it has revoked itself from the moment it says so. Others hear of it within milliseconds; whoever signs out and
 * asks the same node again must not be faster than the news.
 */
import type { Database } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import type { RevocationFeed } from "./revocation-feed.ts";
import { revocationChannel } from "./revocation-log.ts";

/** The same database; a transaction that revokes something resolves once the feed of this node has read it, or cannot. */
export function withOwnRevocations(database: Database, feed: Pick<RevocationFeed, "catchUp">): Database {
  return {
    kind: database.kind,
    run: (work) => database.run(work),
    listen: (channel, listener) => database.listen(channel, listener),
    close: () => database.close(),
    transaction: async (work) => {
      let position = 0;
      const result = await database.transaction(() => {
        // A transaction that collided is tried again, and gets other positions.
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

/** The same work; tells the positions that it gives out. */
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
    // Where a step has failed: its `finally` blocks run, and what they ask for is not done.
    while (next.done !== true) next = work.return(undefined as T);
  }
}
