/**
 * Handling each event once. A sender delivers an event again until an attempt succeeds, always with the same id, and an
 * attacker can send a recorded request again within the tolerance. Three rules follow:
 *
 * - An id is recorded only after the signature was right, so nobody else can use ids up.
 * - If the handler fails, the id is forgotten: the sender's next attempt must be handled.
 * - If the event was handled, the answer is a success without the handler. A refusal would make the sender try again for days.
 */
import { isDependency } from "../dependency/node.ts";
import type { AnyDependency, Giving } from "../dependency/dependency.ts";
import { resource } from "../dependency/resource.ts";
import { InTurn } from "../in-turn.ts";
import { HandledBefore } from "../outcome/handled-before.ts";
import { BuildError } from "../problem/error.ts";
import type { WebhookEvent } from "./definition.ts";

/** Where the ids of handled events are kept. */
export interface WebhookReplays {
  /**
   * Records an id, and returns whether it was recorded before. Both are one atomic step: of several calls with the same id,
   * exactly one returns `false`. After `expiresAt` (milliseconds since 1970) the id may be removed.
   */
  seen(id: string, expiresAt: number): boolean | Promise<boolean>;
  /**
   * Removes an id, because its handler failed. A place that records in the handler's own transaction leaves it out: the
   * transaction rolls back, also if the process ends.
   */
  forget?(id: string): void | Promise<void>;
}

/** What recording an id needs beside the event. */
export interface Remembering {
  readonly where: string;
  readonly clock: () => number;
  readonly rememberSeconds: number;
}

/**
 * Records the event while its handler runs.
 *
 * @throws BuildError `wrong_option`
 */
export function onceOnly(
  event: Giving<WebhookEvent<unknown>>,
  replays: unknown,
  { where, clock, rememberSeconds }: Remembering,
): AnyDependency {
  // A second attempt waits for the first one, whose result decides.
  const inFlight = new InTurn();
  const given: Readonly<Record<string, AnyDependency>> = isDependency(replays) ? { replays } : {};
  if (!isDependency(replays)) checkReplays(replays, "wrong_option", where);
  return resource(
    { event, ...given },
    async function* (values: { readonly event: WebhookEvent<unknown>; readonly replays?: unknown }) {
      const store = checkReplays(isDependency(replays) ? values.replays : replays, "wrong_result", where);
      const id = `${values.event.sender}/${values.event.eventId}`;
      const leave = await inFlight.enter(id);
      try {
        if (await wasSeen(store, id, clock() + rememberSeconds * 1000, where)) throw new HandledBefore();
        yield* whileHandled(store, id, values.event);
      } finally {
        leave();
      }
    },
  );
}

async function* whileHandled(store: WebhookReplays, id: string, event: WebhookEvent<unknown>) {
  try {
    yield event;
  } catch (error) {
    await store.forget?.(id);
    throw error;
  }
}

/** A row count or `"OK"` is not an answer: either of them would be true for a new event, too. */
async function wasSeen(store: WebhookReplays, id: string, expiresAt: number, where: string): Promise<boolean> {
  const seen: unknown = await store.seen(id, expiresAt);
  if (typeof seen === "boolean") return seen;
  throw new BuildError("wrong_result", `${where}: return true or false from replays.seen(): it returned ${typeof seen}`);
}

function checkReplays(replays: unknown, code: "wrong_option" | "wrong_result", where: string): WebhookReplays {
  const isStore = typeof replays === "object" && replays !== null && "seen" in replays && typeof replays.seen === "function";
  // A `forget` that is not a function would fail only when a handler does.
  const canForget = isStore && (!("forget" in replays) || replays.forget === undefined || typeof replays.forget === "function");
  if (isStore && canForget) return replays as WebhookReplays;
  throw new BuildError(code, `${where}: set replays to memoryReplays(), or to an object with the functions seen and forget`);
}
