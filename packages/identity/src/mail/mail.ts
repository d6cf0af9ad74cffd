/** How identity sends mail: a small interface, with SMTP and the log as its two implementations. */

/** A message to the one address that is stored for an account. */
export interface MailMessage {
  /** One address; nothing else. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Sends mail. */
export interface Mail {
  /** Hands a message over. What it rejects with is reported, and never changes an answer. */
  send(message: MailMessage): Promise<void>;
}
