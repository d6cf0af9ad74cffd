/** Statuses without content. */

/**
 * Whether an answer with this status has no body: 204, 205 and 304 (RFC 9110 §15.3.5, §15.3.6, §15.4.5). The answers with 1xx,
 * which have none either, are the host's and never the core's.
 */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
