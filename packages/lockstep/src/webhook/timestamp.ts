/** The time at which a request was signed. An old request that somebody recorded has a right signature, so its age decides. */

const seconds = /^(?:0|[1-9]\d{0,10})$/;

/**
 * Says what is wrong with a time in Unix seconds, for the audit log; `undefined` if it is near enough. The text has one
 * spelling: no sign, exponent, fraction or leading zero, because another reader of the same text could see another time.
 */
export function timestampFault(text: string, nowMs: number, toleranceSeconds: number): string | undefined {
  if (!seconds.test(text)) return "the time is not a number of seconds";
  const age = Math.floor(nowMs / 1000) - Number(text);
  if (age > toleranceSeconds) return "the request is too old";
  return age < -toleranceSeconds ? "the time is in the future" : undefined;
}
