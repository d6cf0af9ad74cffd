/**
 * Entries of the log by their keys, for checks that cost a few look-ups. An entry is forgotten, a few at a time, when it has been
 * known for as long as the last token that it concerns lives: the map is as large as the number of recent revocations (M-04).
 * That time is measured with a clock that only goes forward, so a wall clock that is set brings no revoked token back (D-25).
 */
import type { Claims } from "lockstep/jwt";
import type { Revocation, RevocationKind } from "./revocation-log.ts";

/** The keys of a token that may be revoked. */
export type TokenKeys = Pick<Claims, "sub" | "client_id" | "sid" | "jti">;

/** The latest values for one key. Small integers, which take no memory of their own. */
interface Entry {
  seq: number;
  /** In whole seconds, as `iat` is. */
  atSeconds: number;
  /** The minute of the monotonic clock in which the last token that it concerns has expired. */
  endMinute: number;
}

const none = -1;
const minuteMs = 60_000;
/** More than one for each entry that is added, so expired entries never pile up. */
const forgottenWithEach = 2;

/** The entries that still concern a token. */
export class RevocationMap {
  readonly #kinds: Readonly<Record<RevocationKind, Map<string, Entry>>> = {
    all: new Map(),
    client: new Map(),
    subject: new Map(),
    session: new Map(),
    api_key: new Map(),
    jti: new Map(),
    signing_key: new Map(),
  };
  /** The keys of each kind, by the minute in which they expire. */
  readonly #ends = new Map<number, Map<RevocationKind, string[]>>();

  /** The number of keys. */
  get size(): number {
    return Object.values(this.#kinds).reduce((sum, entries) => sum + entries.size, 0);
  }

  /**
   * Adds an entry that was read at a time of the monotonic clock. A key that was revoked before is kept until both entries have
   * expired.
   */
  add({ kind, key, seq, at, expiresAt }: Revocation, readAt: number): void {
    const entries = this.#kinds[kind];
    const known = entries.get(key);
    // Both times of the entry are from one clock, and the entry was written before it was read.
    const endMinute = minuteOf(readAt + Math.max(0, expiresAt - at));
    const atSeconds = Math.floor(at / 1000);
    if (known === undefined) {
      entries.set(key, { seq, atSeconds, endMinute });
    } else {
      known.seq = Math.max(known.seq, seq);
      known.atSeconds = Math.max(known.atSeconds, atSeconds);
      if (endMinute <= known.endMinute) return;
      known.endMinute = endMinute;
    }
    this.#endsIn(endMinute, kind).push(key);
  }

  /** The highest position, or the latest second, at which one of a token's keys was revoked; −1 if none was. */
  latest(what: "seq" | "atSeconds", { client_id, sub, sid, jti }: TokenKeys): number {
    const { all, client, subject, session, jti: token } = this.#kinds;
    let latest = Math.max(all.get("")?.[what] ?? none, subject.get(sub)?.[what] ?? none);
    if (client_id !== undefined) latest = Math.max(latest, client.get(client_id)?.[what] ?? none);
    if (sid !== undefined) latest = Math.max(latest, session.get(sid)?.[what] ?? none);
    if (jti !== undefined) latest = Math.max(latest, token.get(jti)?.[what] ?? none);
    return latest;
  }

  /** The keys of one kind. */
  keysOf(kind: RevocationKind): readonly string[] {
    return [...this.#kinds[kind].keys()];
  }

  /** Forgets at most `most` keys that expired before this minute of the monotonic clock. */
  forget(now: number, most: number = forgottenWithEach): void {
    let left = most;
    for (const [minute, kinds] of this.#ends) {
      if (minute >= minuteOf(now)) continue;
      for (const [kind, keys] of kinds) {
        for (; keys.length > 0 && left > 0; left -= 1) this.#forgetOne(kind, keys.pop() ?? "", minute);
        if (left === 0) return;
      }
      this.#ends.delete(minute);
    }
  }

  #forgetOne(kind: RevocationKind, key: string, minute: number): void {
    // A key that was revoked again since is in a later minute as well.
    if (this.#kinds[kind].get(key)?.endMinute === minute) this.#kinds[kind].delete(key);
  }

  #endsIn(minute: number, kind: RevocationKind): string[] {
    const kinds = this.#ends.get(minute) ?? new Map<RevocationKind, string[]>();
    const keys = kinds.get(kind) ?? [];
    this.#ends.set(minute, kinds.set(kind, keys));
    return keys;
  }
}

function minuteOf(time: number): number {
  return Math.floor(time / minuteMs);
}
