/** Headers of every answer. An API's answers are data: nothing may frame, sniff or run them. */

/** Sent with every answer; a reply may replace the policies (a page needs others), but not what keeps its type. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** Sent where the client's connection is encrypted: a year, this host only (RFC 6797 §6.1). */
export const strictTransport = "max-age=31536000";
