/** Compares two answers that nobody may tell apart. */
import assert from "node:assert/strict";

/**
 * The headers of an answer without those that differ between any two (the id of the request, the date), and without the seconds of a
 * countdown, which differ between two answers of one moment if a second ends between them. That there is a countdown stays.
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
