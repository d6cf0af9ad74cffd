/**
 * Keeps a node's copy of the log up to date (DESIGN §9): it reads when the log tells of something new, and every second besides, which
 * fills gaps and is how a SQLite file's other processes are heard. When it has not succeeded for a while, the node no longer
 * trusts its copy.
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
  /** How often the log is asked, besides when it tells of something new. Milliseconds, default 1,000. */
  readonly pollMs?: number;
  /** After how long without a successful read the copy is no longer trusted. Milliseconds, default 5,000. */
  readonly silentAfterMs?: number;
  /**
   * What happens then: `"ask"` asks the database about each token, and `"refuse"` refuses at once; both answer 503 while the
   * database is away. Default `"ask"`.
   */
  readonly whenSilent?: "ask" | "refuse";
  /** The longest wait for the database: of one statement that reads, and of a check that has to ask. Milliseconds, default 3,000. */
  readonly timeoutMs?: number;
  /** Other issuers, whose tokens carry no `rev` and are revoked by `iat` instead (attack row M-05). Default none. */
  readonly foreignIssuers?: readonly string[];
  /** A clock that only goes forward, in milliseconds. Default `performance.now`. */
  readonly monotonicClock?: () => number;
}

/** What a feed needs of the settings. */
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

/** A node's copy of the log, which follows it. */
export class RevocationFeed {
  readonly #settings: RevocationFeedSettings;
  readonly #options: Required<Omit<RevocationFeedOptions, "foreignIssuers">>;
  readonly #issuers: TokenIssuers;
  readonly #signingKeyListeners = new Set<(kid: string) => void>();
  readonly #reading = new SingleFlight(() => this.#readNow());
  #copy: RevocationCopy;
  /** When the last read that succeeded began, on the monotonic clock. */
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
   * Loads what is live, and follows the log from there.
   *
   * @throws Unavailable while the database is away
   */
  static async open(settings: RevocationFeedSettings, options: RevocationFeedOptions = {}): Promise<RevocationFeed> {
    const feed = new RevocationFeed(settings, options);
    const read = (): void => feed.#readSoon();
    feed.#listening = await settings.database.listen(revocationChannel, { notified: read, reconnected: read });
    try {
      await feed.#reading.runAgain();
      // Loading a long log takes a while: what came meanwhile is read too, so that the copy is not old from the start.
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
   * Whether a verified token was revoked, as far as this node knows; a promise only where the node has to ask.
   *
   * @throws Unavailable where it has to ask and cannot
   */
  isRevoked(claims: Claims): boolean | Promise<boolean> {
    if (this.#silentMs() > this.#options.silentAfterMs) {
      this.#tellSilence();
      if (this.#options.whenSilent === "ask") return this.isRevokedInDatabase(claims);
      throw new Unavailable("The revocation log is silent");
    }
    return this.#copy.isBehind(claims) ? this.#isRevokedAfterReading(claims) : this.#copy.isRevoked(claims);
  }

  /** Whether a verified token was revoked, as the database has it at this moment. @throws Unavailable */
  isRevokedInDatabase(claims: Claims): Promise<boolean> {
    return this.#ask(findRevocation(claims, this.#issuers));
  }

  /** Reads the log up to a position, where that was not read yet. Never rejects: what cannot be read now is read as soon as it can. */
  async catchUp(position: number): Promise<void> {
    if (this.#copy.position >= position) return;
    await within(this.#options.timeoutMs, this.#reading.runAgain()).catch(() => {});
  }

  /** Tells of the signing keys that are revoked: of those that are, at once, and of those that will be. Gives what ends that. */
  onSigningKey(listener: (kid: string) => void): () => void {
    this.#signingKeyListeners.add(listener);
    for (const kid of this.#copy.keysOf("signing_key")) listener(kid);
    return () => void this.#signingKeyListeners.delete(listener);
  }

  /** Ends it. What it knows grows old from here: after `silentAfterMs` it is not used any more. */
  async close(): Promise<void> {
    clearInterval(this.#polling);
    this.#signingKeyListeners.clear();
    await this.#listening?.close();
    await this.#reading.idle();
  }

  /** The token proves that the node is behind: it reads, and then decides. */
  async #isRevokedAfterReading(claims: Claims): Promise<boolean> {
    await within(this.#options.timeoutMs, this.#reading.runAgain());
    // A log that does not have the token's position is an older copy of the database, which was restored since.
    return this.#copy.isBehind(claims) || this.#copy.isRevoked(claims);
  }

  #poll(): void {
    try {
      if (this.#silentMs() > this.#options.silentAfterMs) this.#tellSilence();
      this.#copy.forget(this.#settings.clock(), forgottenAtOnce);
    } catch (error) {
      // A clock of the application that fails: nobody would catch it here, and the process would end.
      console.error(`Following the revocation log failed: ${typeNameOf(error)}`);
    }
    this.#readSoon();
  }

  /** That reading failed is told by silence. */
  #readSoon(): void {
    this.#reading.runAgain().catch(() => {});
  }

  async #readNow(): Promise<void> {
    const begun = this.#options.monotonicClock();
    // Every entry up to this position is visible: a position and its entry are committed together, one after the other.
    const until = await this.#ask(revocationPosition());
    // Where the log has gone back, another database stands behind the address: everything is read again, aside.
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
    // Between the pages of a long log, requests are answered.
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

/** Waits for the database so long and no longer: a check must answer although the database is silent. @throws Unavailable */
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
