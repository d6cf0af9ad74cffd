/**
 * Defines how identity sends mail: a small interface. `logMail()` implements it for development, `smtp-mail.ts` for production.
 */

/** A message to the address that is stored for an account. */
export interface MailMessage {
  /** Exactly one address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Sends mail. */
export interface Mail {
  /** Sends a message. A rejection is reported, and never changes an answer. */
  send(message: MailMessage): Promise<void>;
}

/**
 * Writes messages to a log instead of sending them. The messages contain secrets (links that reset a password), so `logMail()` is
 * for development only; `identity()` refuses it in production.
 *
 * @example
 * ```ts
 * const mail = logMail((text) => console.log(text));
 * ```
 */
export function logMail(write: (text: string) => void): Mail {
  const mail: Mail = { send: async ({ to, subject, text }) => write(`Mail to ${to}: ${subject}\n\n${text}`) };
  logs.add(mail);
  return mail;
}

const logs = new WeakSet<Mail>();

/** Whether messages are written to a log. Anyone who reads the log could use their links. */
export function isLogMail(mail: Mail): boolean {
  return logs.has(mail);
}
