/**
 * Writes all messages, as plain text. They are built from settings and our own secrets, never from text that somebody typed
 * (I-14), except the letters and digits of a key's name.
 */

/** A message without its recipient. */
export interface MessageText {
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** The values that every message contains. */
export interface MessageContext {
  /** The name of the service, for example its host. */
  readonly service: string;
  /** How long a link works. Seconds. */
  readonly linkSeconds: number;
}

/** The values of a message with a link. */
export interface LinkMessage extends MessageContext {
  readonly link: string;
}

/** Asks somebody who registers to confirm the address. */
export function confirmRegistration({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`Confirm your address for ${service}`, [
    `Somebody, probably you, wants to register at ${service} with this address.`,
    `To finish, open this link within ${duration(linkSeconds)} and enter the password that was chosen when registering:`,
    `  ${link}`,
    "If it was not you, do nothing: no account is made.",
  ]);
}

/** Invites somebody to make an account, because an administrator asked for it. */
export function invitation({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`You are invited to ${service}`, [
    `An administrator of ${service} invites you to use it with this address.`,
    `To accept, open this link within ${duration(linkSeconds)} and choose a password:`,
    `  ${link}`,
    "If you do not want an account, do nothing: none is made.",
  ]);
}

/** Tells the owner of an account that somebody entered their address, to register or for another account. */
export function accountExists({ service }: MessageContext): MessageText {
  return message(`You have an account at ${service}`, [
    `Somebody, probably you, entered this address at ${service} for a new account. It already has an account: sign in with it.`,
    "If you no longer know the password, ask for a new one there. If it was not you, there is nothing to do: nothing has changed.",
  ]);
}

/** Sends a link to somebody who has lost their password. */
export function resetPassword({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`A new password for ${service}`, [
    `Somebody, probably you, asked for a new password at ${service}.`,
    `To choose one, open this link within ${duration(linkSeconds)}:`,
    `  ${link}`,
    "If it was not you, do nothing: the password stays as it is.",
  ]);
}

/** Tells the owner that the password was changed or reset. */
export function passwordChanged({ service }: MessageContext): MessageText {
  return message(`Your password at ${service} was changed`, [
    `The password of your account at ${service} was changed, and every other device was signed out.`,
    "If it was not you, ask for a new password there at once.",
  ]);
}

/** The values of a message about an API key. */
export interface KeyMessage extends MessageContext {
  /** The name that somebody chose for the key. */
  readonly name: string;
}

/** Tells the owner of an account that it has a new API key. */
export function apiKeyCreated({ service, name }: KeyMessage): MessageText {
  // A thief who makes a key chooses its name. Without dots, colons and slashes, no mail program makes a link of it.
  const shown = name.replaceAll(/[^\p{L}\p{N} _-]/gu, "·");
  return message(`A new API key for your account at ${service}`, [
    `An API key was made for your account at ${service}. Its name is "${shown}". Programs that have the key can act for you.`,
    "If it was not you, sign in there, end the key, and change your password at once.",
  ]);
}

/** Asks the owner of an account to confirm its new address. Goes to the new address. */
export function confirmAddress({ service, link, linkSeconds }: LinkMessage): MessageText {
  return message(`Confirm your new address for ${service}`, [
    `Somebody, probably you, wants to use this address for their account at ${service}.`,
    `To confirm it, open this link within ${duration(linkSeconds)} and enter the password of the account:`,
    `  ${link}`,
    "If it was not you, do nothing: the address is not used.",
  ]);
}

/** Tells the owner that somebody asked for another address for the account. Goes to the old address. */
export function addressChangeRequested({ service }: MessageContext): MessageText {
  return message(`A new address for your account at ${service} was requested`, [
    `Somebody, probably you, asked to use another address for your account at ${service}. Until it is confirmed, this address stays in use.`,
    "If it was not you, somebody knows your password: change it at once. This also cancels the request.",
  ]);
}

/** Tells the owner that the account has moved to another address. Goes to the old address. */
export function addressChanged({ service }: MessageContext): MessageText {
  return message(`Your account at ${service} has another address`, [
    `Your account at ${service} now uses another address. This one no longer belongs to it.`,
    "If it was not you, contact the people who run the service.",
  ]);
}

function message(subject: string, paragraphs: readonly string[]): MessageText {
  return { subject, text: `${paragraphs.join("\n\n")}\n` };
}

/** Rounds down to the largest unit of which there are at least two. */
function duration(seconds: number): string {
  const minutes = Math.max(1, Math.floor(seconds / 60));
  if (minutes >= 2 * 1440) return `${Math.floor(minutes / 1440)} days`;
  if (minutes >= 2 * 60) return `${Math.floor(minutes / 60)} hours`;
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}
