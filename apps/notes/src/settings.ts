/** Reads the settings from environment variables. If one is wrong or missing, the program does not start and says what to set. */
import { isIPv4 } from "node:net";
import { BuildError, Redacted } from "lockstep";
import { type IdentityProvider, identityProviderFrom } from "lockstep/oidc";
import { StartError } from "./start-error.ts";
import type { DatabaseAddress } from "./store/store.ts";

/** Variables by name. An empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every start without `NOTES_DEMO=1` is production. */
export type Settings = DemoSettings | ProductionSettings;

interface CommonSettings {
  readonly host: string;
  /** With 0, the system chooses a free port. */
  readonly port: number;
  /** Whether several processes may listen on the port together. */
  readonly sharesPort: boolean;
  /** The number of proxies in front of this process. */
  readonly trustedProxies: number;
  readonly database: DatabaseAddress;
  /** The `iss` of the tokens, if `NOTES_ISSUER` is set. Otherwise the database says it. */
  readonly issuer: string | undefined;
  /** The identity provider, if `AUTH_ISSUER` is set. Otherwise identity is embedded. */
  readonly provider: IdentityProvider | undefined;
  /** Whether anyone may register. */
  readonly registration: "open" | "closed";
  /** The mail server. Without it, no mail is sent. The demo writes mail to its log. */
  readonly smtp: SmtpSettings | undefined;
}

/** The server that sends mail, and the sender's address. */
export interface SmtpSettings {
  readonly url: string;
  readonly user: string | undefined;
  readonly password: Redacted<string> | undefined;
  readonly from: string;
}

/** The demo: made-up accounts and open documentation, on loopback only. */
export interface DemoSettings extends CommonSettings {
  readonly mode: "demo";
  /** If it is empty, the demo creates a random key and keeps it in the database. */
  readonly identityKeys: readonly Redacted<string>[];
  /** Random if it is `undefined`. */
  readonly password: Redacted<string> | undefined;
  /** Random if it is `undefined`. */
  readonly apiKey: Redacted<string> | undefined;
}

/** Production: no account, password or key is made up. */
export interface ProductionSettings extends CommonSettings {
  readonly mode: "production";
  /** `IDENTITY_KEY`, and the previous one while it is being replaced. */
  readonly identityKeys: readonly [Redacted<string>, ...Redacted<string>[]];
  /** Needed until there is an active administrator, unless a provider signs people in. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** The subject of the first administrator at the provider. */
  readonly firstAdminSubject: string | undefined;
}

/** The first administrator of a new installation. */
export interface FirstAdmin {
  readonly email: string;
  readonly password: Redacted<string>;
}

/**
 * Reads all settings.
 *
 * @throws StartError that names the variable that is wrong or missing, and says what to set
 */
export function readSettings(env: Environment): Settings {
  const host = env["HOST"] || "127.0.0.1";
  const port = readPort(env["PORT"]);
  const smtp = readSmtp(env["SMTP_URL"], env["MAIL_FROM"]);
  const common = {
    host,
    port,
    sharesPort: readSwitch(env, "REUSE_PORT"),
    trustedProxies: readCount(env, "TRUSTED_PROXIES"),
    database: readDatabase(env["DATABASE_URL"]),
    issuer: readIssuer(env["NOTES_ISSUER"]),
    provider: readProvider(env),
    registration: readSwitch(env, "NOTES_REGISTRATION") ? ("open" as const) : ("closed" as const),
    smtp,
  };
  return env["NOTES_DEMO"] === "1" ? readDemo(env, common) : readProduction(env, common);
}

/** Returns the URL of a host and a port. An IPv6 address is in brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function readDemo(env: Environment, common: CommonSettings): DemoSettings {
  if (!isLoopback(common.host)) {
    throw new StartError(
      "Set HOST to 127.0.0.1, or leave out NOTES_DEMO to start for production: the demo is for this machine only.",
    );
  }
  return {
    ...common,
    mode: "demo",
    registration: "open",
    identityKeys: readKeys(env),
    password: redactedOf(env["NOTES_DEMO_PASSWORD"]),
    apiKey: redactedOf(env["NOTES_DEMO_API_KEY"]),
  };
}

function readProduction(env: Environment, common: CommonSettings): ProductionSettings {
  for (const name of ["NOTES_DEMO_PASSWORD", "NOTES_DEMO_API_KEY"]) {
    if (env[name]) throw new StartError(`Leave out ${name}, or set NOTES_DEMO=1: it is for the demo.`);
  }
  if (env["NOTES_SIGNING_KEY"]) {
    throw new StartError(
      "Leave out NOTES_SIGNING_KEY: it is no longer used, because signing keys rotate automatically and are sealed with IDENTITY_KEY.",
    );
  }
  if (common.registration === "open" && common.smtp === undefined) {
    throw new StartError("Set SMTP_URL and MAIL_FROM: NOTES_REGISTRATION needs mail to confirm addresses.");
  }
  const [current, ...previous] = readKeys(env);
  if (current === undefined) {
    throw new StartError(
      "Set IDENTITY_KEY to 32 random bytes, which `npm run --silent --workspace apps/notes identity generate-key` prints, and keep it secret (or set NOTES_DEMO=1 for the demo).",
    );
  }
  return {
    ...common,
    mode: "production",
    identityKeys: [current, ...previous],
    firstAdmin: readFirstAdmin(env["NOTES_ADMIN_EMAIL"], env["NOTES_ADMIN_PASSWORD"]),
    firstAdminSubject: env["NOTES_ADMIN_SUBJECT"] || undefined,
  };
}

function readKeys(env: Environment): readonly Redacted<string>[] {
  return ["IDENTITY_KEY", "IDENTITY_KEY_PREVIOUS"].flatMap((name) => redactedOf(env[name]) ?? []);
}

function readFirstAdmin(email: string | undefined, password: string | undefined): FirstAdmin | undefined {
  if (!email && !password) return undefined;
  if (!email) throw new StartError("Set NOTES_ADMIN_EMAIL to the first administrator's e-mail address.");
  if (!password) {
    throw new StartError("Set NOTES_ADMIN_PASSWORD to a password of 15 characters or more, for example from a password manager.");
  }
  return { email, password: new Redacted(password) };
}

function readSmtp(url: string | undefined, from: string | undefined): SmtpSettings | undefined {
  if (!url) return undefined;
  if (!/^smtps?:\/\/./.test(url) || !URL.canParse(url))
    throw new StartError("Set SMTP_URL to smtp://user:password@host:port, or to smtps://….");
  if (!from) throw new StartError("Set MAIL_FROM to the sender's address, for example notes@example.com.");
  const { protocol, host, username, password } = new URL(url);
  return {
    url: `${protocol}//${host}`,
    user: username === "" ? undefined : decodeURIComponent(username),
    password: redactedOf(decodeURIComponent(password)),
    from,
  };
}

function readPort(text: string | undefined): number {
  const port = Number(text || 3000);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StartError("Set PORT to a whole number from 0 to 65535.");
}

function readCount(env: Environment, name: string): number {
  const count = Number(env[name] || 0);
  if (Number.isInteger(count) && count >= 0 && count <= 10) return count;
  throw new StartError(`Set ${name} to a whole number from 0 to 10.`);
}

function readSwitch(env: Environment, name: string): boolean {
  const value = env[name];
  if (!value || value === "0") return false;
  if (value === "1") return true;
  throw new StartError(`Set ${name} to 1 or 0.`);
}

/**
 * Reads the address of a database.
 *
 * @throws StartError for any other text
 */
export function readDatabase(text: string | undefined): DatabaseAddress {
  const url = text || "sqlite:data/notes.db";
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return { kind: "sqlite", path };
  if (/^postgres(?:ql)?:\/\/./.test(url) && URL.canParse(url)) return { kind: "postgres", url };
  throw new StartError(
    "Set DATABASE_URL to sqlite: and a file, for example sqlite:data/notes.db, or to sqlite::memory:, or to postgres://user:password@host:5432/name.",
  );
}

function readProvider(env: Environment): IdentityProvider | undefined {
  try {
    return identityProviderFrom(env["NOTES_DEMO"] === "1" ? env : { ...env, NODE_ENV: "production" });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new StartError(`${error.message}.`, { cause: error });
  }
}

function readIssuer(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new StartError("Set NOTES_ISSUER to the URL of this API, for example https://notes.example.com.");
}

function redactedOf(text: string | undefined): Redacted<string> | undefined {
  return text ? new Redacted(text) : undefined;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
