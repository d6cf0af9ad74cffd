/** Texts of ASCII that HTTP can carry. Both tests accept the empty text: whether there has to be one is the caller's question. */

// One negated class and no quantifier: neither can backtrack.
const unprintable = /[^ -~]/;
const invisible = /[^!-~]/;

/** Whether a text consists of visible ASCII and spaces: U+0020 to U+007E. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text);
}

/** Whether a text consists of visible ASCII without spaces (VCHAR, RFC 5234 appendix B.1): U+0021 to U+007E. */
export function isVisible(text: string): boolean {
  return !invisible.test(text);
}
