/** Settings, from environment variables. What is wrong or missing keeps the program from starting, and says what to set. */
import { isIPv4 } from "node:net";
import { Redacted } from "lockstep";
import type { SigningKey } from "lockstep/jwt";
import { z } from "zod";
import { parseApiKey } from "./api-key.ts";
import { passwordWeakness, wrongLength } from "./password.ts";
import { parseSigningKey } from "./signing-key.ts";
import { StartError } from "./start-error.ts";

/** Variables by name; an empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every start without `NOTES_DEMO=1` is production. */
export type Settings = DemoSettings | ProductionSettings;

interface CommonSettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The database file, or `:memory:`. */
  readonly databasePath: string;
  /** `iss` of the tokens. */
  readonly issuer: string;
}

/** The demo: made-up accounts and open documentation, on loopback only. */
export interface DemoSettings extends CommonSettings {
  readonly mode: "demo";
  /** Absent: random, and kept in the database. */
  readonly signingKey: SigningKey | undefined;
  /** Absent: random. */
  readonly password: Redacted<string> | undefined;
  /** Absent: random. */
  readonly apiKey: Redacted<string> | undefined;
}

/** Production: nothing is made up. */
export interface ProductionSettings extends CommonSettings {
  readonly mode: "production";
  readonly signingKey: SigningKey;
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
  const common = {
    host,
    port,
    databasePath: readDatabasePath(env["DATABASE_URL"]),
    issuer: readIssuer(env["NOTES_ISSUER"], urlOf(host, port)),
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
  const password = env["NOTES_DEMO_PASSWORD"] || undefined;
  const wrong = password === undefined ? undefined : wrongLength(password);
  if (wrong !== undefined) throw new StartError(`NOTES_DEMO_PASSWORD ${wrong}; without it the demo makes one up.`);
  const apiKey = env["NOTES_DEMO_API_KEY"] || undefined;
  if (apiKey !== undefined && parseApiKey(new Redacted(apiKey)) === undefined) {
    throw new StartError(
      "NOTES_DEMO_API_KEY must be a key that the demo has printed before (notes_demo_…); without it the demo makes one up.",
    );
  }
  return {
    ...common,
    mode: "demo",
    signingKey: readSigningKey(env["NOTES_SIGNING_KEY"]),
    password: password === undefined ? undefined : new Redacted(password),
    apiKey: apiKey === undefined ? undefined : new Redacted(apiKey),
  };
}

function readProduction(env: Environment, common: CommonSettings): ProductionSettings {
  for (const name of ["NOTES_DEMO_PASSWORD", "NOTES_DEMO_API_KEY"]) {
    if (env[name]) throw new StartError(`${name} is for the demo: leave it out, or set NOTES_DEMO=1.`);
  }
  const signingKey = readSigningKey(env["NOTES_SIGNING_KEY"]);
  if (signingKey === undefined) {
    throw new StartError(`NOTES_SIGNING_KEY is missing: ${howToMakeAKey} (or set NOTES_DEMO=1 for the demo).`);
  }
  return {
    ...common,
    mode: "production",
    signingKey,
    firstAdmin: readFirstAdmin(env["NOTES_ADMIN_EMAIL"], env["NOTES_ADMIN_PASSWORD"]),
  };
}

const howToMakeAKey =
  "set it to a private ES256 key of your own as a JWK, which `npm run new-key --silent --workspace apps/notes` prints";

function readSigningKey(text: string | undefined): SigningKey | undefined {
  if (!text) return undefined;
  try {
    return parseSigningKey(text);
  } catch {
    // The cause may hold a part of the key.
    throw new StartError(`NOTES_SIGNING_KEY is wrong, weak or widely known: ${howToMakeAKey}.`);
  }
}

function readFirstAdmin(email: string | undefined, password: string | undefined): FirstAdmin | undefined {
  if (!email && !password) return undefined;
  if (!z.email().safeParse(email).success || !email)
    throw new StartError("NOTES_ADMIN_EMAIL must be the first administrator's e-mail address.");
  const weakness = password
    ? password.toLowerCase().includes(email.toLowerCase())
      ? "holds the address"
      : passwordWeakness(password)
    : "is missing";
  if (weakness !== undefined || !password) {
    throw new StartError(
      `NOTES_ADMIN_PASSWORD ${weakness}: set it to a password of your own, of 15 characters or more, for example from a password manager.`,
    );
  }
  return { email, password: new Redacted(password) };
}

function readPort(text: string | undefined): number {
  const port = Number(text || 3000);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StartError("PORT must be a whole number from 0 to 65535.");
}

function readDatabasePath(text: string | undefined): string {
  const match = /^sqlite:(.+)$/.exec(text || "sqlite:data/notes.db");
  if (match?.[1] !== undefined) return match[1];
  throw new StartError("DATABASE_URL must be sqlite: and a file, for example sqlite:data/notes.db, or sqlite::memory:.");
}

function readIssuer(text: string | undefined, url: string): string {
  if (!text) return url;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new StartError("NOTES_ISSUER must be the URL that this API is known by, for example https://notes.example.com.");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
