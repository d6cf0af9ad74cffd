/** Requests with signatures for the tests of webhooks, and an API that receives them. The clock is the tests' own. */
import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import type { AuditEvent } from "../audit/event.ts";
import { type Api, createApi, post, unchecked } from "../index.ts";
import type { Webhook } from "./definition.ts";

/** The time in the tests, in Unix seconds. */
export const now = 1_750_000_000;
/** The clock of the receivers. */
export const clock = (): number => now * 1000 + 999;

/** Makes a secret as Svix and Stripe show it. */
export const whsec = (bytes = 32): string => `whsec_${randomBytes(bytes).toString("base64")}`;

/** An event that every sender could send. */
export const Paid = z.object({ type: z.literal("paid"), amount: z.int() });
/** Such an event, with a member that the schema does not know. */
export const paid = '{"id":"evt_1","type":"paid","amount":20,"added":true}';

/** An answer: its status, its code and what the audit log says of it. */
export interface Received {
  readonly status: number;
  readonly body: unknown;
  /** The status and the code: `401 invalid_token`. */
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly headers: Headers;
}

/** An API with one webhook. */
export interface Receiver {
  readonly api: Api;
  send(body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>, path?: string): Promise<Received>;
}

/** Makes an API that answers with the event that its webhook returned. */
export function receiverOf(event: Webhook<unknown>): Receiver {
  const handled = post("/hooks", { deps: { event }, response: unchecked("a test") }, ({ event: found }) => ({
    ...found,
    body: new TextDecoder().decode(found.body),
  }));
  return receiving([handled]);
}

/** Makes a receiver of the given routes. */
export function receiving(routes: Parameters<typeof createApi>[0]["routes"]): Receiver {
  const events: AuditEvent[] = [];
  const api = createApi({ title: "t", version: "1", audit: (each) => void events.push(each), onError: () => {}, routes });
  return {
    api,
    async send(body, headers, path = "/hooks") {
      events.length = 0;
      const sent = { "content-type": "application/json", ...headers };
      const request = new Request(`http://x${path}`, { method: "POST", body, headers: sent });
      const answer = await api.fetch(request);
      const text = await answer.text();
      const read: unknown = text === "" ? undefined : JSON.parse(text);
      const code = typeof read === "object" && read !== null && "code" in read ? ` ${String(read.code)}` : "";
      const reasons = events.map((each) => ("reason" in each ? each.reason : each.type));
      return { status: answer.status, body: read, outcome: `${answer.status}${code}`, reasons, headers: answer.headers };
    },
  };
}

/** The HMAC of a content. */
export function mac(secret: string | Uint8Array, content: string | Uint8Array, encoding: "hex" | "base64" = "hex"): string {
  return createHmac("sha256", secret).update(content).digest(encoding);
}
