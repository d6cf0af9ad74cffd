/** Sessions: begins, finds, rotates, lists and ends them. */
import { randomUUID } from "node:crypto";
import type { Redacted } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { lockAccount } from "../account-table/account-store.ts";
import type { EventOrigin, Recorder } from "../audit/auditor.ts";
import type { EndReason } from "../audit/event.ts";
import { endSessions, type Sessions as SessionsToEnd } from "../lineage/end-sessions.ts";
import { checkOptions, type KnownOptions } from "../mechanism/wrong-identity-option.ts";
import { SignInRefused } from "../password/sign-in.ts";
import { hashOfSecret, isSecretFormat, newSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { SeenTimes } from "./seen-times.ts";
import {
  type AccountSession,
  confirmSession,
  findSecretHash,
  findSession,
  findSessionsOver,
  findSessionBySecret,
  insertSession,
  listSessions,
  type SessionKind,
  type SessionPage,
  type SessionRecord,
  swapSecretHash,
} from "./session-store.ts";

/** A sign-in that was checked, and from which a session begins. */
export interface SignInToStart {
  /** The account whose password was right. */
  readonly account: Account;
  /** The position of the revocation log when the account was read (`SignedIn.position`). */
  readonly position: number;
  readonly kind: SessionKind;
  readonly clientId?: string | undefined;
  /** The scopes to grant, space-separated. */
  readonly scope: string;
  readonly userAgent?: string | undefined;
  /** The secret that the request of the sign-in carried. The session that it belongs to ends, no matter whose it is (S-01). */
  readonly replaces?: Redacted<string> | undefined;
}

/** A session that has begun. */
export interface StartedSession {
  /** The `sid` of its access tokens. */
  readonly id: string;
  /** The value for a browser's cookie; `undefined` for a program, which has refresh tokens instead. */
  readonly secret: Redacted<string> | undefined;
  /** When the password was checked, in milliseconds since 1970. */
  readonly authenticatedAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The time between two writes, in seconds. If the idle timeout is shorter than four times that, a quarter of the timeout. */
const seenSeconds = 60;

const originated: KnownOptions<EventOrigin> = { requestId: true, address: true };
const started: KnownOptions<SignInToStart> = {
  account: true,
  position: true,
  kind: true,
  clientId: true,
  scope: true,
  userAgent: true,
  replaces: true,
};
const ended: KnownOptions<SessionsToEnd> = { id: true, accountId: true, except: true, kind: true, clientId: true };

/** Sessions in a database. Every method refuses a misspelt option with `WrongIdentityOption`. */
export class Sessions {
  readonly #settings: Settings;
  readonly #seen: SeenTimes;

  constructor(settings: Settings) {
    const { database, lifetimes } = settings;
    this.#settings = settings;
    this.#seen = new SeenTimes(database, Math.min(seenSeconds, lifetimes.sessionIdleSeconds / 4) * 1000);
  }

  /**
   * Begins a session for a sign-in, and records it. Part of a transaction. If the account then has more sessions than
   * `maxSessionsPerAccount`, the oldest ends. Checking a password takes time: if the account was disabled meanwhile, or all its
   * sessions were ended (a new password, "sign out everywhere"), no session begins.
   *
   * @throws SignInRefused in that case
   */
  *start(signIn: SignInToStart, record: Recorder): Work<StartedSession> {
    checkOptions("sessions.start()", signIn, started);
    const { account, kind, ...others } = signIn;
    const { clock, lifetimes, audit } = this.#settings;
    const id = randomUUID();
    const secret = kind === "browser" ? newSecret() : undefined;
    const now = clock();
    const expiresAt = now + 1000 * (kind === "browser" ? lifetimes.sessionSeconds : lifetimes.refreshFamilySeconds);
    yield* lockAccount(account.id);
    const isKept = yield* insertSession({
      id,
      kind,
      accountId: account.id,
      position: others.position,
      clientId: others.clientId,
      secretHash: secret && hashOfSecret(secret),
      scope: others.scope,
      userAgent: others.userAgent,
      now,
      expiresAt,
    });
    if (!isKept) {
      // Report instead of recording: the error below undoes the transaction and everything recorded in it.
      audit.report({ type: "sign_in.failed", subject: account.id, method: "password", reason: "overtaken" });
      throw new SignInRefused();
    }
    yield* record({ type: "sign_in.succeeded", subject: account.id, method: "password", session: id });
    if (others.replaces !== undefined) yield* this.#replace(others.replaces, record);
    yield* this.#endOverLimit(account.id, id, record);
    return { id, secret, authenticatedAt: now, expiresAt };
  }

  /**
   * Finds the session of a secret that a browser sent, with its account, and notes that it was seen. Returns `undefined` if it is
   * unknown, ended, too old or idle for too long, or if its account is disabled. One indexed lookup; none if the text does not
   * have the form of a secret.
   *
   * @throws Unavailable while the database is away
   */
  async find(secret: Redacted<string>): Promise<AccountSession | undefined> {
    if (!isSecretFormat(secret.reveal())) return undefined;
    const { database, audit, clock } = this.#settings;
    const found = await database.run(findSessionBySecret(hashOfSecret(secret)));
    if (found === undefined) return undefined;
    const now = clock();
    const session = { ...found, seenAt: this.#seen.latest(found.id, found.seenAt) };
    const reason = this.#refusal(session, now);
    if (reason === undefined) {
      this.#seen.note(session.id, now);
      return session;
    }
    audit.report({ type: "session.refused", session: session.id, reason });
    return undefined;
  }

  /** Finds a session by its id, even if it is over. @throws Unavailable while the database is away */
  async findById(id: string): Promise<SessionRecord | undefined> {
    return this.#settings.database.run(findSession(id));
  }

  /**
   * Replaces the secret of a browser's session; the old secret is refused at once. Do this whenever the rights of the session
   * change. Returns `undefined` if the session is over or is a program's, or if another request was first, whose answer then
   * carries the cookie.
   *
   * @throws Unavailable while the database is away
   */
  async rotate(id: string, origin: EventOrigin = {}): Promise<Redacted<string> | undefined> {
    checkOptions("sessions.rotate()", origin, originated);
    const { database, audit, clock } = this.#settings;
    const current = await database.run(findSecretHash(id, clock()));
    if (current === undefined) return undefined;
    const secret = newSecret();
    const isSwapped = await audit.recorded(database, origin, function* (record) {
      const subject = yield* swapSecretHash(id, { current, next: hashOfSecret(secret), now: clock() });
      if (subject === undefined) return false;
      yield* record({ type: "session.rotated", subject, session: id });
      return true;
    });
    return isSwapped ? secret : undefined;
  }

  /**
   * Notes that the user of a session has just proved again who they are: the session counts as a recent sign-in. Returns `false`
   * if the session is over.
   *
   * @throws Unavailable while the database is away
   */
  async confirm(id: string, origin: EventOrigin = {}): Promise<boolean> {
    checkOptions("sessions.confirm()", origin, originated);
    const { database, audit, clock } = this.#settings;
    return audit.recorded(database, origin, function* (record) {
      const subject = yield* confirmSession(id, clock());
      if (subject !== undefined) yield* record({ type: "session.confirmed", subject, session: id });
      return subject !== undefined;
    });
  }

  /** Lists the sessions of an account that are not over, the newest first. @throws Unavailable while the database is away */
  async list(accountId: string, page: SessionPage): Promise<readonly SessionRecord[]> {
    checkOptions("sessions.list()", page, { limit: true, after: true });
    const { database, clock, lifetimes } = this.#settings;
    const now = clock();
    const idleSince = now - lifetimes.sessionIdleSeconds * 1000;
    const sessions = await database.run(listSessions(accountId, page, { now, idleSince }));
    return sessions.map((session) => ({ ...session, seenAt: this.#seen.latest(session.id, session.seenAt) }));
  }

  /**
   * Ends sessions, with the tokens issued for them. API keys that were made in them end as well, unless somebody just signed out.
   * Returns the ids of the sessions. @throws Unavailable while the database is away
   */
  async end(sessions: SessionsToEnd, reason: EndReason, origin: EventOrigin = {}): Promise<readonly string[]> {
    checkOptions("sessions.end()", sessions, ended);
    checkOptions("sessions.end()", origin, originated);
    const { database, audit } = this.#settings;
    return audit.recorded(database, origin, (record) => endSessions(sessions, reason, record, this.#settings));
  }

  /** Writes when sessions were seen. @throws Unavailable while the database is away; the times are written later */
  async flush(): Promise<void> {
    await this.#seen.flush();
  }

  /** Writes the times that are still in memory, if the database answers. */
  async close(): Promise<void> {
    await this.#seen.close();
  }

  *#replace(secret: Redacted<string>, record: Recorder): Work<void> {
    const before = isSecretFormat(secret.reveal()) ? yield* findSessionBySecret(hashOfSecret(secret)) : undefined;
    if (before !== undefined) yield* endSessions({ id: before.id }, "replaced", record, this.#settings);
  }

  *#endOverLimit(accountId: string, newest: string, record: Recorder): Work<void> {
    const { clock, lifetimes, maxSessionsPerAccount } = this.#settings;
    const now = clock();
    const times = { now, idleSince: now - lifetimes.sessionIdleSeconds * 1000 };
    for (const id of yield* findSessionsOver(maxSessionsPerAccount, { accountId, newest }, times)) {
      yield* endSessions({ id }, "session_limit", record, this.#settings);
    }
  }

  #refusal({ account, endedAt, expiresAt, seenAt }: AccountSession, now: number): string | undefined {
    if (endedAt !== undefined) return "ended";
    if (now >= expiresAt) return "expired";
    if (now >= seenAt + this.#settings.lifetimes.sessionIdleSeconds * 1000) return "idle";
    return account.disabledAt === undefined ? undefined : "account_disabled";
  }
}
