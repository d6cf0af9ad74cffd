/**
 * Which key signs and which are published, decided from the rows and the clock alone, so that every node decides alike. A key is
 * **next** (published, not signing), then **current**, then **retired** (published until the last token it signed is over), then
 * **removed**. No state is stored: only the times at which it changes.
 */

/** When a key signs and how long it is published. Milliseconds since 1970. */
export interface SigningTimes {
  readonly signsFrom: number;
  readonly signsUntil: number;
  /** From then on no key set holds it. */
  readonly publishedUntil: number;
}

/** What is decided about. */
export interface PlannedKey extends SigningTimes {
  readonly kid: string;
  readonly compromisedAt: number | undefined;
}

/** How far apart the times of a key are. Milliseconds. */
export interface KeyPeriods {
  /** How long a key signs. */
  readonly signsMs: number;
  /** How long a key is published before it signs: longer than anybody who verifies keeps a key set. */
  readonly aheadMs: number;
  /** How long a key is published after it signed: longer than a token is good. */
  readonly afterMs: number;
}

/** What has to be done, in one transaction. */
export interface KeyPlan {
  /** The times of a key to make. */
  readonly make: SigningTimes;
  /** The key that signs until then, although its time would be over. */
  readonly extend: { readonly kid: string; readonly signsUntil: number; readonly publishedUntil: number } | undefined;
}

/** The keys that a key set holds now. */
export function publishedKeys<K extends PlannedKey>(keys: readonly K[], now: number): readonly K[] {
  return keys.filter(({ compromisedAt, publishedUntil }) => compromisedAt === undefined && now < publishedUntil);
}

/**
 * The key that signs now, which is always one of the published: the youngest whose time it is, else the one whose time
 * comes first. That is asked for by a clock that is behind, which nothing should keep from signing.
 */
export function currentKey<K extends PlannedKey>(keys: readonly K[], now: number): K | undefined {
  const inOrder = publishedKeys(keys, now).toSorted(byTime);
  return inOrder.findLast((key) => isSigning(key, now)) ?? inOrder.find(({ signsFrom }) => signsFrom > now);
}

/** What a key is at a moment. */
export type SigningKeyState = "next" | "current" | "retired" | "removed" | "compromised";

/** What one of the keys is now. */
export function stateOf<K extends PlannedKey>(key: K, keys: readonly K[], now: number): SigningKeyState {
  if (key.compromisedAt !== undefined) return "compromised";
  if (now >= key.publishedUntil) return "removed";
  if (currentKey(keys, now)?.kid === key.kid) return "current";
  return now < key.signsFrom ? "next" : "retired";
}

/** What has to be done so that there is a key to sign with now and for the time that a new one takes; mostly nothing. */
export function keyPlan(keys: readonly PlannedKey[], now: number, periods: KeyPeriods): KeyPlan | undefined {
  const published = publishedKeys(keys, now);
  // Nobody holds a key set with a key in it that still counts: there is nothing to be told of in advance.
  if (published.length === 0) return { make: timesOf(now, periods), extend: undefined };
  // The clock was set back, or the keys before were removed: this one signs already, and is the one that others know.
  if ((currentKey(published, now)?.signsFrom ?? now) > now) return undefined;
  const { aheadMs, afterMs } = periods;
  // Twice: once for whoever verifies, once for the nodes to notice.
  if (published.some((key) => isSigning(key, now + 2 * aheadMs))) return undefined;
  const last = published.toSorted(byTime).findLast(({ signsFrom }) => signsFrom <= now);
  const from = Math.max(now + aheadMs, last?.signsUntil ?? 0);
  const isGap = last !== undefined && last.signsUntil < from;
  return {
    make: timesOf(from, periods),
    extend: isGap ? { kid: last.kid, signsUntil: from, publishedUntil: from + afterMs } : undefined,
  };
}

/** The times of a key that signs from a moment on. */
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
