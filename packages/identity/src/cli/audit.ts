/** Commands that show and verify the audit log. */
import { readFile } from "node:fs/promises";
import { restartChain } from "../audit/chain.ts";
import { type ChainReport, type Checkpoint, readCheckpoint, verifyChain } from "../audit/chain-verification.ts";
import { listEvents } from "../audit/audit-log.ts";
import type { StoredEvent } from "../audit/stored-event.ts";
import { byCommandLine, type Command, type Result } from "./command.ts";
import { Failure, reasonOf, WrongUsage } from "./failure.ts";
import { counted, time } from "./output.ts";
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
  {
    name: "audit verify",
    summary: "Verify the chain of audit events, and name the first event that was changed, removed, moved or added",
    options: {
      checkpoint: { value: "FILE", about: "Also prove that the events up to a checkpoint are unchanged" },
    },
    run: async (given, context) => {
      const file = given.text("checkpoint");
      const checkpoint = file === undefined ? undefined : await readCheckpointFile(file);
      const keys = context.keys();
      const database = await context.database();
      let told = 0;
      const report = await verifyChain(database, keys, {
        checkpoint,
        progress: (verified, of) => {
          if (verified - told < progressStep) return;
          told = verified;
          context.progress(`${verified} of ${of} events`);
        },
      });
      return reported(report, checkpoint);
    },
  },
  {
    name: "audit checkpoint",
    summary: "Print where the chain of audit events ends, as JSON to keep elsewhere",
    run: async (_given, context) => {
      const keys = context.keys();
      const checkpoint = await (await context.database()).run(readCheckpoint(keys));
      if (checkpoint === undefined) throw new Failure("Start the service first: no audit event was chained yet");
      const json = { seq: checkpoint.seq, hash: checkpoint.hash, at: time(checkpoint.at) };
      return { json, text: JSON.stringify(json) };
    },
  },
  {
    name: "audit restart-chain",
    summary: "Make a new chain of all audit events as they are now, after you have found out why the chain was broken",
    options: { yes: { about: "Confirm that checkpoints until now prove nothing any more" } },
    run: async (given, context) => {
      given.confirm("this accepts all audit events as they are now, and checkpoints until now prove nothing any more");
      const { audit, clock, database, keys } = await context.settings();
      await audit.recorded(database, {}, function* (record) {
        yield* restartChain(keys, clock());
        yield* record({ type: "audit.chain_restarted", by: byCommandLine });
      });
      return { json: { restarted: true }, text: "The chain begins again. The service chains all events within a few seconds." };
    },
  },
];

const progressStep = 50_000;

function reported({ verified, head, unchained, problem }: ChainReport, checkpoint: Checkpoint | undefined): Result {
  const lines = [
    problem === undefined ? `${counted(verified, "event")} verified; the chain is unbroken.` : `${problem.message}.`,
    ...(problem === undefined ? [] : [`Before it, ${counted(verified, "event")} verified.`]),
    ...(head === undefined ? [] : [`Verified up to the number ${head.seq}.`]),
    ...(checkpoint === undefined || problem !== undefined ? [] : [`Nothing up to the checkpoint (${checkpoint.seq}) has changed.`]),
    ...(unchained === 0 ? [] : [`${counted(unchained, "event")} not chained yet, and not verified.`]),
  ];
  const json = { ok: problem === undefined, verified, upTo: head?.seq, unchained, problem, checkpoint: checkpoint?.seq };
  return { json, text: lines.join("\n"), isWrong: problem !== undefined };
}

/**
 * Reads a checkpoint from a file.
 *
 * @throws WrongUsage if it cannot be read, or is not what `audit checkpoint` prints
 */
async function readCheckpointFile(path: string): Promise<Checkpoint> {
  let read: unknown;
  try {
    read = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "it is not JSON" : reasonOf(error);
    throw new WrongUsage(`--checkpoint must be a file that \`audit checkpoint\` printed: ${reason}`);
  }
  const { seq, hash, at } = typeof read === "object" && read !== null ? (read as Partial<Record<string, unknown>>) : {};
  if (!Number.isSafeInteger(seq) || typeof seq !== "number" || typeof hash !== "string" || typeof at !== "string")
    throw new WrongUsage("--checkpoint must be a file that `audit checkpoint` printed: it has no seq, hash and at");
  return { seq, hash, at: Date.parse(at) };
}

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
