/**
 * E-mail addresses. One mailbox is one address here: what could be read in two ways is refused, not repaired.
 * Addresses are ASCII: look-alikes of another script are no second account; an international domain is written as `xn--…`.
 */

/** An address that mail can be sent to. */
export interface ParsedEmail {
  /** As it was entered. */
  readonly email: string;
  /** What accounts are found by: in lower case. `+tags` stay, they are addresses of their own. */
  readonly key: string;
}

const maxBytes = 254;
const maxLocalBytes = 64;
const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domain = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;
/** The longest text that is looked at: far more than an address has. */
const maxTyped = 1024;

/**
 * Reads an address (RFC 5321 §4.1.2, without quoted names and address literals; at most 254 bytes, RFC 5321 §4.5.3.1.3):
 * `undefined` for a list, a name in brackets, a control character, a letter that is not ASCII, a dot at the end.
 */
export function parseEmail(text: string): ParsedEmail | undefined {
  if (text.length > maxBytes) return undefined;
  const at = text.indexOf("@");
  if (at < 1 || at > maxLocalBytes) return undefined;
  if (!local.test(text.slice(0, at)) || !domain.test(text.slice(at + 1))) return undefined;
  return { email: text, key: text.toLowerCase() };
}

/**
 * What to look for, whatever was typed: the same for every case, width (NFKC) and spacing, so that a throttle counts them as one
 * (L-11). Never throws; for a text that is no address it gives something that no account has, or an account's own key:
 * finding one is no proof of anything.
 */
export function emailKey(text: string): string {
  // Lower case can bring back what NFKC would compose, so that it is done on both sides. Characters without a meaning of their
  // own go.
  const folded = text.slice(0, maxTyped).normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded.replaceAll(/[\p{C}\p{Z}\s]/gu, "");
}
