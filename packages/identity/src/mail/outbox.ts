/**
 * Sends messages after the answer. So neither the answer nor its time reveals whether there was a message to send (L-05), and a
 * mail server that is slow or away delays nobody.
 */
import type { Auditor } from "../audit/auditor.ts";
import { typeNameOf } from "../mechanism/callback.ts";
import type { Mail } from "./mail.ts";
import type { MessageText } from "./message.ts";

/** A message, with its subject for the audit log. */
export interface Posted {
  /** The address that the message goes to. It is stored, or was parsed. An account without an address gets no message. */
  readonly to: string | undefined;
  readonly message: MessageText;
  /** The kind of message, for example `reset`. */
  readonly kind: string;
  /** The account's id. */
  readonly subject?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The settings that sending uses. */
export interface OutboxSettings {
  readonly mail: Mail;
  readonly audit: Auditor;
}

const mostUnderWay = 1000;

/** Sends messages in the background and reports those that fail. Each `identity()` has one outbox. */
export class Outbox {
  readonly #settings: OutboxSettings;
  readonly #underWay = new Set<Promise<void>>();

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
  }

  /** Sends a message soon. If it fails, or if more than 1,000 messages are waiting, the event `mail.failed` is recorded. */
  post({ to, ...others }: Posted): void {
    if (to === undefined) return;
    const posted = { to, ...others };
    if (this.#underWay.size >= mostUnderWay) {
      this.#failed(posted, "too_many_under_way");
      return;
    }
    const sent = this.#send(posted).finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  /** Waits until every message was sent or has failed, for example at shutdown. Never rejects. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(posted: Posted & { readonly to: string }): Promise<void> {
    // Wait until the request has been answered.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.#settings.mail.send({ to: posted.to, ...posted.message });
    } catch (error) {
      // The name only: the message of a mail server's error often contains the address.
      this.#failed(posted, typeNameOf(error));
    }
  }

  #failed({ kind, subject, requestId }: Posted, reason: string): void {
    const about = subject === undefined ? {} : { subject };
    const origin = requestId === undefined ? {} : { requestId };
    this.#settings.audit.report({ type: "mail.failed", message: kind, reason, ...about }, origin);
  }
}
