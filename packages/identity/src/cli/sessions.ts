/** Commands for sessions: of browsers, and of programs with refresh tokens. */
import type { SessionRecord } from "../session/session-store.ts";
import { Sessions } from "../session/sessions.ts";
import type { Command } from "./command.ts";
import { Failure } from "./failure.ts";
import { ownerOf, ownerOptions } from "./keys.ts";
import { counted, time } from "./output.ts";
import { changedOrNot, limitOption, list } from "./result.ts";
import { userOf } from "./users.ts";

const reason = "ended_by_administrator";

/** `sessions …`. */
export const sessionCommands: readonly Command[] = [
  {
    name: "sessions list",
    summary: "List the sessions of a user, newest first",
    arguments: ["USER"],
    options: limitOption,
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const sessions = new Sessions(await context.settings());
      const result = await list(
        given,
        (limit, after: SessionRecord | undefined) => sessions.list(id, { limit, after: after?.id }),
        {
          name: "sessions",
          json: shown,
          columns: {
            id: ({ id }) => id,
            kind: ({ kind }) => kind,
            client: ({ clientId }) => clientId,
            program: ({ userAgent }) => userAgent,
            created: ({ createdAt }) => time(createdAt),
            seen: ({ seenAt }) => time(seenAt),
            expires: ({ expiresAt }) => time(expiresAt),
          },
          whenEmpty: "There are no sessions.",
        },
      );
      await sessions.close();
      return result;
    },
  },
  {
    name: "sessions end",
    summary: "End one session with its tokens",
    arguments: ["SESSION-ID"],
    run: async (given, context) => {
      const id = given.at(0);
      const sessions = new Sessions(await context.settings());
      if ((await sessions.findById(id)) === undefined)
        throw new Failure("Pass an id from `lockstep-identity sessions list`: there is no such session");
      const ended = await sessions.end({ id }, reason);
      await sessions.close();
      return changedOrNot({ id }, ended.length > 0, {
        changed: `The session ${id} has ended.`,
        before: `The session ${id} had ended already.`,
      });
    },
  },
  {
    name: "sessions end-all",
    summary: "End every session of a user, or every session that a client started",
    options: { ...ownerOptions, yes: { about: "Confirm that all of them end" } },
    run: async (given, context) => {
      const owner = await ownerOf(given, context);
      given.confirm("this ends every one of these sessions");
      const sessions = new Sessions(await context.settings());
      const ended = await sessions.end("account" in owner ? { accountId: owner.account } : { clientId: owner.client }, reason);
      await sessions.close();
      return { json: { ended }, text: `${counted(ended.length, "session")} ended.` };
    },
  },
];

function shown({ id, kind, accountId, clientId, scope, userAgent, createdAt, seenAt, expiresAt }: SessionRecord) {
  const times = { createdAt: time(createdAt), seenAt: time(seenAt), expiresAt: time(expiresAt) };
  return { id, kind, user: accountId, client: clientId, scope, userAgent, ...times };
}
