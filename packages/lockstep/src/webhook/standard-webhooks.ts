/** Webhooks as the Standard Webhooks specification says (standardwebhooks.com): Svix, and everyone who sends through it. */
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { decodeBase64 } from "../secret/encoding.ts";
import { webhookOptions } from "./checked-webhook.ts";
import type { FactsOfSource, ReplaysSource, SecretsSource, TimedWebhookOptions, Webhook } from "./definition.ts";
import { webhookOf } from "./webhook-signature.ts";
import type { SecretForm } from "./webhook-secret.ts";

/** The options of `standardWebhooks()`. */
export interface StandardWebhooksOptions<
  S extends AnySchema,
  K extends SecretsSource = SecretsSource,
  R extends ReplaysSource = ReplaysSource,
> extends TimedWebhookOptions<S, K, R> {
  /** What the names of the three headers begin with: `"svix"` for Svix, Clerk and Resend. Default: `"webhook"`. */
  readonly headerPrefix?: string;
}

const known: KnownOptions<StandardWebhooksOptions<AnySchema>> = { ...webhookOptions, toleranceSeconds: true, headerPrefix: true };

/** Returns how secrets are written: base64, with or without a prefix. */
export function standardSecret(where: string): SecretForm {
  return {
    where,
    minBytes: 24,
    decode: (text) => decodeBase64(text.replace(/^whsec_/, "")) ?? 'pass the secret as the sender shows it, "whsec_" and base64',
  };
}

/**
 * Reads the signatures of version 1, HMAC-SHA256, of `v1,… v1,… v1a,…`. Other versions (`v1a` is asymmetric) are ignored. A
 * comma at the end of an entry comes from a proxy that has joined two headers: each of them could be meant.
 */
function versionOne(header: string): string[] | undefined {
  const entries = header.split(" ");
  if (entries.some((entry) => entry.endsWith(","))) return undefined;
  return entries.flatMap((entry) => (entry.startsWith("v1,") ? entry.slice(3) : []));
}

/**
 * A webhook of a sender that follows Standard Webhooks: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`,
 * and a secret that begins with `whsec_`. Each attempt to deliver an event has the same id, so `replays` recognises it.
 *
 * @throws BuildError `wrong_option`; `wrong_key` and `weak_key` for a secret that is not base64 of at least 24 bytes;
 * `wrong_schema`
 *
 * @example
 * ```ts
 * const event = standardWebhooks({
 *   sender: "clerk",
 *   secrets: [signingSecret],
 *   headerPrefix: "svix",
 *   payload: z.object({ type: z.string(), data: z.unknown() }),
 * });
 * ```
 */
export function standardWebhooks<
  S extends AnySchema,
  const K extends SecretsSource = SecretsSource,
  const R extends ReplaysSource = never,
>(options: StandardWebhooksOptions<S, K, R>): Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>> {
  checkOptions<StandardWebhooksOptions<AnySchema>>("standardWebhooks()", options, known);
  const { headerPrefix: prefix = "webhook", ...others } = options;
  if (typeof prefix !== "string" || !isToken(prefix)) {
    throw new BuildError("wrong_option", 'standardWebhooks(): set headerPrefix to the start of the headers, such as "svix"');
  }
  return webhookOf(
    {
      sender: "standard-webhooks",
      ...others,
      signatureHeader: `${prefix}-signature`,
      signedHeaders: { id: `${prefix}-id`, timestamp: `${prefix}-timestamp` },
      read({ signature, headers: { id, timestamp }, body }) {
        const signatures = versionOne(signature);
        return signatures && { signatures, signed: [`${id}.${timestamp}.`, body], timestamp };
      },
      encoding: "base64",
      eventId: ({ headers }) => headers.id,
      description: `HMAC-SHA256 of \`id.timestamp.body\`, as \`v1,\` and base64 (Standard Webhooks).`,
    },
    standardSecret("standardWebhooks()"),
  );
}
