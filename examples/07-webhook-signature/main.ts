/**
 * A webhook: the sender signs the time and the bytes of the body with a shared secret. The signature is the credential, so an
 * `authenticate` on the body checks it. The event is read from the same bytes.
 */
import { createHmac, randomBytes } from "node:crypto";
import { apiKeyHeader, authenticate, body, createApi, depends, nothing, post, rawBody, sameSecret, signedHeader } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

/** The shared secret. If it is not set, each start creates a random one. */
const secret = process.env["WEBHOOK_SECRET"] ?? randomBytes(32).toString("hex");

/** Signs a body and the time at which it is sent (Unix seconds). */
export function sign(payload: string | Uint8Array, sentAtSeconds: number | string): string {
  return createHmac("sha256", secret).update(`${sentAtSeconds}.`).update(payload).digest("hex");
}

const toleranceSeconds = 300;
export const now = depends({}, () => Math.floor(Date.now() / 1000));

const sender = authenticate(
  {
    signature: apiKeyHeader({ name: "X-Signature", description: "HMAC-SHA256 of `time.body`, in hexadecimal." }),
    timestamp: signedHeader("X-Timestamp", { description: "Unix seconds; the signature covers them." }),
    payload: rawBody({ mediaTypes: ["application/json"], identifies: nothing("the event, which body() reads") }),
    now,
  },
  ({ signature, timestamp, payload, now }) => {
    // An old request that an attacker recorded is refused, although its signature is valid. Text that is not a number is refused,
    // too.
    const isNear = Math.abs(now - Number(timestamp.reveal())) <= toleranceSeconds;
    return isNear && sameSecret(signature, sign(payload, timestamp.reveal())) ? { id: "shop" } : undefined;
  },
);

const PaymentEvent = z.object({ type: z.literal("payment"), amount: z.int().positive() });

export const api = createApi({
  title: "Webhook",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    post(
      "/webhooks/shop",
      { deps: { sender, event: body(PaymentEvent) }, maxBodyBytes: 65_536 },
      ({ sender, event }) => `${sender.id} was paid ${event.amount}`,
    ),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/webhooks/shop`);
}
