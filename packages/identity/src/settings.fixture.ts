/** Settings for tests: a clock to set, and everything that was reported or mailed. */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import { Auditor } from "./audit/auditor.ts";
import type { IdentityEvent } from "./audit/event.ts";
import type { MailMessage } from "./mail/mail.ts";
import { defaultLifetimes } from "./options.ts";
import { identityKey } from "./secret/identity-key.ts";
import type { Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";

/** A clock that stands still until it is told otherwise. */
export class TestClock {
  /** Milliseconds since 1970. */
  now: number = Date.UTC(2026, 0, 1);

  readonly read = (): number => this.now;

  /** Goes on by so many seconds. */
  advance(seconds: number): void {
    this.now += seconds * 1000;
  }
}

/** Settings, and what they collect. */
export interface TestSettings {
  readonly settings: Settings;
  readonly clock: TestClock;
  readonly events: IdentityEvent[];
  readonly mails: MailMessage[];
}

/** Settings over a database, with a key of their own. */
export function testSettings(database: Database, overrides: Partial<Settings> = {}): TestSettings {
  const clock = new TestClock();
  const events: IdentityEvent[] = [];
  const mails: MailMessage[] = [];
  const settings: Settings = {
    database,
    issuer: "https://as.test",
    audience: "https://api.test",
    keys: { current: identityKey(new Redacted(randomBytes(32).toString("base64url"))), previous: [] },
    scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
    scopesOf: () => ["notes:read", "notes:write"],
    keyPrefix: "test",
    keyEnvironment: "live",
    insecureCookies: false,
    passwordGrant: true,
    registration: "open",
    mail: {
      send: async (message) => {
        mails.push(message);
      },
    },
    lifetimes: defaultLifetimes,
    audit: new Auditor((event) => events.push(event), clock.read),
    clock: clock.read,
    ...overrides,
  };
  return { settings, clock, events, mails };
}
