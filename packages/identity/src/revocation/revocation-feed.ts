/**
 * Keeps a node's copy of the log up to date. It reads after each notification, and every second as well: that fills gaps, and is
 * the only way to hear other processes that use the same SQLite file. If no read succeeds for a while, the node no longer trusts
 * its copy.
 */
import { setImmediate } from "node:timers/promises";
import { Unavailable } from "lockstep";
import type { Claims } from "lockstep/jwt";
import type { Auditor } from "../audit/auditor.ts";
import { checkedClock, typeNameOf } from "../mechanism/callback.ts";
import { SingleFlight } from "../mechanism/single-flight.ts";
import type { Database, Listening } from "../store/database.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { RevocationCopy, type TokenIssuers } from "./revocation-copy.ts";
import { type Revocation, revocationChannel, revocationPosition, toRevocation } from "./revocation-log.ts";
import { findRevocation } from "./revocation-lookup.ts";

/** How a feed reads. */
export interface RevocationFeedOptions {
  /** The time between two reads without a notification. Milliseconds; default 1,000. */
  readonly pollMs?: number;
  /** The time without a successful read after which the copy is no longer trusted. Milliseconds; default 5,000. */
  readonly silentAfterMs?: number;
  /**
   * How tokens are checked then: `"ask"` asks the database about each token, and `"refuse"` refuses at once. Both answer 503
   * while the database is away. Default `"ask"`.
   */
  readonly whenSilent?: "ask" | "refuse";
  /** The longest wait for the database, for one read and for one check that has to ask. Milliseconds; default 3,000. */
  readonly timeoutMs?: number;
  /** Other issuers. Their tokens carry no `rev` and are revoked by `iat` (M-05). Default none. */
  readonly foreignIssuers?: readonly string[];
  /** A clock that only goes forward. Milliseconds; default `performance.now`. */
  readonly monotonicClock?: () => number;
}

/** The settings that a feed needs. */
export interface RevocationFeedSettings {
  readonly database: Database;
  readonly issuer: string;
  readonly audit: Auditor;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const pageSize = 10_000;
const forgottenAtOnce = 10_000;
const readPage = sql(`
  SELECT seq, kind, key, at, expires_at FROM identity_revocations
  WHERE seq > :after AND seq <= :until AND expires_at > :now ORDER BY seq LIMIT :limit`);

/** A node's copy of the log, and the reads that keep it up to date. */
export class RevocationFeed {
  readonly #settings: RevocationFeedSettings;
  readonly #options: Required<Omit<RevocationFeedOptions, "foreignIssuers">>;
  readonly #issuers: TokenIssuers;
  readonly #signingKeyListeners = new Set<(kid: string) => void>();
  readonly #reading = new SingleFlight(() => this.#readNow());
  #copy: RevocationCopy;
  /** The start of the last successful read, on the monotonic clock. */
  #readAt = Number.NEGATIVE_INFINITY;
  #isSilenceTold = false;
  #polling: NodeJS.Timeout | undefined;
  #listening: Listening | undefined;

  private constructor(settings: RevocationFeedSettings, { foreignIssuers = [], ...options }: RevocationFeedOptions) {
    this.#settings = settings;
    const monotonicClock = checkedClock(options.monotonicClock ?? (() => performance.now()));
    this.#options = { pollMs: 1000, silentAfterMs: 5000, whenSilent: "ask", timeoutMs: 3000, ...options, monotonicClock };
    this.#issuers = { issuer: settings.issuer, foreignIssuers };
    this.#copy = new RevocationCopy(this.#issuers);
  }

  /**
   * Loads the entries that still count, and follows the log from there.
   *
   * @throws Unavailable while the database is away
   */
  static async open(settings: RevocationFeedSettings, options: RevocationFeedOptions = {}): Promise<RevocationFeed> {
    const feed = new RevocationFeed(settings, options);
    const read = (): void => feed.#readSoon();
    feed.#listening = await settings.database.listen(revocationChannel, { notified: read, reconnected: read });
    try {
      await feed.#reading.runAgain();
      // Loading a long log takes a while: read the entries that came in the meantime too, or the copy would be old from the
      // start.
      await feed.#reading.runAgain();
    } catch (error) {
      await feed.#listening.close();
      throw error;
    }
    feed.#polling = setInterval(() => feed.#poll(), feed.#options.pollMs);
    feed.#polling.unref();
    return feed;
  }

  /** The last position that is known. */
  get position(): number {
    return this.#copy.position;
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#copy.size;
  }

  /**
   * Whether a verified token was revoked. Returns a promise only if this node has to ask the database.
   *
   * @throws Unavailable if it has to ask and cannot
   */
  isRevoked(claims: Claims): boolean | Promise<boolean> {
    if (this.#silentMs() > this.#options.silentAfterMs) {
      this.#tellSilence();
      if (this.#options.whenSilent === "ask") return this.isRevokedInDatabase(claims);
      throw new Unavailable("The revocation log is silent");
    }
    return this.#copy.isBehind(claims) ? this.#isRevokedAfterReading(claims) : this.#copy.isRevoked(claims);
  }

  /** Asks the database whether a verified token was revoked. @throws Unavailable */
  isRevokedInDatabase(claims: Claims): Promise<boolean> {
    return this.#ask(findRevocation(claims, this.#issuers));
  }

  /** Reads the log up to a position, unless it was read already. Never rejects: if a read fails, a later one makes up for it. */
  async catchUp(position: number): Promise<void> {
    if (this.#copy.position >= position) return;
    await within(this.#options.timeoutMs, this.#reading.runAgain()).catch(() => {});
  }

  /**
   * Calls a listener with each revoked signing key: with the known ones at once, with later ones when they are read. Returns a
   * function that ends it.
   */
  onSigningKey(listener: (kid: string) => void): () => void {
    this.#signingKeyListeners.add(listener);
    for (const kid of this.#copy.keysOf("signing_key")) listener(kid);
    return () => void this.#signingKeyListeners.delete(listener);
  }

  /** Stops reading. The copy is used until `silentAfterMs` has passed. */
  async close(): Promise<void> {
    clearInterval(this.#polling);
    this.#signingKeyListeners.clear();
    await this.#listening?.close();
    await this.#reading.idle();
  }

  /** The token proves that the node is behind: read, and then decide. */
  async #isRevokedAfterReading(claims: Claims): Promise<boolean> {
    await within(this.#options.timeoutMs, this.#reading.runAgain());
    // If the log does not have the token's position, an older copy of the database was restored since.
    return this.#copy.isBehind(claims) || this.#copy.isRevoked(claims);
  }

  #poll(): void {
    try {
      if (this.#silentMs() > this.#options.silentAfterMs) this.#tellSilence();
      this.#copy.forget(this.#settings.clock(), forgottenAtOnce);
    } catch (error) {
      // The application's clock failed. Nobody would catch the error here, and the process would end.
      console.error(`Following the revocation log failed: ${typeNameOf(error)}`);
    }
    this.#readSoon();
  }

  /** A failed read is not reported by itself; a silence is. */
  #readSoon(): void {
    this.#reading.runAgain().catch(() => {});
  }

  async #readNow(): Promise<void> {
    const begun = this.#options.monotonicClock();
    // Every entry up to this position is visible: positions are committed in order, each together with its entry.
    const until = await this.#ask(revocationPosition());
    // If the log has gone back, another database is behind the address: read everything again, into a new copy.
    const copy = until < this.#copy.position ? new RevocationCopy(this.#issuers) : this.#copy;
    while (copy.position < until) await this.#readOn(copy, until);
    this.#copy = copy;
    this.#readAt = begun;
    if (this.#isSilenceTold) this.#settings.audit.report({ type: "revocation.feed_recovered" });
    this.#isSilenceTold = false;
  }

  async #readOn(copy: RevocationCopy, until: number): Promise<void> {
    const now = this.#settings.clock();
    const rows = await this.#ask(all(readPage, { after: copy.position, until, now, limit: pageSize }));
    const entries = rows.map(toRevocation);
    for (const entry of entries) copy.add(entry);
    copy.position = rows.length < pageSize ? until : (entries.at(-1)?.seq ?? until);
    copy.forget(now, rows.length);
    for (const entry of entries) this.#tellSigningKey(entry);
    // Let requests run between the pages of a long log.
    if (rows.length === pageSize) await setImmediate();
  }

  #ask<T>(work: Work<T>): Promise<T> {
    return within(this.#options.timeoutMs, this.#settings.database.run(work));
  }

  #silentMs(): number {
    return this.#options.monotonicClock() - this.#readAt;
  }

  /** Once for each silence. */
  #tellSilence(): void {
    if (this.#isSilenceTold) return;
    this.#isSilenceTold = true;
    this.#settings.audit.report({ type: "revocation.feed_silent", silentMs: Math.round(this.#silentMs()) });
  }

  #tellSigningKey({ kind, key }: Revocation): void {
    if (kind !== "signing_key") return;
    for (const listener of this.#signingKeyListeners) queueMicrotask(() => listener(key));
  }
}

/** Waits for the database, at most for a given time: a check must answer although the database is silent. @throws Unavailable */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Unavailable("The database has not answered in time")), timeoutMs);
  timer.unref();
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
