/**
 * `lockstep/webhook`: receiving signed webhooks, and signing those that an application sends. Each function returns a
 * dependency that authenticates the sender and returns the event. It runs on every runtime with Web Crypto.
 */

// Receiving.
export { standardWebhooks, type StandardWebhooksOptions } from "./standard-webhooks.ts";
export { stripeWebhook } from "./stripe-webhook.ts";
export { githubWebhook } from "./github-webhook.ts";
export { webhookSignature } from "./webhook-signature.ts";
export {
  type FactsOfSource,
  type ReadSignature,
  type ReplaysSource,
  type SecretsSource,
  type SentSignature,
  type SignedContent,
  type TimedWebhookOptions,
  type Webhook,
  type WebhookDefinition,
  type WebhookEvent,
  type WebhookOptions,
} from "./definition.ts";
export { type WebhookHash } from "./hmac.ts";
export { type WebhookSecret } from "./webhook-secret.ts";

// Handling each event once.
export { type WebhookReplays } from "./replays.ts";
export { memoryReplays, type MemoryReplaysOptions } from "./memory-replays.ts";

// Sending.
export { outgoingWebhook, type OutgoingWebhook, type OutgoingWebhookOptions } from "./outgoing-webhook.ts";
export { type SendEventOptions } from "./outgoing-webhook.ts";
export { sendWebhook, type SendWebhookOptions } from "./send-webhook.ts";
export { signWebhook, type SignedWebhook, type SignWebhookOptions } from "./sign-webhook.ts";
