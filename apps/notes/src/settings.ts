/** Settings, from environment variables. What is wrong or missing keeps the program from starting, and says what to set. */
import { isIPv4 } from "node:net";
import { Redacted } from "lockstep";
import { StartError } from "./start-error.ts";
import type { DatabaseAddress } from "./store/store.ts";

/** Variables by name; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every start without `NOTES_DEMO=1` is production. */
export type Settings = DemoSettings | ProductionSettings;

interface CommonSettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether several processes may listen on the port together. */
  readonly sharesPort: boolean;
  /** How many proxies stand before this process. */
  readonly trustedProxies: number;
  readonly database: DatabaseAddress;
  /** `iss` of the tokens. */
  readonly issuer: string;
  /** Whether anybody may register. */
  readonly registration: "open" | "closed";
  /** Where mail goes; without it, to nobody (in the demo: to the log). */
  readonly smtp: SmtpSettings | undefined;
}

/** The server that takes mail, and who it is from. */
export interface SmtpSettings {
  readonly url: string;
  readonly user: string | undefined;
  readonly password: Redacted<string> | undefined;
  readonly from: string;
}

/** The demo: made-up accounts and open documentation, on loopback only. */
export interface DemoSettings extends CommonSettings {
  readonly mode: "demo";
  /** Absent: random, and kept in the database. */
  readonly identityKeys: readonly Redacted<string>[];
  /** Absent: random. */
  readonly password: Redacted<string> | undefined;
  /** Absent: random. */
  readonly apiKey: Redacted<string> | undefined;
}

/** Production: nothing is made up. */
export interface ProductionSettings extends CommonSettings {
  readonly mode: "production";
  /** `IDENTITY_KEY`, and while it is being replaced the one before it. */
  readonly identityKeys: readonly [Redacted<string>, ...Redacted<string>[]];
  /** Needed as long as there is no active administrator. */
  readonly firstAdmin: FirstAdmin | undefined;
}

/** Who administers a new installation. */
export interface FirstAdmin {
  readonly email: string;
  readonly password: Redacted<string>;
}

/** @throws StartError naming the variable that is wrong or missing, and what to set */
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
    issuer: readIssuer(env["NOTES_ISSUER"], urlOf(host, port)),
    registration: readSwitch(env, "NOTES_REGISTRATION") ? ("open" as const) : ("closed" as const),
    smtp,
  };
  return env["NOTES_DEMO"] === "1" ? readDemo(env, common) : readProduction(env, common);
}

/** The URL of a host and a port; an IPv6 address stands in brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function readDemo(env: Environment, common: CommonSettings): DemoSettings {
  if (!isLoopback(common.host)) {
    throw new StartError(
      "The demo is for this machine only: set HOST to 127.0.0.1, or leave NOTES_DEMO out to start for production.",
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
    if (env[name]) throw new StartError(`${name} is for the demo: leave it out, or set NOTES_DEMO=1.`);
  }
  if (env["NOTES_SIGNING_KEY"]) {
    throw new StartError(
      `NOTES_SIGNING_KEY is no longer used: signing keys rotate by themselves, kept under IDENTITY_KEY. Leave it out.`,
    );
  }
  if (common.registration === "open" && common.smtp === undefined) {
    throw new StartError("NOTES_REGISTRATION needs mail, to confirm addresses: set SMTP_URL and MAIL_FROM.");
  }
  const [current, ...previous] = readKeys(env);
  if (current === undefined) {
    throw new StartError(
      "IDENTITY_KEY is missing: set it to 32 random bytes, which `npm run --silent --workspace apps/notes identity generate-key` prints, and keep it secret (or set NOTES_DEMO=1 for the demo).",
    );
  }
  return {
    ...common,
    mode: "production",
    identityKeys: [current, ...previous],
    firstAdmin: readFirstAdmin(env["NOTES_ADMIN_EMAIL"], env["NOTES_ADMIN_PASSWORD"]),
  };
}

function readKeys(env: Environment): readonly Redacted<string>[] {
  return ["IDENTITY_KEY", "IDENTITY_KEY_PREVIOUS"].flatMap((name) => redactedOf(env[name]) ?? []);
}

function readFirstAdmin(email: string | undefined, password: string | undefined): FirstAdmin | undefined {
  if (!email && !password) return undefined;
  if (!email) throw new StartError("NOTES_ADMIN_EMAIL must be the first administrator's e-mail address.");
  if (!password) {
    throw new StartError(
      "NOTES_ADMIN_PASSWORD is missing: set it to a password of your own, of 15 characters or more, for example from a password manager.",
    );
  }
  return { email, password: new Redacted(password) };
}

function readSmtp(url: string | undefined, from: string | undefined): SmtpSettings | undefined {
  if (!url) return undefined;
  if (!/^smtps?:\/\/./.test(url) || !URL.canParse(url))
    throw new StartError("SMTP_URL must be smtp://user:password@host:port, or smtps://….");
  if (!from) throw new StartError("MAIL_FROM must be the address that mail comes from, for example notes@example.com.");
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
  throw new StartError("PORT must be a whole number from 0 to 65535.");
}

function readCount(env: Environment, name: string): number {
  const count = Number(env[name] || 0);
  if (Number.isInteger(count) && count >= 0 && count <= 10) return count;
  throw new StartError(`${name} must be a whole number from 0 to 10.`);
}

function readSwitch(env: Environment, name: string): boolean {
  const value = env[name];
  if (!value || value === "0") return false;
  if (value === "1") return true;
  throw new StartError(`${name} is 1 or 0.`);
}

/** @throws StartError for what is no address of a database */
export function readDatabase(text: string | undefined): DatabaseAddress {
  const url = text || "sqlite:data/notes.db";
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return { kind: "sqlite", path };
  if (/^postgres(?:ql)?:\/\/./.test(url) && URL.canParse(url)) return { kind: "postgres", url };
  throw new StartError(
    "DATABASE_URL must be sqlite: and a file, for example sqlite:data/notes.db, or sqlite::memory:, or postgres://user:password@host:5432/name.",
  );
}

function readIssuer(text: string | undefined, url: string): string {
  if (!text) return url;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new StartError("NOTES_ISSUER must be the URL that this API is known by, for example https://notes.example.com.");
}

function redactedOf(text: string | undefined): Redacted<string> | undefined {
  return text ? new Redacted(text) : undefined;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
