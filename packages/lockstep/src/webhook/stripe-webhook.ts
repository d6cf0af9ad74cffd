/** Webhooks of Stripe. */
import { readMember } from "../json/member.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";
import { webhookOptions } from "./checked-webhook.ts";
import type { FactsOfSource, ReplaysSource, SecretsSource, TimedWebhookOptions, Webhook } from "./definition.ts";
import { webhookOf } from "./webhook-signature.ts";
import { type SecretForm, textSecret } from "./webhook-secret.ts";

const known: KnownOptions<TimedWebhookOptions<AnySchema>> = { ...webhookOptions, toleranceSeconds: true };
const where = "stripeWebhook()";
const text = textSecret(where);

/** The whole text is the secret, prefix included. An API key in its place would never verify anything. */
const stripeSecret: SecretForm = {
  ...text,
  decode: (secret) =>
    secret.startsWith("whsec_") ? text.decode(secret) : 'pass the signing secret of the endpoint, which begins with "whsec_"',
};

/** Reads `t=…,v1=…,v1=…,v0=…`. Two times are two headers that a proxy has joined. */
function readHeader(header: string): { readonly timestamp: string; readonly signatures: readonly string[] } | undefined {
  const entries = header.split(",").map((entry) => entry.trim());
  const valuesOf = (name: string): string[] =>
    entries.flatMap((entry) => (entry.startsWith(`${name}=`) ? entry.slice(name.length + 1) : []));
  const [timestamp, ...others] = valuesOf("t");
  if (timestamp === undefined || others.length > 0) return undefined;
  return { timestamp, signatures: valuesOf("v1") };
}

/**
 * A webhook of Stripe: the header `Stripe-Signature`, and the signing secret of the endpoint (`whsec_…`). `eventId` is the id
 * in the event, `evt_…`, which each attempt to deliver it has.
 *
 * @throws BuildError `wrong_option`; `wrong_key` and `weak_key` for a secret; `wrong_schema`
 *
 * @example
 * ```ts
 * const event = stripeWebhook({ secrets: [signingSecret], payload: z.object({ type: z.string(), data: z.unknown() }) });
 * ```
 */
export function stripeWebhook<
  S extends AnySchema,
  const K extends SecretsSource = SecretsSource,
  const R extends ReplaysSource = never,
>(options: TimedWebhookOptions<S, K, R>): Webhook<OutputOf<S>, FactsOfSource<K> | FactsOfSource<R>> {
  checkOptions<TimedWebhookOptions<AnySchema>>(where, options, known);
  return webhookOf(
    {
      sender: "stripe",
      ...options,
      signatureHeader: "Stripe-Signature",
      read({ signature, body }) {
        const found = readHeader(signature);
        return found && { ...found, signed: [`${found.timestamp}.`, body] };
      },
      eventId: ({ payload }) => idIn(payload),
      description: "HMAC-SHA256 of `t.body`, as `t=seconds,v1=hexadecimal`.",
    },
    stripeSecret,
  );
}

function idIn(payload: unknown): string | undefined {
  const id = typeof payload === "object" && payload !== null ? readMember(payload, "id") : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}
