/** Mail for development: nothing is sent, everything is written down. */
import type { Mail } from "./mail.ts";

/**
 * Writes messages to a log instead of sending them. They hold secrets (links that reset a password): for development only;
 * `identity()` refuses it in production.
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

/** Whether messages are written to a log, where whoever reads it could use their links. */
export function isLogMail(mail: Mail): boolean {
  return logs.has(mail);
}
