/** What the command line takes from the environment. What is missing or wrong is told with what to set. */
import { existsSync } from "node:fs";
import { Redacted } from "lockstep";
import { Auditor } from "../audit/auditor.ts";
import { defaultLifetimes } from "../options.ts";
import { type IdentityKey, identityKey, type IdentityKeys, WrongIdentityKey } from "../secret/identity-key.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { wordsOf } from "./arguments.ts";
import type { OpenOptions } from "./command.ts";
import { Failure, reasonOf } from "./failure.ts";

/** Variables by name; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables, for the help. */
export const variables: Readonly<Record<string, string>> = {
  DATABASE_URL: "sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME",
  IDENTITY_KEY: "The key of the service; needed by doctor and signing-keys",
  IDENTITY_KEY_PREVIOUS: "Those before it, while it is being replaced",
  IDENTITY_KEY_PREFIX: "First part of API keys, as in `keyPrefix` (default: lockstep)",
  IDENTITY_KEY_ENVIRONMENT: "Second part of API keys, live or demo (default: live)",
  IDENTITY_SCOPES: "The scopes that there are; without it their names are not checked",
};

/** @throws Failure where DATABASE_URL is missing, wrong, or of a file that is not there */
export async function openDatabase(env: Environment, options: OpenOptions = {}): Promise<Database> {
  const url = env["DATABASE_URL"] || undefined;
  if (url === undefined)
    throw new Failure("DATABASE_URL is missing: set it to sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME");
  if (/^postgres(?:ql)?:\/\/./.test(url) && URL.canParse(url)) return openServer(url, options);
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path === undefined) throw new Failure("DATABASE_URL is neither sqlite:FILE nor postgres://USER:PASSWORD@HOST:PORT/NAME");
  if (options.mayCreate !== true && !existsSync(path)) {
    throw new Failure(
      `There is no database ${path}: set DATABASE_URL to the one of the service, or make it with \`lockstep-identity migrate\``,
    );
  }
  try {
    return openSqlite(path);
  } catch (error) {
    throw new Failure(`The database ${path} cannot be opened (${reasonOf(error)}): check DATABASE_URL`, { cause: error });
  }
}

async function openServer(url: string, { statementTimeoutMs = 30_000 }: OpenOptions): Promise<Database> {
  const driver = await import("../store/postgres/index.ts").catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Failure("PostgreSQL needs the package pg: install it with `npm install pg`", { cause: error });
  });
  return driver.openPostgres(url, { maxConnections: 2, connectTimeoutMs: 5000, statementTimeoutMs });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("'pg'");
}

/** @throws Failure where IDENTITY_KEY is missing, or one of the keys is wrong */
export function readKeys(env: Environment): IdentityKeys {
  const current = env["IDENTITY_KEY"];
  if (!current) throw new Failure("IDENTITY_KEY is missing: set it to the key that the service uses");
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
    throw new Failure(`${name} ${error.message}: make one with \`lockstep-identity generate-key\``, { cause: error });
  }
}

/** Settings for the classes of identity, without what only a server needs. @throws Failure for a variable that is wrong */
export function settingsOver(database: Database, env: Environment, named: readonly string[]): Settings {
  const known = wordsOf(env["IDENTITY_SCOPES"]);
  const scopes = known.length > 0 ? known : named;
  return {
    database,
    issuer: "https://lockstep-identity.invalid",
    audience: "lockstep-identity",
    // Read when something is sealed or opened: most commands do without.
    get keys() {
      return readKeys(env);
    },
    scopes: Object.fromEntries(scopes.map((scope) => [scope, ""])),
    scopesOf: () => scopes,
    keyPrefix: readPrefix(env["IDENTITY_KEY_PREFIX"]),
    keyEnvironment: readKeyEnvironment(env["IDENTITY_KEY_ENVIRONMENT"]),
    insecureCookies: false,
    passwordGrant: false,
    registration: "closed",
    mail: {
      send: () => Promise.reject(new Failure("The command line sends no mail")),
    },
    // The defaults: revocations must outlive what the service issues, and it may have shorter lifetimes.
    lifetimes: defaultLifetimes,
    // What it changes is in the table, in the transaction of the change.
    audit: new Auditor(() => {}, Date.now),
    clock: Date.now,
  };
}

function readPrefix(text: string | undefined): string {
  const prefix = text || "lockstep";
  if (/^[a-z][a-z0-9]{0,19}$/.test(prefix)) return prefix;
  throw new Failure("IDENTITY_KEY_PREFIX is up to 20 lower-case letters and digits, beginning with a letter");
}

function readKeyEnvironment(text: string | undefined): Settings["keyEnvironment"] {
  const environment = text || "live";
  if (environment === "live" || environment === "demo") return environment;
  throw new Failure("IDENTITY_KEY_ENVIRONMENT is live or demo");
}
