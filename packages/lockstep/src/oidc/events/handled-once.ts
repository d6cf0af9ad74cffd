/** Handling each event once, with the ids of handled events in a store. */
import { isPromise } from "../../promise.ts";
import { InTurn } from "../../in-turn.ts";
import { BuildError } from "../../problem/error.ts";
import type { ProviderEvent, ProviderEventSink } from "./provider-event.ts";

/** Where the ids of handled events are. `memoryReplays()` of `lockstep/webhook` is one. */
export interface EventReplays {
  /**
   * Records an id, and returns whether it was recorded before. Both are one atomic step: of several calls with the same id,
   * exactly one returns `false`. After `expiresAt` (milliseconds since 1970) the id may be removed.
   */
  seen(id: string, expiresAt: number): boolean | Promise<boolean>;
  /**
   * Removes an id, because its event could not be handled and will come again. A store that records in the transaction of the
   * handler leaves it out: the transaction rolls back.
   */
  forget?(id: string): void | Promise<void>;
}

/**
 * Makes a sink of a function: it is called once for each event, however often the event comes. If it rejects, the event is
 * forgotten, and the sender tries again.
 *
 * With several processes, the store must be shared by them. The ids in memory are gone after a restart; then an event that is
 * sent again is handled again, which does no harm if the function only revokes tokens that were issued until `event.at`.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const sink = handledOnce(memoryReplays(), async (event) => {
 *   for (const target of event.revokes ? event.targets : []) await revocations.add(target, event.at);
 * });
 * ```
 */
export function handledOnce(replays: EventReplays, handle: (event: ProviderEvent) => Promise<void>): ProviderEventSink {
  if (typeof replays !== "object" || replays === null || typeof replays.seen !== "function" || typeof handle !== "function") {
    throw new BuildError(
      "wrong_option",
      "handledOnce(): pass a store of ids, such as memoryReplays(), and a function that handles an event",
    );
  }
  // A second attempt waits for the first one, whose result decides.
  const turns = new InTurn();
  return async (event) => {
    const id = JSON.stringify([event.issuer, event.jti]);
    const leave = await turns.enter(id);
    try {
      if (await wasSeen(replays, id, event.expiresAt)) return "replayed";
      await handledOrForgotten(replays, id, () => handle(event));
      return "handled";
    } finally {
      leave();
    }
  };
}

/** A row count or `"OK"` is not an answer: either of them would be true for a new event, too. */
async function wasSeen(replays: EventReplays, id: string, expiresAt: number): Promise<boolean> {
  const seen: unknown = await replays.seen(id, expiresAt);
  if (typeof seen === "boolean") return seen;
  throw new BuildError("wrong_result", `handledOnce(): return true or false from seen(): it returned ${typeof seen}`);
}

async function handledOrForgotten(replays: EventReplays, id: string, handle: () => Promise<void>): Promise<void> {
  try {
    await handle();
  } catch (error) {
    const forgotten = replays.forget?.(id);
    if (isPromise(forgotten)) await forgotten;
    throw error;
  }
}
