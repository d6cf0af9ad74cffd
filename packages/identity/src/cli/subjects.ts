/** Commands for the subjects of identity providers: which user a person, a client or a workload of a provider is. */
import type { Subject } from "../account-table/subject-store.ts";
import { Subjects } from "../account/subjects.ts";
import type { Arguments } from "./arguments.ts";
import { byCommandLine, type Command, type Option } from "./command.ts";
import { WrongUsage } from "./failure.ts";
import { changedOrNot } from "./result.ts";
import { userOf } from "./users.ts";

const user = "USER";
const names: readonly string[] = [user, "ISSUER", "SUBJECT"];
const options: Readonly<Record<string, Option>> = { kind: { value: "KIND", about: "user, client or service; default user" } };
const change = { by: byCommandLine };

/** `users subjects`, `users link` and `users unlink`. */
export const subjectCommands: readonly Command[] = [
  {
    name: "users subjects",
    summary: "List the subjects of identity providers that a user has",
    arguments: [user],
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const subjects = await new Subjects(await context.settings()).of(id);
      const lines = subjects.map(({ issuer, kind, subject }) => `${kind} ${subject} of ${issuer}`);
      return { json: { id, subjects }, text: lines.join("\n") || `The user ${id} has no subject of an identity provider.` };
    },
  },
  {
    name: "users link",
    summary: "Link a subject of an identity provider to a user: its tokens are the user's from now on",
    arguments: names,
    options,
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const subject = subjectIn(given);
      await new Subjects(await context.settings()).link(id, { ...subject, ...change });
      return { json: { id, ...subject }, text: `The ${subject.kind} ${subject.subject} of ${subject.issuer} is ${id} now.` };
    },
  },
  {
    name: "users unlink",
    summary: "Take a subject of an identity provider from a user, and revoke its tokens",
    arguments: names,
    options,
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const subject = subjectIn(given);
      const isUnlinked = await new Subjects(await context.settings()).unlink(id, { ...subject, ...change });
      return changedOrNot({ id }, isUnlinked, {
        changed: `The ${subject.kind} ${subject.subject} is no longer ${id}.`,
        before: `The user ${id} does not have this subject.`,
      });
    },
  },
];

/** @throws WrongUsage for another kind */
function subjectIn(given: Arguments): Subject {
  const kind = given.text("kind") ?? "user";
  if (kind !== "user" && kind !== "client" && kind !== "service") throw new WrongUsage("Set --kind to user, client or service");
  return { issuer: given.at(1), kind, subject: given.at(2) };
}
