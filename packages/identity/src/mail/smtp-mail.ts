/** Sends mail over SMTP with `nodemailer`, an optional peer dependency: install it beside this package. */
import { BuildError, type Redacted } from "lockstep";
import { createTransport, type Transporter } from "nodemailer";
import { checkOptions } from "../mechanism/wrong-identity-option.ts";
import { parseEmail } from "./email.ts";
import type { Mail, MailMessage } from "./mail.ts";

/** The server, the account at it, and the sender. */
export interface SmtpOptions {
  /**
   * The server: `smtps://host:465` (TLS from the start) or `smtp://host:587` (STARTTLS is required: without it, the connection is
   * closed). On loopback, `smtp:` is not encrypted.
   */
  readonly url: string;
  /** The user name at the server. */
  readonly user?: string | undefined;
  /** The password at the server. */
  readonly password?: Redacted<string> | undefined;
  /** The address of the sender. */
  readonly from: string;
  /** How long the server may take to connect, to greet, and to answer, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** Mail that is sent over SMTP. */
export interface SmtpMail extends Mail {
  /**
   * Connects and signs in to the server, to check whether it accepts messages.
   *
   * @throws Error of nodemailer
   */
  check(): Promise<void>;
  /** Closes the connections. */
  close(): void;
}

/** A message that is not sent, because its recipient or its subject is invalid. */
export class WrongMessage extends Error {
  override readonly name = "WrongMessage";
}

/**
 * Sends mail over SMTP, each message to exactly one address (I-14). The connection is encrypted unless the server is on loopback.
 *
 * @throws WrongIdentityOption for an option that does not exist
 * @throws BuildError `wrong_option` for an invalid URL or address
 *
 * @example
 * ```ts
 * const password = new Redacted(smtpPassword);
 * const mail = smtpMail({ url: "smtps://mail.example:465", user: "notes", password, from: "notes@mail.example" });
 * ```
 */
export function smtpMail(options: SmtpOptions): SmtpMail {
  checkOptions("smtpMail()", options, { url: true, user: true, password: true, from: true, timeoutMs: true });
  const transport = transportOf(options);
  const from = parseEmail(options.from)?.email;
  if (from === undefined) throw wrong("write `from` as one address, for example notes@mail.example");
  return {
    send: (message) => send(message, { transport, from }),
    check: async () => {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

async function send(
  { to, subject, text }: MailMessage,
  via: { readonly transport: Transporter; readonly from: string },
): Promise<void> {
  const recipient = parseEmail(to)?.email;
  if (recipient === undefined) throw new WrongMessage("Send each message to exactly one address");
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(subject)) throw new WrongMessage("Write the subject as one line");
  const { transport, from } = via;
  await transport.sendMail({
    // The envelope decides who gets the message. It is passed explicitly, so it is not read from headers.
    envelope: { from, to: [recipient] },
    from: { name: "", address: from },
    to: { name: "", address: recipient },
    subject,
    text,
    // Asks machines not to reply (RFC 3834 §5).
    headers: { "auto-submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function transportOf({ url, user, password, timeoutMs = 10_000 }: SmtpOptions): Transporter {
  const server = URL.canParse(url) ? new URL(url) : undefined;
  if (server === undefined || !["smtp:", "smtps:"].includes(server.protocol) || server.hostname === "") {
    throw wrong("write `url` as smtps://host:465 or smtp://host:587");
  }
  if (server.username !== "" || server.password !== "")
    throw wrong("pass the user and the password as `user` and `password`, not in the URL");
  const secure = server.protocol === "smtps:";
  const host = server.hostname.replace(/^\[|\]$/g, "");
  const isPlain = !secure && isLoopback(host);
  return createTransport({
    pool: true,
    maxConnections: 2,
    host,
    port: server.port === "" ? (secure ? 465 : 587) : Number(server.port),
    secure,
    requireTLS: !secure && !isPlain,
    ignoreTLS: isPlain,
    ...(user === undefined ? {} : { auth: { user, pass: password?.reveal() ?? "" } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `smtpMail(): ${advice}`);
}
