/** Texts that name someone or something: a subject, a client, a session, a token. Verifier and issuer judge them alike. */

/** The longest name, in UTF-16 units. A `sub` has at most 255 characters in OpenID Connect (Core 1.0 §2). */
const maxLength = 255;

/**
 * Controls, bidi and other format characters, lone surrogates, private and unassigned ones; line and paragraph separators;
 * characters that are not visible.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Tells whether a text is one line of 1 to 255 printable characters with no blank at either end. Two names that look alike in a
 * log because one holds an invisible character, a name that writes a second line into a log, and a name that a database cuts at
 * NUL are attacks that end here. It costs issuers with such names theirs: blanks inside a name, and letters of any script, are
 * fine.
 */
export function isPrintableLine(text: string): boolean {
  return text !== "" && text.length <= maxLength && text.trim() === text && !unprintable.test(text);
}
