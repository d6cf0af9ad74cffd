import { signWebhook } from "lockstep/webhook";

export interface Receiver {
  readonly url: string;
  /** The current secret first, and for a day after a change the old one. */
  readonly secrets: readonly [string, ...string[]];
}

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
