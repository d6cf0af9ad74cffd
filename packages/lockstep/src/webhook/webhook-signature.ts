/** `webhookSignature()`: a sender that signs its requests with a shared secret, described by how it signs. */
import type { Fact } from "../dependency/fact.ts";
import { dependency } from "../dependency/node.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { checkWebhook, webhookOptions } from "./checked-webhook.ts";
import type { FactsOfSource, ReplaysSource, SecretsSource, Webhook, WebhookDefinition } from "./definition.ts";
import { eventBody } from "./event-body.ts";
import { onceOnly } from "./replays.ts";
import { verifiedRequest } from "./verified-request.ts";
import { type SecretForm, textSecret } from "./webhook-secret.ts";

const known: KnownOptions<WebhookDefinition<AnySchema>> = {
  ...webhookOptions,
  toleranceSeconds: true,
  signatureHeader: true,
  signedHeaders: true,
  read: true,
  encoding: true,
  hash: true,
  eventId: true,
  format: true,
  description: true,
};

/**
 * A webhook of a sender that signs with HMAC and that has no function of its own here. The dependency authenticates the sender
 * and returns the event, read from the bytes that were signed.
 *
 * A wrong signature, an old request and an unknown version are the same **401**; the audit event says which it was. The body is
 * parsed only after the signature was right: **400** for bad JSON, **422** for an event that does not fit the schema.
 *
 * @throws BuildError `wrong_option`; `wrong_key` and `weak_key` for a secret; `wrong_schema`; `wrong_scheme` for a header
 *
 * @example
 * ```ts
 * const slack = webhookSignature({
 *   sender: "slack",
 *   secrets: [signingSecret],
 *   signatureHeader: "X-Slack-Signature",
 *   signedHeaders: { timestamp: "X-Slack-Request-Timestamp" },
 *   read: ({ signature, headers: { timestamp }, body }) =>
 *     signature.startsWith("v0=")
 *       ? { signatures: [signature.slice(3)], signed: [`v0:${timestamp}:`, body], timestamp }
 *       : undefined,
 *   payload: SlackEvent,
 * });
 * ```
 */
export function webhookSignature<
  S extends AnySchema,
  const H extends string = never,
  const K extends SecretsSource = SecretsSource,
  const R extends ReplaysSource = never,
>(definition: WebhookDefinition<S, H, K, R>): Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>> {
  checkOptions<WebhookDefinition<AnySchema>>("webhookSignature()", definition, known);
  return webhookOf(definition, textSecret("webhookSignature()"));
}

/** Makes the dependency of a sender whose secrets have a form of their own. */
export function webhookOf<S extends AnySchema, H extends string, K extends SecretsSource, R extends ReplaysSource>(
  definition: WebhookDefinition<S, H, K, R>,
  form: SecretForm,
): Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>> {
  const webhook = checkWebhook(definition, form);
  const event = eventBody(webhook, verifiedRequest(webhook));
  // The value is what the schema returned, and the facts are those of the nodes below.
  type Made = Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>>;
  if (webhook.replays === undefined) return event as unknown as Made;
  const node = onceOnly(event, webhook.replays, webhook)["~dep"];
  return dependency<Made["~dep"]["value"], Fact>({
    kind: "value",
    deps: [{ key: "event", node }],
    facts: node.facts,
    lifetime: "request",
    // It runs with the guards, so a repeated event opens none of the handler's resources.
    verifies: true,
    run: (values) => values["event"],
  }) as unknown as Made;
}
