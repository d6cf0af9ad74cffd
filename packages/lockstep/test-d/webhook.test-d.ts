/** A webhook authenticates its sender, and its event has the type of its schema. */
import { z } from "zod";
import { authenticate, authorize, allow, depends, get, nothing, path, post, resource, type ValueOf } from "lockstep";
import {
  githubWebhook,
  memoryReplays,
  standardWebhooks,
  stripeWebhook,
  type Webhook,
  type WebhookEvent,
  webhookSignature,
} from "lockstep/webhook";
import { type Equal, holds, type IsAny } from "./assert.ts";

const payload = z.object({ type: z.string(), customerId: z.string() });
type Event = WebhookEvent<{ type: string; customerId: string }>;
const secrets = ["whsec_1"] as const;

const standard = standardWebhooks({ secrets, payload });
const stripe = stripeWebhook({ secrets: ["whsec_1"], payload, replays: memoryReplays() });
const github = githubWebhook({ secrets, payload });
holds<Equal<ValueOf<typeof standard>, Event>>();
holds<Equal<typeof stripe, Webhook<{ type: string; customerId: string }>>>();
holds<Equal<typeof github, Webhook<{ type: string; customerId: string }>>>();
holds<IsAny<ValueOf<typeof standard>> extends true ? false : true>();

// It opens a route alone, and the ids in the event need no owner: the sender signed them.
post("/hooks", { status: 200, deps: { stripe } }, ({ stripe }) => stripe.payload.customerId);
post(
  "/hooks",
  { status: 200, deps: { large: authorize({ github }, ({ github }) => allow(github.payload)) } },
  ({ large }) => large.type,
);
// @ts-expect-error Property 'amount' does not exist
post("/hooks", { deps: { stripe } }, ({ stripe }) => stripe.payload.amount);
// A principal is not decided by what a sender wrote.
// @ts-expect-error authenticate(): remove the input
authenticate({ stripe }, ({ stripe }) => ({ id: stripe.payload.customerId }));

// Secrets and replays may be dependencies, whose facts are the webhook's.
const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose secret verifies") });
const looked = standardWebhooks({ secrets: depends({ tenant }, ({ tenant }) => [tenant]), payload });
post("/hooks/:tenant", { status: 200, deps: { looked } }, ({ looked }) => looked.eventId);
// @ts-expect-error add :tenant to the path
post("/hooks", { deps: { looked } }, ({ looked }) => looked.eventId);
const transaction = resource({}, function* () {
  yield { insert: (_id: string) => true };
});
const replays = depends({ transaction }, ({ transaction }) => ({ seen: (id: string) => !transaction.insert(id) }));
const once = standardWebhooks({ secrets, payload, replays });
post("/hooks", { status: 200, deps: { once, transaction } }, ({ once }) => once.eventId);

// Signed headers have the names that the definition gives them.
webhookSignature({
  sender: "slack",
  secrets,
  signatureHeader: "X-Signature",
  signedHeaders: { timestamp: "X-Time" },
  read: ({ signature, headers, body }) => ({
    signatures: [signature],
    signed: [headers.timestamp, body],
    timestamp: headers.timestamp,
  }),
  eventId: ({ headers }) => headers.timestamp,
  payload,
});
webhookSignature({
  sender: "slack",
  secrets,
  signatureHeader: "X-Signature",
  signedHeaders: { timestamp: "X-Time" },
  // @ts-expect-error Property 'time' does not exist
  read: ({ signature, headers }) => ({ signatures: [signature], signed: [headers.time] }),
  payload,
});

// A secret that may be missing, and no secret at all.
// @ts-expect-error Type 'string | undefined' is not assignable
stripeWebhook({ secrets: [process.env["STRIPE_SECRET"]], payload });
// @ts-expect-error Source has 0 element(s) but target requires 1
stripeWebhook({ secrets: [], payload });
// @ts-expect-error Property 'payload' is missing
stripeWebhook({ secrets });
// GitHub signs no time.
// @ts-expect-error 'toleranceSeconds' does not exist
githubWebhook({ secrets, payload, toleranceSeconds: 300 });
// A place that answers with rows.
// @ts-expect-error Type 'number' is not assignable to type 'boolean
stripeWebhook({ secrets, payload, replays: { seen: () => 1 } });
// GET has no body: it does not start.
get("/hooks", { deps: { stripe } }, ({ stripe }) => stripe.eventId);
