/** Payments: Stripe tells of a paid subscription, and the organisation gets the paid plan. The signature is the credential. */
import { post } from "lockstep";
import { memoryReplays, stripeWebhook } from "lockstep/webhook";
import { z } from "zod";
import type { Access, Services } from "./access.ts";
import { changed } from "./event/event.ts";
import { organisations } from "./organisation/organisation.ts";

const Payment = z.object({ type: z.string(), data: z.object({ object: z.object({ client_reference_id: z.uuid().optional() }) }) });

export const billingRoutes = ({ store }: Access, { settings }: Services) => {
  const event = stripeWebhook({ secrets: [settings.STRIPE_SECRET], payload: Payment, replays: memoryReplays() });
  return [
    post("/hooks/stripe", { deps: { event, store }, status: 204 }, async ({ event: { payload, sender }, store }) => {
      const id = payload.data.object.client_reference_id;
      if (payload.type !== "checkout.session.completed" || id === undefined) return;
      await store.system(() => changed({ id, callerId: sender }, "organisation.paid", organisations.pay({ id })));
    }),
  ];
};
