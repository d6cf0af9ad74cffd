/**
 * Entries of the log by what they revoke, for checks that cost a few look-ups. An entry is forgotten when the last token that it
 * could concern is over, a few at a time, so that the map is as large as what was revoked lately (attack row M-04).
 */
import type { Claims } from "lockstep/jwt";
import type { Revocation, RevocationKind } from "./revocation-log.ts";

/** What of a token may be revoked. */
export type TokenKeys = Pick<Claims, "sub" | "client_id" | "sid" | "jti">;

/** What is known of one key: the latest of each. Small integers, which take no memory of their own. */
interface Entry {
  seq: number;
  /** In whole seconds, as `iat` is. */
  atSeconds: number;
  /** The minute in which it is over. */
  endMinute: number;
}

const none = -1;
const minuteMs = 60_000;
/** More than the one that is added, so that what is over never piles up. */
const forgottenWithEach = 2;

/** Entries that are live. */
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
  /** The keys of each kind, by the minute in which they are over. */
  readonly #ends = new Map<number, Map<RevocationKind, string[]>>();

  /** How many keys are kept. */
  get size(): number {
    return Object.values(this.#kinds).reduce((sum, entries) => sum + entries.size, 0);
  }

  /** Keeps an entry. A key that was revoked before is kept until both are over. */
  add({ kind, key, seq, at, expiresAt }: Revocation): void {
    const entries = this.#kinds[kind];
    const known = entries.get(key);
    const endMinute = minuteOf(expiresAt);
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

  /** The highest position, or the latest second, at which anything of a token was revoked; −1 if nothing was. */
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

  /** Forgets what was over before this minute, `most` of it at once. */
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
    // One that was revoked again since stands in a later minute as well.
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
