/** One API that receives webhooks as Standard Webhooks says, and another that sends them: here, both are this program. */
import { randomBytes, randomUUID } from "node:crypto";
import { createApi, depends, post } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { memoryReplays, signWebhook, standardWebhooks } from "lockstep/webhook";
import { z } from "zod";

/** The secret that the sender and the receiver share. If it is not set, each start creates a random one. */
export const secret = process.env["WEBHOOK_SECRET"] ?? `whsec_${randomBytes(32).toString("base64")}`;

const NoteCreated = z.object({ type: z.literal("note.created"), data: z.object({ text: z.string() }) });

const event = standardWebhooks({ sender: "notes", secrets: [secret], payload: NoteCreated, replays: memoryReplays() });

/** The notes that were received, in the place of a database. */
export const notes = depends({}, () => new Map<string, string>(), { lifetime: "app" });

export const api = createApi({
  title: "Standard Webhooks",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    post("/hooks/notes", { deps: { event, notes }, status: 204 }, ({ event: { eventId, payload }, notes }) => {
      notes.set(eventId, payload.data.text);
    }),
  ],
});

/** Tells a receiver of a note. If it returns `false`, try again later with the same id. */
export async function tell(url: string, text: string, id = `msg_${randomUUID()}`): Promise<boolean> {
  const body = JSON.stringify({ type: "note.created", timestamp: new Date().toISOString(), data: { text } });
  const signed = await signWebhook({ id, body, secrets: [secret] });
  const headers = { ...signed, "content-type": "application/json" };
  const { ok } = await fetch(url, { method: "POST", body, headers, redirect: "error", signal: AbortSignal.timeout(15_000) });
  return ok;
}

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  const url = `${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/hooks/notes`;
  console.log(`${url} received a note: ${await tell(url, "Hello")}`);
}
