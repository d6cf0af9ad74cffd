/** Commands for API keys. A key belongs to a user or to a client. */
import { type ApiKey, type KeyOwner, subjectOfOwner } from "../api-key/api-key.ts";
import { maxExpiresInDays, maxGraceSeconds } from "../api-key/api-key-rules.ts";
import { ApiKeys, type CreatedApiKey } from "../api-key/api-keys.ts";
import type { KeyThrottle } from "../throttle/key-limits.ts";
import type { Arguments } from "./arguments.ts";
import { found as foundClient } from "./clients.ts";
import { byCommandLine, type Command, type Context, type Option, type Result } from "./command.ts";
import { Failure, WrongUsage } from "./failure.ts";
import { time } from "./output.ts";
import { changedOrNot, limitOption, list } from "./result.ts";
import { userOf } from "./users.ts";

/** The options that name the owner of a key or session. */
export const ownerOptions: Readonly<Record<"user" | "client", Option>> = {
  user: { value: "USER", about: "A user, by id or e-mail address" },
  client: { value: "CLIENT", about: "A client, by id" },
};

/** The command line verifies no keys, so it counts no guesses. */
const unused: KeyThrottle = { mayCompare: () => false, isBelow: () => false, failed: () => {} };

/** `keys …`. */
export const keyCommands: readonly Command[] = [
  {
    name: "keys list",
    summary: "List the API keys of a user or a client, newest first",
    options: { ...ownerOptions, ...limitOption },
    run: async (given, context) => {
      const owner = await ownerOf(given, context);
      return withKeys(context, [], (keys) =>
        list(given, (limit, after: ApiKey | undefined) => keys.list(owner, { limit, after: after?.id ?? "" }), {
          name: "keys",
          json: shown,
          columns: {
            id: ({ id }) => id,
            name: ({ name }) => name,
            scopes: ({ scopes }) => scopes.join(" "),
            state: stateOf,
            created: ({ createdAt }) => time(createdAt),
            expires: ({ expiresAt }) => time(expiresAt),
            used: ({ usedAt }) => time(usedAt),
          },
          whenEmpty: "There are no API keys.",
        }),
      );
    },
  },
  {
    name: "keys create",
    summary: "Make an API key; it is shown once",
    options: {
      ...ownerOptions,
      name: { value: "NAME", about: "A name for people" },
      scopes: { value: "LIST", about: "The scopes that it grants" },
      "expires-in-days": { value: "N", about: `1 to ${maxExpiresInDays}, or never for a client (default: 90)` },
    },
    run: async (given, context) => {
      const owner = await ownerOf(given, context);
      const scopes = given.words("scopes");
      const expiresInDays =
        given.text("expires-in-days") === "never"
          ? ("never" as const)
          : given.whole("expires-in-days", { min: 1, max: maxExpiresInDays });
      const request = { owner, name: given.required("name"), scopes, expiresInDays, by: byCommandLine };
      return made(await withKeys(context, scopes, (keys) => keys.create(request, scopes)));
    },
  },
  {
    name: "keys rotate",
    summary: "Replace an API key; the new one is shown once, and the old one works until its grace ends",
    arguments: ["KEY-ID"],
    options: { "grace-seconds": { value: "N", about: `0 to ${maxGraceSeconds} (default: 3600)` } },
    run: async (given, context) => {
      const graceSeconds = given.whole("grace-seconds", { min: 0, max: maxGraceSeconds });
      const { id, scopes } = await load(given.at(0), context);
      return made(await withKeys(context, scopes, (keys) => keys.rotate(id, { graceSeconds, by: byCommandLine }, scopes)));
    },
  },
  {
    name: "keys revoke",
    summary: "End an API key at once",
    arguments: ["KEY-ID"],
    run: async (given, context) => {
      const { id } = await load(given.at(0), context);
      const isRevoked = await withKeys(context, [], (keys) => keys.revoke(id, { by: byCommandLine }));
      return changedOrNot({ id }, isRevoked, {
        changed: `The API key ${id} has ended.`,
        before: `The API key ${id} had ended already.`,
      });
    },
  },
];

/**
 * Finds the owner that --user or --client names.
 *
 * @throws WrongUsage for neither or both, Failure if there is no such owner
 */
export async function ownerOf(given: Arguments, context: Context): Promise<Exclude<KeyOwner, { readonly external: string }>> {
  const [user, client] = [given.text("user"), given.text("client")];
  if ((user === undefined) === (client === undefined)) throw new WrongUsage("Pass either --user or --client");
  if (user !== undefined) return { account: (await userOf(user, context)).id };
  return { client: (await foundClient(client ?? "", context)).id };
}

async function withKeys<T>(context: Context, scopes: readonly string[], work: (keys: ApiKeys) => Promise<T>): Promise<T> {
  const keys = new ApiKeys(await context.settings(scopes), unused);
  try {
    return await work(keys);
  } finally {
    await keys.close();
  }
}

async function load(id: string, context: Context): Promise<ApiKey> {
  const key = await withKeys(context, [], (keys) => keys.find(id));
  if (key === undefined)
    throw new Failure("Pass an id from `lockstep-identity keys list`, not the key itself: there is no such API key");
  return key;
}

function made({ key, apiKey }: CreatedApiKey): Result {
  const text = `The API key ${apiKey.id} was made. It is shown only once:\n${key.reveal()}`;
  return { json: { ...shown(apiKey), key: key.reveal() }, text };
}

function stateOf({ revokedAt, expiresAt, rotatedAt }: ApiKey): string {
  if (revokedAt !== undefined) return "revoked";
  if (expiresAt !== undefined && expiresAt <= Date.now()) return "expired";
  return rotatedAt === undefined ? "good" : "replaced";
}

function shown(key: ApiKey) {
  return {
    id: key.id,
    familyId: key.familyId,
    owner: subjectOfOwner(key.owner),
    name: key.name,
    scopes: key.scopes,
    state: stateOf(key),
    createdAt: time(key.createdAt),
    expiresAt: time(key.expiresAt),
    rotatedAt: time(key.rotatedAt),
    revokedAt: time(key.revokedAt),
    usedAt: time(key.usedAt),
  };
}
