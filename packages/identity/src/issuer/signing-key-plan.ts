/**
 * Decides which key signs and which keys are published. It reads only the rows and the clock, so every node decides the same. A
 * key is **next** (published, not signing), then **current**, then **retired** (published until the last token that it signed
 * expires), then **removed**. No state is stored, only the times at which it changes.
 */

/** When a key signs, and until when it is published. Milliseconds since 1970. */
export interface SigningTimes {
  readonly signsFrom: number;
  readonly signsUntil: number;
  /** From this time on, no key set contains the key. */
  readonly publishedUntil: number;
}

/** A key that the plan is made for. */
export interface PlannedKey extends SigningTimes {
  readonly kid: string;
  readonly compromisedAt: number | undefined;
}

/** The periods between the times of a key, in milliseconds. */
export interface KeyPeriods {
  /** How long a key signs. */
  readonly signsMs: number;
  /** How long a key is published before it signs. This is longer than any verifier caches a key set. */
  readonly aheadMs: number;
  /** How long a key is published after it signed. This is longer than the life of a token. */
  readonly afterMs: number;
}

/** The changes to make, in one transaction. */
export interface KeyPlan {
  /** The times of the key to create. */
  readonly make: SigningTimes;
  /** The key that goes on signing until the new one does, although its time would be over. */
  readonly extend: { readonly kid: string; readonly signsUntil: number; readonly publishedUntil: number } | undefined;
}

/** Returns the keys that the key set contains at a time. */
export function publishedKeys<K extends PlannedKey>(keys: readonly K[], now: number): readonly K[] {
  return keys.filter(({ compromisedAt, publishedUntil }) => compromisedAt === undefined && now < publishedUntil);
}

/**
 * Returns the key that signs at a time. It is always a published one: the youngest whose time it is; otherwise the one whose time
 * comes first. The second case happens if a node's clock is behind, and lets that node sign all the same.
 */
export function currentKey<K extends PlannedKey>(keys: readonly K[], now: number): K | undefined {
  const inOrder = publishedKeys(keys, now).toSorted(byTime);
  return inOrder.findLast((key) => isSigning(key, now)) ?? inOrder.find(({ signsFrom }) => signsFrom > now);
}

/** The state of a key at a time. */
export type SigningKeyState = "next" | "current" | "retired" | "removed" | "compromised";

/** Returns the state of one of the keys at a time. */
export function stateOf<K extends PlannedKey>(key: K, keys: readonly K[], now: number): SigningKeyState {
  if (key.compromisedAt !== undefined) return "compromised";
  if (now >= key.publishedUntil) return "removed";
  if (currentKey(keys, now)?.kid === key.kid) return "current";
  return now < key.signsFrom ? "next" : "retired";
}

/** Returns the changes that are needed to have a signing key now and for as long as a new key takes. Usually `undefined`. */
export function keyPlan(keys: readonly PlannedKey[], now: number, periods: KeyPeriods): KeyPlan | undefined {
  const published = publishedKeys(keys, now);
  // No key set contains a key that is still valid, so a new key can sign at once.
  if (published.length === 0) return { make: timesOf(now, periods), extend: undefined };
  // The clock was set back, or earlier keys were removed. The first key to come signs already, and verifiers know it.
  if ((currentKey(published, now)?.signsFrom ?? now) > now) return undefined;
  const { aheadMs, afterMs } = periods;
  // Twice: once for verifiers to fetch the new key set, once for the nodes to notice that a key is due.
  if (published.some((key) => isSigning(key, now + 2 * aheadMs))) return undefined;
  const last = published.toSorted(byTime).findLast(({ signsFrom }) => signsFrom <= now);
  const from = Math.max(now + aheadMs, last?.signsUntil ?? 0);
  const isGap = last !== undefined && last.signsUntil < from;
  return {
    make: timesOf(from, periods),
    extend: isGap ? { kid: last.kid, signsUntil: from, publishedUntil: from + afterMs } : undefined,
  };
}

/** Computes the times of a key that signs from a moment on. */
export function timesOf(signsFrom: number, { signsMs, afterMs }: KeyPeriods): SigningTimes {
  const signsUntil = signsFrom + signsMs;
  return { signsFrom, signsUntil, publishedUntil: signsUntil + afterMs };
}

function isSigning({ signsFrom, signsUntil }: SigningTimes, at: number): boolean {
  return signsFrom <= at && at < signsUntil;
}

function byTime(a: PlannedKey, b: PlannedKey): number {
  return a.signsFrom - b.signsFrom || (a.kid < b.kid ? -1 : 1);
}
