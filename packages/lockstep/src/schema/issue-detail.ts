/**
 * The detail of one issue for the client. It never contains the value that was sent: it may be a password, and answers end up in
 * logs. zod's messages keep to that; valibot and arktype quote the value, so theirs are used only if they do not.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** The detail if there is no better one. */
const unspecific = "does not fit the schema";

/** Libraries whose messages never quote the value. */
const quotesNothing: ReadonlySet<string> = new Set(["zod", "lockstep"]);

/** How many leaves of a sent value are compared with a message before it is distrusted. */
const maxCompared = 100;

/** The detail of an issue. `sent` is the part of the input that the issue is about. */
export function issueDetail(issue: StandardSchemaV1.Issue, sent: unknown, vendor: string): string {
  if (sent === undefined && !isOwnRule(issue)) return "required";
  if (quotesNothing.has(vendor)) return issue.message;
  const quoted = [...extra(issue, "received"), ...extra(issue, "actual"), ...leaves(sent)];
  const quotes = (text: string): boolean => quoted.length > maxCompared || quoted.some((part) => text.includes(part));
  if (!quotes(issue.message)) return issue.message;
  const expected = extra(issue, "expected")[0] ?? extra(issue, "type")[0];
  return expected === undefined || quotes(expected) ? unspecific : `expected ${expected}`;
}

const ownRules: ReadonlySet<string> = new Set(["custom", "predicate", "check", "partial_check", "raw_check"]);

/** Tells whether the developer's own rule failed, whose message and path (maybe of no member at all) are meant. */
function isOwnRule(issue: StandardSchemaV1.Issue): boolean {
  return [...extra(issue, "code"), ...extra(issue, "type")].some((name) => ownRules.has(name));
}

/** A further member of an issue: both valibot and arktype say `expected`, and quote the value as `received` or `actual`. */
function extra(issue: StandardSchemaV1.Issue, name: string): readonly string[] {
  const found: unknown = Reflect.get(issue, name);
  return typeof found === "string" && found !== "" ? [found] : [];
}

/** The texts inside a value, in order; stops once there are more than are compared. */
function leaves(sent: unknown): string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [sent];
  while (waiting.length > 0 && texts.length <= maxCompared) {
    const value = waiting.pop();
    if (typeof value === "object" && value !== null) {
      for (const member of Object.values(value).slice(0, maxCompared + 1)) waiting.push(member);
    } else if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
      if (value !== "") texts.push(String(value));
    }
  }
  return texts;
}
