/**
 * A webhook of a sender of your own: it signs the time and the bytes of the body with a shared secret. You describe how it signs.
 * `webhookSignature` verifies the signature, refuses old requests, and reads the event from the bytes that were signed.
 */
import { createHmac, randomBytes } from "node:crypto";
import { createApi, depends, post } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { memoryReplays, webhookSignature } from "lockstep/webhook";
import { z } from "zod";

/** The shared secret. If it is not set, each start creates a random one. */
const secret = process.env["WEBHOOK_SECRET"] ?? randomBytes(32).toString("hex");

/** Signs as the sender does: a body, and the time at which it is sent (Unix seconds). */
export function sign(payload: string, sentAtSeconds: number | string): string {
  return createHmac("sha256", secret).update(`${sentAtSeconds}.${payload}`).digest("hex");
}

const event = webhookSignature({
  sender: "shop",
  secrets: [secret],
  signatureHeader: "X-Signature",
  signedHeaders: { timestamp: "X-Timestamp" },
  read: ({ signature, headers: { timestamp }, body }) => ({
    signatures: [signature],
    signed: [`${timestamp}.`, body],
    timestamp,
  }),
  payload: z.object({ type: z.literal("payment"), amount: z.int().positive() }),
  replays: memoryReplays(),
  description: "HMAC-SHA256 of `time.body`, in hexadecimal.",
});

/** The payments that were received, in the place of a database. */
export const payments = depends({}, () => new Array<number>(), { lifetime: "app" });

export const api = createApi({
  title: "Webhook",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    post("/webhooks/shop", { deps: { event, payments }, status: 204, maxBodyBytes: 65_536 }, ({ event, payments }) => {
      payments.push(event.payload.amount);
    }),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/webhooks/shop`);
}
