/** Compares two answers that a client must not be able to tell apart. */
import assert from "node:assert/strict";

/**
 * The headers of an answer, without those that always differ (the id of the request, the date) and without the seconds of a
 * countdown, which can differ between two answers of the same moment. The result still shows that there is a countdown.
 */
export function comparableHeaders(headers: Headers): readonly (readonly [string, string])[] {
  return [...headers].flatMap(([name, value]) => {
    if (name === "x-request-id" || name === "date") return [];
    return [[name, withoutCountdown(name, value)] as const];
  });
}

function withoutCountdown(name: string, value: string): string {
  if (name === "retry-after") {
    assert.match(value, /^\d+$/, name);
    return "seconds";
  }
  return name === "ratelimit" ? value.replaceAll(/;t=\d+/g, ";t=seconds") : value;
}
