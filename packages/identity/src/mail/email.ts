/**
 * Parses e-mail addresses. One mailbox has one address: a text that can be read in two ways is refused, not repaired.
 * Addresses are ASCII, so look-alikes in another script cannot make a second account. Write an international domain as `xn--…`.
 */

/** A valid e-mail address. */
export interface ParsedEmail {
  /** The address as it was entered, without the blanks around it. */
  readonly email: string;
  /** The address in lower case, which accounts are found by. A `+tag` stays, because it makes another address. */
  readonly key: string;
}

const maxBytes = 254;
const maxLocalBytes = 64;
const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domain = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;
/** The longest text that is read: much longer than an address. */
const maxTyped = 1024;

/**
 * Parses an address (RFC 5321 §4.1.2, without quoted names and address literals; at most 254 bytes, RFC 5321 §4.5.3.1.3). The
 * blanks around it are removed: keyboards, autofill and copying add them. Returns `undefined` for a list, a name with the address
 * in brackets, a control character, a letter that is not ASCII, or a dot at the end.
 */
export function parseEmail(text: string): ParsedEmail | undefined {
  if (text.length > maxTyped) return undefined;
  const email = text.trim();
  if (email.length > maxBytes) return undefined;
  const at = email.indexOf("@");
  if (at < 1 || at > maxLocalBytes) return undefined;
  if (!local.test(email.slice(0, at)) || !domain.test(email.slice(at + 1))) return undefined;
  return { email, key: email.toLowerCase() };
}

/**
 * Returns the key to look an account up by, for any text that was typed. It is the same in every case, width (NFKC) and spacing,
 * so a throttle counts all spellings as one (L-11). Never throws. A text that is not an address has a key that no account has, or
 * the key of another spelling, so finding an account does not prove that the text is an address.
 */
export function emailKey(text: string): string {
  // Lower case can produce sequences that NFKC would compose, so NFKC runs before and after. Invisible characters are removed.
  const folded = text.slice(0, maxTyped).normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded.replaceAll(/[\p{C}\p{Z}\s]/gu, "");
}
