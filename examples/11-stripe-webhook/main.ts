/** Payments from Stripe. The event is handled once, however often Stripe sends it. */
import { randomBytes } from "node:crypto";
import { createApi, depends, post } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { memoryReplays, stripeWebhook } from "lockstep/webhook";
import { z } from "zod";

/** The signing secret of the endpoint, from Stripe's dashboard. If it is not set, each start creates a random one. */
export const secret = process.env["STRIPE_WEBHOOK_SECRET"] ?? `whsec_${randomBytes(24).toString("base64url")}`;

// Stripe sends many types of events. Name the members that you use: the others are ignored.
const StripeEvent = z.object({
  type: z.string(),
  data: z.object({ object: z.object({ id: z.string(), amount_paid: z.int().optional() }) }),
});

const event = stripeWebhook({ secrets: [secret], payload: StripeEvent, replays: memoryReplays() });

/** The paid invoices, in the place of a database. */
export const invoices = depends({}, () => new Map<string, number>(), { lifetime: "app" });

export const api = createApi({
  title: "Stripe",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    post("/hooks/stripe", { deps: { event, invoices }, status: 204 }, ({ event: { payload }, invoices }) => {
      const { id, amount_paid: paid } = payload.data.object;
      if (payload.type === "invoice.paid" && paid !== undefined) invoices.set(id, paid);
    }),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/hooks/stripe`);
}
