/** Commands that show the audit log. */
import { listEvents } from "../audit/audit-log.ts";
import type { StoredEvent } from "../audit/stored-event.ts";
import type { Command } from "./command.ts";
import { WrongUsage } from "./failure.ts";
import { time } from "./output.ts";
import { limitOption, list } from "./result.ts";
import { userOf } from "./users.ts";

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `audit …`. */
export const auditCommands: readonly Command[] = [
  {
    name: "audit list",
    summary: "List audit events, newest first",
    options: {
      since: { value: "WHEN", about: "From this time on: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 12h, 7d ago" },
      subject: { value: "WHO", about: "Events about this subject: a user by id or e-mail address, or client:ID" },
      type: { value: "TYPE", about: "Events of this type, for example session.ended" },
      ...limitOption,
    },
    run: async (given, context) => {
      const since = sinceOf(given.text("since"), Date.now());
      const who = given.text("subject");
      const subject = who?.includes("@") === true ? (await userOf(who, context)).id : who;
      const type = given.text("type");
      const database = await context.database();
      return list(
        given,
        (limit, before: StoredEvent | undefined) => database.run(listEvents({ limit, before, since, subject, type })),
        {
          name: "events",
          json: ({ at, ...event }) => ({ ...event, at: time(at) }),
          columns: {
            time: ({ at }) => time(at),
            type: ({ type }) => type,
            outcome: ({ outcome }) => outcome,
            subject: ({ subject }) => subject,
            details: wordsOf,
          },
          whenEmpty: "There are no such events.",
        },
      );
    },
  },
];

/**
 * Reads a time, or how long ago it was.
 *
 * @throws WrongUsage if it is neither
 */
function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new WrongUsage("--since must be a time like 2026-01-31T12:00:00Z, or how long ago: 30m, 12h, 7d");
  return Math.max(at, 0);
}

function wordsOf({ details }: StoredEvent): string {
  return Object.entries(details)
    .filter(([name]) => name !== "subject")
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
