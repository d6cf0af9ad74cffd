import { outgoingWebhook, signWebhook } from "lockstep/webhook";
import { z } from "zod";

export interface Receiver {
  readonly url: string;
  /** The current secret first, and for a day after a change the old one. */
  readonly secrets: readonly [string, ...string[]];
}

// #region outgoing
export const noteCreated = outgoingWebhook({
  summary: "A note was created",
  payload: z.object({ type: z.literal("note.created"), data: z.object({ noteId: z.string() }) }),
});

export async function deliver(receiver: Receiver, id: string, noteId: string): Promise<boolean> {
  const payload = { type: "note.created", data: { noteId } } as const;
  const status = await noteCreated.send({ ...receiver, id, payload });
  return status >= 200 && status < 300; // if not, send it again later with the same id
}
// #endregion

// #region send
export async function send(receiver: Receiver, id: string, type: string, data: object): Promise<boolean> {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  const signed = await signWebhook({ id, body, secrets: receiver.secrets });
  const answer = await fetch(receiver.url, {
    method: "POST",
    body,
    headers: { ...signed, "content-type": "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(15_000),
  });
  return answer.ok; // if not, send it again later with the same id
}
// #endregion
