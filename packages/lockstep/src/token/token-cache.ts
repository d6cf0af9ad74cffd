/**
 * Verified tokens by their exact text, bounded in bytes, whatever their claims are. One for each verifier: a token of one issuer
 * is never looked up for another. A token is found by the end of its signature and then compared as a whole: hashing a text
 * that just came from the network costs about a nanosecond a character, three times as much as all the rest of a hit.
 * Eviction is CLOCK: a hit sets a mark and moves nothing; the hand takes away what was not used since it last passed.
 * Failures are never kept.
 */
import { heldBytes } from "./held-bytes.ts";

/** The entry of a token. */
export interface CachedToken<T> {
  readonly value: T;
  readonly expiresAtMs: number;
}

interface Entry<T> extends CachedToken<T> {
  readonly text: string;
  readonly bytes: number;
  used: boolean;
}

/** How much of a signature tells tokens apart: 192 bits. Two tokens that shared it would take turns, never be confused. */
const tailLength = 32;

/** A bounded cache from the text of a token to what it says. */
export class TokenCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #maxBytes: number;
  #bytes = 0;
  #hand: Iterator<[string, Entry<T>], undefined> = this.#entries.entries();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many bytes the entries are taken to hold. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#entries.size;
  }

  find(text: string): CachedToken<T> | undefined {
    const entry = this.#entries.get(text.slice(-tailLength));
    // The end alone proves nothing: a forger can copy a signature, so every character must be the verified token's.
    if (entry === undefined || entry.text !== text) return undefined;
    entry.used = true;
    return entry;
  }

  /** Keeps a verified token, if it fits at all, and makes room for it. */
  save(text: string, { value, expiresAtMs }: CachedToken<T>): void {
    const bytes = heldBytes(text, value);
    if (bytes > this.#maxBytes) return;
    const tail = text.slice(-tailLength);
    this.#remove(tail);
    while (this.#bytes + bytes > this.#maxBytes) this.#evictOne();
    this.#entries.set(tail, { value, expiresAtMs, text, bytes, used: false });
    this.#bytes += bytes;
  }

  delete(text: string): void {
    const tail = text.slice(-tailLength);
    if (this.#entries.get(tail)?.text === text) this.#remove(tail);
  }

  clear(): void {
    this.#entries.clear();
    this.#hand = this.#entries.entries();
    this.#bytes = 0;
  }

  #remove(tail: string): void {
    this.#bytes -= this.#entries.get(tail)?.bytes ?? 0;
    this.#entries.delete(tail);
  }

  /** Moves the hand to the next entry that was not used since it last passed, and takes that away. */
  #evictOne(): void {
    for (;;) {
      const next = this.#hand.next();
      if (next.done === true) {
        this.#hand = this.#entries.entries();
        continue;
      }
      const [tail, entry] = next.value;
      if (!entry.used) {
        this.#remove(tail);
        return;
      }
      entry.used = false;
    }
  }
}
