/** Settings for tests, with a clock that tests set, and with all events and messages collected. */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import { Auditor } from "./audit/auditor.ts";
import type { IdentityEvent } from "./audit/event.ts";
import type { MailMessage } from "./mail/mail.ts";
import { defaultLifetimes, defaultMaxSessions } from "./options.ts";
import type { RevocationFeedOptions } from "./revocation/revocation-feed.ts";
import { identityKey } from "./secret/identity-key.ts";
import type { Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";

/** A feed that no slow machine makes silent, and that waits for the database as long as it takes. */
export const patientFeed: Pick<RevocationFeedOptions, "timeoutMs" | "monotonicClock"> = {
  timeoutMs: 120_000,
  monotonicClock: () => 0,
};

/** A clock that moves only when a test moves it. */
export class TestClock {
  /** Milliseconds since 1970. */
  now: number = Date.UTC(2026, 0, 1);

  readonly read = (): number => this.now;

  /** Moves the clock forward by a number of seconds. */
  advance(seconds: number): void {
    this.now += seconds * 1000;
  }
}

/** Settings, and the events and messages that they collect. */
export interface TestSettings {
  readonly settings: Settings;
  readonly clock: TestClock;
  readonly events: IdentityEvent[];
  readonly mails: MailMessage[];
}

/** Settings for a database, with a new key. */
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
    scopesOfOwner: undefined,
    onAccountCreated: function* () {},
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
    maxSessionsPerAccount: defaultMaxSessions,
    refreshReuse: "within-window",
    clientAddress: "unknown",
    audit: new Auditor((event) => events.push(event), clock.read),
    clock: clock.read,
    ...overrides,
  };
  return { settings, clock, events, mails };
}
