/** Webhooks that an application sends: one value that is documented, and that sends exactly what the document shows. */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkLimited } from "../route/open-result.ts";
import type { Body } from "../route/result.ts";
import { resultShape } from "../route/result-shape.ts";
import { checkSendable } from "../route/sendable.ts";
import type { WebhookDescription } from "../route/webhook-description.ts";
import type { AnySchema, InputOf } from "../schema/schema.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import { sendWebhook, type SendWebhookOptions } from "./send-webhook.ts";
import { signatureHeaders } from "./sign-webhook.ts";

/** What an outgoing webhook is. */
export interface OutgoingWebhookOptions<S extends AnySchema> extends Omit<WebhookDescription, "headers"> {
  /** The schema of the body: undeclared members are dropped, as in responses. */
  readonly payload: S;
}

/** An event to send, and where. */
export interface SendEventOptions<S extends AnySchema> extends Omit<SendWebhookOptions, "body" | "type"> {
  /** The event. */
  readonly payload: Body<InputOf<S>>;
}

/** A webhook to document with `createApi({ webhooks })` or a route's `callbacks`, and to send. */
export interface OutgoingWebhook<S extends AnySchema> extends WebhookDescription {
  readonly payload: S;
  /**
   * Writes the body: cut to the schema, validated, as JSON. Store it in a queue, and send it with `sendWebhook({ body })`.
   *
   * @throws BuildError `wrong_result`, `secret_in_response`; the promise is rejected with it
   */
  write(payload: Body<InputOf<S>>): Promise<string>;
  /**
   * Writes, signs and sends an event, as `sendWebhook()` does, and returns the status of the answer.
   *
   * @throws BuildError those of `write()` and of `sendWebhook()`
   * @throws Unavailable if nothing was sent or no answer came
   */
  send(options: SendEventOptions<S>): Promise<number>;
}

const known: KnownOptions<OutgoingWebhookOptions<AnySchema>> = {
  payload: true,
  summary: true,
  description: true,
  tags: true,
  deprecated: true,
};

const where = "the payload of a webhook";

/**
 * Makes a webhook that the document shows with its signature headers, and that can be sent. Its body is JSON of the schema:
 * members that the schema does not declare are not sent, and an event that does not fit is not sent at all.
 *
 * @throws BuildError `wrong_option`, `wrong_schema`
 *
 * @example
 * ```ts
 * export const noteCreated = outgoingWebhook({
 *   summary: "A note was created",
 *   payload: z.object({ type: z.literal("note.created"), data: Note }),
 * });
 * export const api = createApi({ title: "Notes", version: "1.0.0", routes, webhooks: { noteCreated } });
 *
 * const payload = { type: "note.created", data: note } as const;
 * const status = await noteCreated.send({ url: receiver.url, id: `msg_${note.id}`, payload, secrets: [receiver.secret] });
 * ```
 */
export function outgoingWebhook<S extends AnySchema>(options: OutgoingWebhookOptions<S>): OutgoingWebhook<S> {
  checkOptions<OutgoingWebhookOptions<AnySchema>>("outgoingWebhook()", options, known);
  checkLimited(options.payload, where);
  const shape = resultShape(options.payload, where);
  const write = async (payload: unknown): Promise<string> => {
    checkSendable(payload, where, "write() received");
    const shaped = await shape(payload);
    const text: string | undefined = refusingSecrets(() => JSON.stringify(shaped));
    if (text === undefined) throw new BuildError("wrong_result", `${where}: pass a value that JSON has`);
    return text;
  };
  return Object.freeze({
    ...options,
    headers: signatureHeaders,
    write,
    send: async ({ payload, ...message }: SendEventOptions<S>) => sendWebhook({ ...message, body: await write(payload) }),
  });
}
