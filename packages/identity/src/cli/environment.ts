/** Reads the settings of the command line from the environment. If one is missing or wrong, the error says what to set. */
import { existsSync } from "node:fs";
import { Redacted } from "lockstep";
import { Auditor } from "../audit/auditor.ts";
import { defaultLifetimes, defaultMaxSessions } from "../options.ts";
import { type IdentityKey, identityKey, type IdentityKeys, WrongIdentityKey } from "../secret/identity-key.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { wordsOf } from "./arguments.ts";
import type { OpenOptions } from "./command.ts";
import { Failure, reasonOf } from "./failure.ts";

/** Variables by name. An empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables, as the help shows them. */
export const variables: Readonly<Record<string, string>> = {
  DATABASE_URL: "sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME",
  IDENTITY_KEY: "The key of the service; doctor, signing-keys and audit verify need it",
  IDENTITY_KEY_PREVIOUS: "The keys before it, while it is being replaced",
  IDENTITY_KEY_PREFIX: "The first part of API keys, as in `keyPrefix` (default: lockstep)",
  IDENTITY_KEY_ENVIRONMENT: "The second part of API keys, live or demo (default: live)",
  IDENTITY_SCOPES: "The scopes that exist; if it is not set, their names are not checked",
};

/**
 * Opens the database of `DATABASE_URL`.
 *
 * @throws Failure if `DATABASE_URL` is missing or wrong, or names a file that does not exist
 */
export async function openDatabase(env: Environment, options: OpenOptions = {}): Promise<Database> {
  const url = env["DATABASE_URL"] || undefined;
  if (url === undefined)
    throw new Failure("Set DATABASE_URL to sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME: it is missing");
  if (/^postgres(?:ql)?:\/\/./.test(url) && URL.canParse(url)) return openServer(url, options);
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path === undefined)
    throw new Failure("Set DATABASE_URL to sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME: it is neither");
  if (options.mayCreate !== true && !existsSync(path)) {
    throw new Failure(
      `Set DATABASE_URL to the database of the service, or make one with \`lockstep-identity migrate\`: there is no database ${path}`,
    );
  }
  try {
    return openSqlite(path);
  } catch (error) {
    throw new Failure(`Check DATABASE_URL: the database ${path} cannot be opened (${reasonOf(error)})`, { cause: error });
  }
}

async function openServer(url: string, { statementTimeoutMs = 30_000 }: OpenOptions): Promise<Database> {
  const driver = await import("../store/postgres/index.ts").catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Failure("Install the package pg with `npm install pg`: PostgreSQL needs it", { cause: error });
  });
  return driver.openPostgres(url, { maxConnections: 2, connectTimeoutMs: 5000, statementTimeoutMs });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("'pg'");
}

/**
 * Reads the keys of the service.
 *
 * @throws Failure if IDENTITY_KEY is missing, or if one of the keys is wrong
 */
export function readKeys(env: Environment): IdentityKeys {
  const current = env["IDENTITY_KEY"];
  if (!current) throw new Failure("Set IDENTITY_KEY to the key that the service uses: it is missing");
  return {
    current: readKey("IDENTITY_KEY", current),
    previous: wordsOf(env["IDENTITY_KEY_PREVIOUS"]).map((text) => readKey("IDENTITY_KEY_PREVIOUS", text)),
  };
}

function readKey(name: string, text: string): IdentityKey {
  try {
    return identityKey(new Redacted(text));
  } catch (error) {
    if (!(error instanceof WrongIdentityKey)) throw error;
    throw new Failure(`Make a key with \`lockstep-identity generate-key\`: ${name} ${error.message}`, { cause: error });
  }
}

/**
 * Builds settings for the classes of identity, without those that only a server needs.
 *
 * @throws Failure if a variable is wrong
 */
export function settingsOver(database: Database, env: Environment, named: readonly string[]): Settings {
  const known = wordsOf(env["IDENTITY_SCOPES"]);
  const scopes = known.length > 0 ? known : named;
  return {
    database,
    issuer: "https://lockstep-identity.invalid",
    audience: "lockstep-identity",
    // Read when something is sealed or opened: most commands need no key.
    get keys() {
      return readKeys(env);
    },
    scopes: Object.fromEntries(scopes.map((scope) => [scope, ""])),
    scopesOf: () => scopes,
    scopesOfOwner: undefined,
    // The command line has no application: its function runs in the service only.
    onAccountCreated: function* () {},
    keyPrefix: readPrefix(env["IDENTITY_KEY_PREFIX"]),
    keyEnvironment: readKeyEnvironment(env["IDENTITY_KEY_ENVIRONMENT"]),
    insecureCookies: false,
    passwordGrant: false,
    registration: "closed",
    mail: {
      send: () => Promise.reject(new Failure("The command line sends no mail")),
    },
    // The defaults. Revocations must outlive the tokens of the service, whose lifetimes may be shorter.
    lifetimes: defaultLifetimes,
    maxSessionsPerAccount: defaultMaxSessions,
    refreshReuse: "within-window",
    clientAddress: "unknown",
    // Events are written to the table in the transaction of their change, so nothing is left to do here.
    audit: new Auditor(() => {}, Date.now),
    clock: Date.now,
  };
}

function readPrefix(text: string | undefined): string {
  const prefix = text || "lockstep";
  if (/^[a-z][a-z0-9]{0,19}$/.test(prefix)) return prefix;
  throw new Failure("Set IDENTITY_KEY_PREFIX to up to 20 lower-case letters and digits, beginning with a letter");
}

function readKeyEnvironment(text: string | undefined): Settings["keyEnvironment"] {
  const environment = text || "live";
  if (environment === "live" || environment === "demo") return environment;
  throw new Failure("Set IDENTITY_KEY_ENVIRONMENT to live or demo");
}
