/** Webhooks of GitHub. */
import { checkOptions } from "../problem/options.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { webhookOptions } from "./checked-webhook.ts";
import type { FactsOfSource, ReplaysSource, SecretsSource, Webhook, WebhookOptions } from "./definition.ts";
import { webhookOf } from "./webhook-signature.ts";
import { textSecret } from "./webhook-secret.ts";

const prefix = "sha256=";

/**
 * A webhook of GitHub: the header `X-Hub-Signature-256`, and the secret of the webhook, whose content type must be
 * `application/json`. The older header with SHA-1 is never read.
 *
 * GitHub signs the body alone. A recorded request stays valid until the secret changes: `replays` recognises it for
 * `rememberSeconds`, and handlers should be able to run twice. The headers `X-GitHub-Event` and `X-GitHub-Delivery` are not
 * signed either: anyone who has recorded a request can change them. `eventId` is the SHA-256 of the body, which a redelivery has,
 * too.
 *
 * @throws BuildError `wrong_option`; `weak_key` for a secret; `wrong_schema`
 *
 * @example
 * ```ts
 * const push = githubWebhook({ secrets: [secret], payload: z.object({ ref: z.string() }), replays: memoryReplays() });
 * ```
 */
export function githubWebhook<
  S extends AnySchema,
  const K extends SecretsSource = SecretsSource,
  const R extends ReplaysSource = never,
>(options: WebhookOptions<S, K, R>): Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>> {
  checkOptions<WebhookOptions<AnySchema>>("githubWebhook()", options, webhookOptions);
  return webhookOf(
    {
      sender: "github",
      ...options,
      signatureHeader: "X-Hub-Signature-256",
      read: ({ signature, body }) =>
        signature.startsWith(prefix) ? { signatures: [signature.slice(prefix.length)], signed: [body] } : undefined,
      description: "HMAC-SHA256 of the body, as `sha256=hexadecimal`.",
    },
    textSecret("githubWebhook()"),
  );
}
