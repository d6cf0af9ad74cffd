/** Commands about sign-ins: of browsers, and of programs with their refresh tokens. */
import type { SessionRecord } from "../session/session-store.ts";
import { Sessions } from "../session/sessions.ts";
import type { Command } from "./command.ts";
import { Failure } from "./failure.ts";
import { ownerOf, ownerOptions } from "./keys.ts";
import { counted, table, time } from "./output.ts";
import { pages } from "./page.ts";
import { userOf } from "./users.ts";

const reason = "ended_by_administrator";

/** `sessions …`. */
export const sessionCommands: readonly Command[] = [
  {
    name: "sessions list",
    summary: "List the sessions of a user, the newest first",
    arguments: ["USER"],
    options: { limit: { value: "N", about: "The most to list (default: 100)" } },
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const sessions = new Sessions(await context.settings());
      const { items, hasMore } = await pages(given, (limit, after: SessionRecord | undefined) =>
        sessions.list(id, { limit, after: after?.id }),
      );
      await sessions.close();
      const rows = items.map((session) => [
        session.id,
        session.kind,
        session.clientId,
        session.userAgent,
        time(session.createdAt),
        time(session.seenAt),
        time(session.expiresAt),
      ]);
      const text = table(["id", "kind", "client", "program", "created", "seen", "expires"], rows, "There are no sessions.");
      return { json: { sessions: items.map(shown), hasMore }, text: hasMore ? `${text}\nThere are more: raise --limit.` : text };
    },
  },
  {
    name: "sessions end",
    summary: "End one session, with the tokens that came of it",
    arguments: ["SESSION-ID"],
    run: async (given, context) => {
      const id = given.at(0);
      const sessions = new Sessions(await context.settings());
      if ((await sessions.findById(id)) === undefined)
        throw new Failure("There is no such session: give an id of `lockstep-identity sessions list`");
      const ended = await sessions.end({ id }, reason);
      await sessions.close();
      const isEnded = ended.length > 0;
      return {
        json: { id, changed: isEnded },
        text: isEnded ? `The session ${id} has ended.` : `The session ${id} had ended already.`,
      };
    },
  },
  {
    name: "sessions end-all",
    summary: "End every session of a user, or every session that came through a client",
    options: { ...ownerOptions, yes: { about: "Yes, end all of them" } },
    run: async (given, context) => {
      const owner = await ownerOf(given, context);
      given.confirm("This ends every one of these sessions");
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
