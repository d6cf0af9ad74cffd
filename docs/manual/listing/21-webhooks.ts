import { randomBytes } from "node:crypto";
import { createApi, depends, header, nothing, path, post } from "lockstep";
import { githubWebhook, memoryReplays, standardWebhooks, stripeWebhook, webhookSignature } from "lockstep/webhook";
import { z } from "zod";

// An application reads its secrets from the environment. These are new at each start.
export const stripeSecret = `whsec_${randomBytes(24).toString("base64url")}`;
export const svixSecret = `whsec_${randomBytes(32).toString("base64")}`;
export const [githubSecret, slackSecret, nextSecret] = [32, 16, 32].map((size) => randomBytes(size).toString("hex")) as [
  string,
  string,
  string,
];
export const log: string[] = [];

// #region stripe
const InvoicePaid = z.object({
  type: z.literal("invoice.paid"),
  data: z.object({ object: z.object({ id: z.string(), amount_paid: z.int() }) }),
});

const stripe = stripeWebhook({ secrets: [stripeSecret], payload: InvoicePaid, replays: memoryReplays() });

const invoicePaid = post("/hooks/stripe", { deps: { event: stripe }, status: 204 }, ({ event }) => {
  const { id, amount_paid: paid } = event.payload.data.object;
  log.push(`${event.eventId}: ${id} paid ${paid}`);
});
// #endregion

// #region github
const Push = z.object({ ref: z.string(), after: z.string() });

const github = githubWebhook({ secrets: [githubSecret], payload: Push, replays: memoryReplays() });
const name = header("X-GitHub-Event", z.literal("push")); // GitHub does not sign this header

const pushed = post("/hooks/github", { deps: { event: github, name }, status: 204 }, ({ event }) => {
  log.push(`${event.payload.ref} is at ${event.payload.after}`);
});
// #endregion

// #region standard
const UserCreated = z.object({ type: z.literal("user.created"), data: z.object({ id: z.string() }) });

const clerk = standardWebhooks({
  sender: "clerk",
  secrets: [svixSecret],
  headerPrefix: "svix", // the default is "webhook"
  payload: UserCreated,
  replays: memoryReplays(),
});

const userCreated = post("/hooks/clerk", { deps: { event: clerk }, status: 204 }, ({ event }) => {
  log.push(`${event.payload.data.id} was created`);
});
// #endregion

// #region own
const SlackEvent = z.object({ event_id: z.string(), event: z.object({ type: z.string() }) });

const slack = webhookSignature({
  sender: "slack",
  secrets: [slackSecret],
  signatureHeader: "X-Slack-Signature",
  signedHeaders: { timestamp: "X-Slack-Request-Timestamp" },
  read: ({ signature, headers: { timestamp }, body }) =>
    signature.startsWith("v0=") ? { signatures: [signature.slice(3)], signed: [`v0:${timestamp}:`, body], timestamp } : undefined,
  eventId: ({ payload }) => SlackEvent.safeParse(payload).data?.event_id,
  payload: SlackEvent,
  replays: memoryReplays(),
});
// #endregion

const slackEvent = post("/hooks/slack", { deps: { event: slack }, status: 204 }, ({ event }) => {
  log.push(`${event.eventId}: ${event.payload.event.type}`);
});

// #region rotation
const both = githubWebhook({ secrets: [nextSecret, githubSecret], payload: Push });
// #endregion

const rotated = post("/hooks/rotated", { deps: { event: both }, status: 204 }, () => undefined);

// #region tenant
export const secretsOf = new Map([["acme", [githubSecret]]]); // a table, in an application

const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose secret verifies") });
const secrets = depends({ tenant }, ({ tenant }) => secretsOf.get(tenant) ?? []);
const repository = githubWebhook({ secrets, payload: Push });

const tenantPushed = post(
  "/hooks/:tenant/github",
  { deps: { event: repository, tenant }, status: 204 },
  ({ event, tenant }) => void log.push(`${tenant}: ${event.payload.ref}`),
);
// #endregion

export const api = createApi({
  title: "Webhooks",
  version: "1.0.0",
  routes: [invoicePaid, pushed, userCreated, slackEvent, rotated, tenantPushed],
});
