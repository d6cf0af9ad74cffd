/**
 * Keeps a node's copy of the log up to date. It reads after each notification, and every second as well: that fills gaps, and is
 * the only way to hear other processes that use the same SQLite file. If no read succeeds for a while, the node no longer trusts
 * its copy. If the wall clock was set, it reads the whole log again before it decides anything.
 */
import { Unavailable } from "lockstep";
import type { Claims } from "lockstep/jwt";
import type { Auditor } from "../audit/auditor.ts";
import { checkedClock, typeNameOf } from "../mechanism/callback.ts";
import { ClockJumps } from "../mechanism/clock-jumps.ts";
import { SingleFlight } from "../mechanism/single-flight.ts";
import type { Database, Listening } from "../store/database.ts";
import type { Work } from "../store/statement.ts";
import { RevocationCopy, type TokenIssuers } from "./revocation-copy.ts";
import { assignPositions, type Revocation, revocationChannel } from "./revocation-log.ts";
import { findRevocation } from "./revocation-lookup.ts";
import { readLog, type RevocationReading } from "./revocation-reader.ts";

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

const forgottenAtOnce = 10_000;

/** A node's copy of the log, and the reads that keep it up to date. */
export class RevocationFeed {
  readonly #settings: RevocationFeedSettings;
  readonly #options: Required<Omit<RevocationFeedOptions, "foreignIssuers">>;
  readonly #issuers: TokenIssuers;
  readonly #signingKeyListeners = new Set<(kid: string) => void>();
  readonly #reading = new SingleFlight(() => this.#readNow());
  readonly #jumps: ClockJumps;
  readonly #log: RevocationReading;
  #copy: RevocationCopy;
  /** The start of the last successful read, on the monotonic clock. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** The position of the last notification. */
  #heard = 0;
  /** Whether the last read found entries without a position. */
  #hasPending = false;
  #isSilenceTold = false;
  #polling: NodeJS.Timeout | undefined;
  #listening: Listening | undefined;

  private constructor(settings: RevocationFeedSettings, { foreignIssuers = [], ...options }: RevocationFeedOptions) {
    this.#settings = settings;
    const monotonicClock = checkedClock(options.monotonicClock ?? (() => performance.now()));
    this.#options = { pollMs: 1000, silentAfterMs: 5000, whenSilent: "ask", timeoutMs: 3000, ...options, monotonicClock };
    this.#jumps = new ClockJumps(settings.clock, monotonicClock);
    this.#issuers = { issuer: settings.issuer, foreignIssuers };
    this.#copy = new RevocationCopy(this.#issuers);
    this.#log = {
      ask: (work) => this.#ask(work),
      monotonicClock,
      issuers: this.#issuers,
      added: (entries) => {
        for (const entry of entries) this.#tellSigningKey(entry);
      },
    };
  }

  /**
   * Loads the entries that still count, and follows the log from there.
   *
   * @throws Unavailable while the database is away
   */
  static async open(settings: RevocationFeedSettings, options: RevocationFeedOptions = {}): Promise<RevocationFeed> {
    const feed = new RevocationFeed(settings, options);
    feed.#listening = await settings.database.listen(revocationChannel, {
      notified: (payload) => feed.#hear(Number(payload)),
      reconnected: () => feed.#readSoon(),
    });
    try {
      await feed.#reading.runAgain();
      if (feed.#hasPending) await feed.#assignPositions();
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

  /** Whether it knows when tokens of another issuer are revoked. Those of an unknown issuer count as revoked. */
  knows(issuer: string): boolean {
    return this.#issuers.foreignIssuers.includes(issuer);
  }

  /**
   * Whether a verified token was revoked. Returns a promise only if this node has to ask the database. `names` are further names
   * of the subject of another issuer's token: the ids of its account and of the caller, at most two.
   *
   * @throws Unavailable if it has to ask and cannot
   */
  isRevoked(claims: Claims, names: readonly string[] = []): boolean | Promise<boolean> {
    if (this.#silentMs() > this.#options.silentAfterMs) {
      this.#tellSilence();
      if (this.#options.whenSilent === "ask") return this.isRevokedInDatabase(claims, undefined, names);
      throw new Unavailable("The revocation log is silent");
    }
    return this.#jumps.haveJumped() || this.#copy.isBehind(claims)
      ? this.#isRevokedAfterReading(claims, names)
      : this.#copy.isRevoked(claims, names);
  }

  /**
   * Asks the database whether a verified token was revoked, or the key that signed it (`kid`), in one statement.
   *
   * @throws Unavailable
   */
  isRevokedInDatabase(claims: Claims, kid?: string, names: readonly string[] = []): Promise<boolean> {
    return this.#ask(this.revocationOf(claims, kid, names));
  }

  /** The same, as part of a transaction. */
  revocationOf(claims: Claims, kid?: string, names: readonly string[] = []): Work<boolean> {
    return findRevocation(claims, this.#issuers, { kid, names });
  }

  /** Reads everything that is in the log now. Never rejects: if a read fails, a later one makes up for it. */
  async catchUp(): Promise<void> {
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

  /** The token proves that the node is behind, or the wall clock was set: read, and then decide. */
  async #isRevokedAfterReading(claims: Claims, names: readonly string[]): Promise<boolean> {
    await within(this.#options.timeoutMs, this.#reading.runAgain());
    // If the log does not have the token's position, an older copy of the database was restored since.
    return this.#copy.isBehind(claims) || this.#copy.isRevoked(claims, names);
  }

  #poll(): void {
    try {
      if (this.#silentMs() > this.#options.silentAfterMs) this.#tellSilence();
      this.#copy.forget(this.#options.monotonicClock(), forgottenAtOnce);
      this.#jumps.follow();
    } catch (error) {
      // The application's clock failed. Nobody would catch the error here, and the process would end.
      console.error(`Following the revocation log failed: ${typeNameOf(error)}`);
    }
    // The process that wrote entries without a position may have ended.
    if (this.#hasPending) this.#assignPositions().catch(() => {});
    this.#readSoon();
  }

  /** A notification says how far the log is. Positions only grow, unless another database is behind the address. */
  #hear(position: number): void {
    const isNews = position > this.#copy.position || position <= this.#heard;
    this.#heard = position;
    if (isNews) this.#readSoon();
  }

  /** A failed read is not reported by itself; a silence is. */
  #readSoon(): void {
    this.#reading.runAgain().catch(() => {});
  }

  async #readNow(): Promise<void> {
    const begun = this.#options.monotonicClock();
    const difference = this.#jumps.difference();
    // After a jump of the wall clock, the whole log is added to the copy once more. Nothing is forgotten earlier for it.
    const after = this.#jumps.haveJumped() ? 0 : this.#copy.position;
    const { copy, hasPending } = await readLog(this.#copy, after, this.#log);
    this.#copy = copy;
    this.#hasPending = hasPending;
    this.#readAt = begun;
    this.#jumps.accept(difference);
    if (this.#isSilenceTold) this.#settings.audit.report({ type: "revocation.feed_recovered" });
    this.#isSilenceTold = false;
  }

  #assignPositions(): Promise<void> {
    return within(this.#options.timeoutMs, this.#settings.database.transaction(assignPositions));
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
