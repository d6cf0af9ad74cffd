/**
 * The texts of all messages: plain text, made of settings and of secrets that we made, never of what somebody typed (I-14).
 */

/** A message without its recipient. */
export interface MessageText {
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** What every message says of the service. */
export interface MessageContext {
  /** The name of the service, for example its host. */
  readonly service: string;
  /** How long a link is good. Seconds. */
  readonly linkSeconds: number;
}

/** A link, in what surrounds it. */
export interface LinkMessage extends MessageContext {
  readonly link: string;
}

/** To somebody who registers: confirm the address. */
export function confirmRegistration({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`Confirm your address for ${service}`, [
    `Somebody, probably you, wants to register at ${service} with this address.`,
    `To finish, open this link within ${duration(linkSeconds)} and enter the password that was chosen when registering:`,
    `  ${link}`,
    "If it was not you, do nothing: no account is made.",
  ]);
}

/** To somebody who has an account, when their address is entered to register or to move to. */
export function accountExists({ service }: MessageContext): MessageText {
  return message(`You have an account at ${service}`, [
    `Somebody, probably you, entered this address at ${service} for a new account. There is one already: sign in with it.`,
    "If you do not know the password any more, ask for a new one there. If it was not you, there is nothing to do: nothing has changed.",
  ]);
}

/** To somebody who has lost their password. */
export function resetPassword({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`A new password for ${service}`, [
    `Somebody, probably you, asked for a new password at ${service}.`,
    `To choose one, open this link within ${duration(linkSeconds)}:`,
    `  ${link}`,
    "If it was not you, do nothing: the password stays as it is.",
  ]);
}

/** To the owner, after a password was changed or reset. */
export function passwordChanged({ service }: MessageContext): MessageText {
  return message(`Your password at ${service} was changed`, [
    `The password of your account at ${service} was changed, and whoever else was signed in is signed out.`,
    "If it was not you, ask for a new password there at once.",
  ]);
}

/** To the new address, when somebody wants to move their account there. */
export function confirmAddress({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`Confirm your new address for ${service}`, [
    `Somebody, probably you, wants to use this address for their account at ${service}.`,
    `To confirm it, open this link within ${duration(linkSeconds)} and enter the password of the account:`,
    `  ${link}`,
    "If it was not you, do nothing: the address is not used.",
  ]);
}

/** To the old address, when somebody wants to move the account away from it. */
export function addressChangeRequested({ service }: MessageContext): MessageText {
  return message(`Your account at ${service} is to get another address`, [
    `Somebody, probably you, asked to use another address for your account at ${service}. Until that one is confirmed, this one stays.`,
    "If it was not you, somebody knows your password: change it at once, and the request is void.",
  ]);
}

/** To the old address, after the account has moved. */
export function addressChanged({ service }: MessageContext): MessageText {
  return message(`Your account at ${service} has another address`, [
    `Your account at ${service} uses another address from now on; this one is no longer connected with it.`,
    "If it was not you, write to the people who run the service.",
  ]);
}

function message(subject: string, paragraphs: readonly string[]): MessageText {
  return { subject, text: `${paragraphs.join("\n\n")}\n` };
}

function duration(seconds: number): string {
  const minutes = Math.max(1, Math.floor(seconds / 60));
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}
