/**
 * Messages on their way. They are sent after the answer, so that neither its content nor its time tells whether there was
 * one to send (L-05), and a mail server that is slow or away delays nobody.
 */
import type { Auditor } from "../audit/auditor.ts";
import { typeNameOf } from "../mechanism/callback.ts";
import type { Mail } from "./mail.ts";
import type { MessageText } from "./message.ts";

/** What a message is about, for the audit log. */
export interface Posted {
  /** The address it goes to: one that is stored, or was parsed. */
  readonly to: string;
  readonly message: MessageText;
  /** Its kind, for example `reset`. */
  readonly kind: string;
  /** The account's id. */
  readonly subject?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What sending needs of the settings. */
export interface OutboxSettings {
  readonly mail: Mail;
  readonly audit: Auditor;
}

const mostUnderWay = 1000;

/** Sends messages in the background and reports those that fail. There is one for each `identity()`. */
export class Outbox {
  readonly #settings: OutboxSettings;
  readonly #underWay = new Set<Promise<void>>();

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
  }

  /** Sends a message soon. A failure becomes the event `mail.failed`, and so does a message too many (over 1,000 under way). */
  post(posted: Posted): void {
    if (this.#underWay.size >= mostUnderWay) {
      this.#failed(posted, "too_many_under_way");
      return;
    }
    const sent = this.#send(posted).finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  /** Waits for everything that is under way, at shutdown for example. Never rejects. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(posted: Posted): Promise<void> {
    // Once what was asked for has been answered.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.#settings.mail.send({ to: posted.to, ...posted.message });
    } catch (error) {
      // The name only: the message of a mail server's error often holds the address.
      this.#failed(posted, typeNameOf(error));
    }
  }

  #failed({ kind, subject, requestId }: Posted, reason: string): void {
    const about = subject === undefined ? {} : { subject };
    const origin = requestId === undefined ? {} : { requestId };
    this.#settings.audit.report({ type: "mail.failed", message: kind, reason, ...about }, origin);
  }
}
