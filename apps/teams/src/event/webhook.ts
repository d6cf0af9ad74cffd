/** Webhooks out: an organisation is told of its events, after the answer, and again after a failure. One in: from Stripe. */
import { createHmac } from "node:crypto";
import { body, post, secret, type Secret } from "lockstep";
import { memoryReplays, sendWebhook, stripeWebhook } from "lockstep/webhook";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { columns, created, named, row, rows, table } from "../store/query.ts";
import { organisations } from "../organisation/organisation.ts";
import { changed, Event, removing } from "./event.ts";

const WebhookUrl = named("WebhookUrl", { url: z.url({ protocol: /^https?$/ }) });
const Webhook = named("Webhook", { ...columns, ...WebhookUrl.shape });
const NewWebhook = named("NewWebhook", { ...Webhook.shape, secret: z.string() });
const attempts = { attempts: z.int(), outcome: z.string(), nextAt: z.string().nullable() };
const Delivery = named("Delivery", { webhookId: z.uuid(), url: z.string(), ...Event.shape, ...attempts });

export const webhooks = table("webhooks", Webhook);
const deliveries = {
  list: rows(Delivery)`SELECT * FROM deliveries WHERE webhook_id = :id ORDER BY number DESC LIMIT 100`,
  /** Takes the next one that is due. No other process takes it before `later`. */
  take: row(Delivery)`
    UPDATE deliveries SET attempts = attempts + 1, next_at = :later
    WHERE (webhook_id, number) = (SELECT webhook_id, number FROM deliveries WHERE next_at <= :now ORDER BY next_at LIMIT 1)
      AND next_at <= :now RETURNING *`,
  settle: row(Delivery)`
    UPDATE deliveries SET outcome = :outcome, next_at = :nextAt WHERE webhook_id = :webhookId AND number = :number RETURNING *`,
};

export const webhookRoutes = ({ auditor, admin, webhook }: Access, { settings }: Services) => [
  auditor.get("/webhooks", { response: z.array(Webhook) }, ({ org, db }) => db(() => webhooks.list(org))),
  admin.post("/webhooks", { deps: { wanted: body(WebhookUrl) }, ...created(NewWebhook) }, async ({ change, wanted }) => {
    const made = await change("webhook.created", (made) => webhooks.insert({ ...made, ...wanted }));
    return { ...made, secret: secretOf(made.id, settings).reveal() };
  }),
  admin.del("/webhooks/:webhook", { deps: { it: webhook }, status: 204 }, removing("webhook", webhooks)),
  auditor.get("/webhooks/:webhook/deliveries", { deps: { webhook }, response: z.array(Delivery) }, ({ db, webhook }) =>
    db(() => deliveries.list(webhook)),
  ),
];

/** The secret of a webhook is derived from a key of the program, so the database does not have it. */
const secretOf = (id: string, { WEBHOOK_KEY }: Services["settings"]): Secret<string> =>
  secret(`whsec_${createHmac("sha256", WEBHOOK_KEY.reveal()).update(id).digest("base64")}`);

const [minuteMs, mostAttempts] = [60_000, 8];
const timeOf = (ms: number): string => new Date(ms).toISOString();

/** Sends every delivery that is due. After a failure it is due again in 1, 2, 4 … minutes. */
export async function deliver({ store, settings }: Pick<Services, "store" | "settings">, clock = Date.now): Promise<void> {
  const take = () => store.system(() => deliveries.take({ now: timeOf(clock()), later: timeOf(clock() + minuteMs) }));
  for (let due = await take(); due !== undefined; due = await take()) {
    const { webhookId, url, attempts, number, type, subject, actor, at } = due;
    const body = JSON.stringify({ type, timestamp: at, data: { number, subject, actor } });
    const signed = { id: `${webhookId}_${number}`, body, secrets: [secretOf(webhookId, settings)] } as const;
    const sent = sendWebhook({ url, ...signed, allowPrivateHosts: settings.TEAMS_DEMO ? ["127.0.0.1"] : [] });
    const outcome = await sent.then((status) => `answered ${status}`, String);
    const isOver = outcome.startsWith("answered 2") || attempts >= mostAttempts;
    const nextAt = isOver ? null : timeOf(clock() + minuteMs * 2 ** (attempts - 1));
    await store.system(() => deliveries.settle({ ...due, outcome, nextAt }));
  }
}

const Payment = z.object({ type: z.string(), data: z.object({ object: z.object({ client_reference_id: z.uuid().optional() }) }) });

/** Stripe tells of a paid subscription, and the organisation gets the paid plan. The signature is the credential. */
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
