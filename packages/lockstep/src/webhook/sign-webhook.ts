/** Signing the webhooks that an application sends. */
import { isVisible } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { encodeBase64 } from "../secret/encoding.ts";
import { hmac, importKeys, joinParts } from "./hmac.ts";
import { standardSecret } from "./standard-webhooks.ts";
import { secretBytes, type WebhookSecret } from "./webhook-secret.ts";

/** The content of a webhook, and the secrets that sign it. */
export interface SignWebhookOptions {
  /** The event's id. Every attempt to deliver the event has the same one. Visible ASCII, without spaces. */
  readonly id: string;
  /** The body, exactly as it is sent. */
  readonly body: string | Uint8Array;
  /**
   * The receiver's secret, `whsec_` and base64 of at least 24 random bytes; and the old one beside it, while the receiver
   * replaces it.
   */
  readonly secrets: readonly [WebhookSecret, ...WebhookSecret[]];
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** The headers of a signed webhook. */
export interface SignedWebhook {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/** The headers, described for the document. */
export const signatureHeaders: Readonly<Record<keyof SignedWebhook, string>> = {
  "webhook-id": "The id of the event. Each attempt to deliver the event has the same one.",
  "webhook-timestamp": "When this attempt was signed, in Unix seconds.",
  "webhook-signature":
    "Signatures, separated by spaces: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` (Standard Webhooks).",
};

const known: KnownOptions<SignWebhookOptions> = { id: true, body: true, secrets: true, clock: true };

/**
 * Signs a webhook as Standard Webhooks says. Send the headers beside `content-type: application/json` and the same body. Sign
 * each attempt again: the time is part of the signature.
 *
 * @throws BuildError `wrong_option`, `wrong_key`, `weak_key`; the promise is rejected with it
 *
 * @example
 * ```ts
 * const body = JSON.stringify({ type: "note.created", data: note });
 * const signed = await signWebhook({ id: `msg_${note.id}`, body, secrets: [receiver.secret] });
 * await fetch(receiver.url, { method: "POST", body, headers: { ...signed, "content-type": "application/json" } });
 * ```
 */
export async function signWebhook(options: SignWebhookOptions): Promise<SignedWebhook> {
  checkOptions("signWebhook()", options, known);
  const { id, body, secrets, clock = Date.now } = options;
  if (typeof id !== "string" || id === "" || !isVisible(id)) {
    throw new BuildError("wrong_option", "signWebhook(): set id to visible ASCII without spaces, the same for each attempt");
  }
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new BuildError("wrong_option", "signWebhook(): pass the body as the text or the bytes that are sent, not as an object");
  }
  const timestamp = String(Math.floor(clock() / 1000));
  const content = joinParts([`${id}.${timestamp}.`, body]);
  const keys = await importKeys(secretBytes(secrets, standardSecret("signWebhook()")), "SHA-256");
  const signatures = await Promise.all(keys.map(async (key) => `v1,${encodeBase64(await hmac(key, content))}`));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
