/** Commands for accounts. A user is named by id, by the id in the system that they were imported from, or by e-mail address. */
import type { Account } from "../account-table/account-row.ts";
import { Accounts } from "../account/accounts.ts";
import { listApiKeys } from "../api-key/api-key-store.ts";
import { Sessions } from "../session/sessions.ts";
import { byCommandLine, type Command, type Context, type Option, type Result } from "./command.ts";
import { Failure } from "./failure.ts";
import { counted, record, time } from "./output.ts";
import { changedOrNot, limitOption, list } from "./result.ts";

const user = "USER";
const yes: Option = { about: "Confirm" };
const change = { by: byCommandLine };

/** `users …`. */
export const userCommands: readonly Command[] = [
  {
    name: "users list",
    summary: "List users, oldest first",
    options: limitOption,
    run: async (given, context) => {
      const accounts = new Accounts(await context.settings());
      return list(given, (limit, after: Account | undefined) => accounts.list({ limit, after }), {
        name: "users",
        json: shown,
        columns: {
          id: ({ id }) => id,
          email: ({ email }) => email,
          created: ({ createdAt }) => time(createdAt),
          verified: ({ verifiedAt }) => time(verifiedAt),
          disabled: ({ disabledAt }) => time(disabledAt),
        },
        whenEmpty: "There are no users.",
      });
    },
  },
  {
    name: "users show",
    summary: "Show a user, with the number of sessions and API keys",
    arguments: [user],
    run: async (given, context) => {
      const settings = await context.settings();
      const account = await userOf(given.at(0), context);
      const sessions = await new Sessions(settings).list(account.id, { limit: 1000 });
      const keys = await settings.database.run(listApiKeys({ account: account.id }, { limit: 100 }));
      const live = keys.filter(({ revokedAt, expiresAt }) => revokedAt === undefined && (expiresAt ?? Infinity) > Date.now());
      const about = { ...shown(account), sessions: sessions.length, apiKeys: live.length };
      return { json: about, text: record(about) };
    },
  },
  {
    name: "users create",
    summary: "Make a user; the password is read from standard input or a hidden prompt",
    arguments: ["EMAIL"],
    options: { "no-password": { about: "Set no password: the user asks for one by mail" } },
    run: async (given, context) => {
      const accounts = new Accounts(await context.settings());
      const password = given.has("no-password") ? undefined : await context.password();
      const account = await accounts.create({ email: given.at(0), password, ...change });
      return { json: shown(account), text: `The user ${account.id} was made.` };
    },
  },
  {
    name: "users set-password",
    summary: "Set a user's password, read as by `create`, and end their sessions and tokens",
    arguments: [user],
    run: async (given, context) => {
      const { id } = await userOf(given.at(0), context);
      const password = await context.password();
      if (!(await new Accounts(await context.settings()).setPassword(id, { password, ...change }))) throw gone();
      return { json: { id }, text: `The password of ${id} was set, and all sessions and tokens of the user have ended.` };
    },
  },
  {
    name: "users disable",
    summary: "Disable a user: all their credentials are refused from now on",
    arguments: [user],
    run: (given, context) =>
      changed(given.at(0), context, async (accounts, { id }) =>
        changedOrNot({ id }, await accounts.disable(id, change), {
          changed: `The user ${id} is disabled.`,
          before: `The user ${id} was disabled already.`,
        }),
      ),
  },
  {
    name: "users enable",
    summary: "Enable a disabled user; sessions and tokens that ended stay ended",
    arguments: [user],
    run: (given, context) =>
      changed(given.at(0), context, async (accounts, { id }) =>
        changedOrNot({ id }, await accounts.enable(id, change), {
          changed: `The user ${id} is enabled.`,
          before: `The user ${id} was not disabled.`,
        }),
      ),
  },
  {
    name: "users delete",
    summary: "Delete a user with all sessions, keys and links",
    arguments: [user],
    options: { yes },
    run: (given, context) =>
      changed(given.at(0), context, async (accounts, { id }) => {
        given.confirm(`this deletes the user ${id} with all sessions and API keys`);
        if (!(await accounts.delete(id, change))) throw gone();
        return { json: { id, deleted: true }, text: `The user ${id} was deleted.` };
      }),
  },
  {
    name: "users end-sessions",
    summary: "Sign a user out everywhere",
    arguments: [user],
    run: (given, context) =>
      changed(given.at(0), context, async (accounts, { id }) => {
        const ended = await accounts.endSessions(id, { reason: "ended_by_administrator", ...change });
        return { json: { id, ended }, text: `${counted(ended.length, "session")} of ${id} ended.` };
      }),
  },
];

/**
 * Finds a user by id, foreign id or e-mail address.
 *
 * @throws Failure if there is none
 */
export async function userOf(named: string, context: Context): Promise<Account> {
  const accounts = new Accounts(await context.settings());
  const isEmail = named.includes("@");
  const account = isEmail ? await accounts.findByEmail(named) : await findById(named, accounts);
  if (account === undefined)
    throw new Failure("Pass an id or an e-mail address from `lockstep-identity users list`: there is no such user");
  return account;
}

async function findById(id: string, accounts: Accounts): Promise<Account | undefined> {
  return (await accounts.find(id)) ?? (await accounts.findByForeignId(id));
}

async function changed(
  named: string,
  context: Context,
  work: (accounts: Accounts, account: Account) => Promise<Result>,
): Promise<Result> {
  return work(new Accounts(await context.settings()), await userOf(named, context));
}

function gone(): Failure {
  return new Failure("The user was deleted in the meantime");
}

function shown({ id, email, foreignId, createdAt, verifiedAt, disabledAt }: Account) {
  return { id, email, foreignId, createdAt: time(createdAt), verifiedAt: time(verifiedAt), disabledAt: time(disabledAt) };
}
