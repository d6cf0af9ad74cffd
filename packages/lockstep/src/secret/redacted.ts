/**
 * Values that must not be printed. This module owns the wrapper and what happens when one is logged or serialised;
 * comparing secrets is in `same-secret.ts`. A `Secret` is the same value at run time: its type says that the program keeps it, and a
 * presented credential does not pass as a stored one.
 */
import { recogniseEverywhere } from "../brand.ts";
import { BuildError } from "../problem/error.ts";

const shown = "[redacted]";
let respondingDepth = 0;

/**
 * Runs `serialise` in such a way that a `Redacted` or a `Secret` met on the way throws instead of printing its placeholder:
 * a response that holds one is a bug of the handler, not something to paper over. Synchronous by design.
 *
 * @throws BuildError `secret_in_response`
 */
export function refusingSecrets<T>(serialise: () => T): T {
  respondingDepth += 1;
  try {
    return serialise();
  } finally {
    respondingDepth -= 1;
  }
}

/**
 * A value that shows nothing when it is printed, logged or serialised. What a scheme extracts from a request is one, so
 * that a credential cannot end up in a log by accident; `reveal()` is easy to find in a review.
 */
export class Redacted<T> {
  static {
    recogniseEverywhere(this, "Redacted");
  }

  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself, on purpose. */
  reveal(): T {
    return this.#value;
  }

  /**
   * The SHA-256 of a text as 64 hexadecimal digits, to look a key up by what is stored of it. For keys of at least 128 random bits: a
   * password needs a slow hash instead, and a token is verified by its verifier.
   *
   * @example
   * ```ts
   * const client = authenticate({ key, db }, async ({ key, db }) => db.clients.findByKeyHash(await key.digest()));
   * ```
   */
  async digest(this: Redacted<string>): Promise<string> {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(this.reveal()));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  toString(): string {
    return shown;
  }

  /** @throws BuildError `secret_in_response` while a response is being serialised */
  toJSON(): string {
    if (respondingDepth > 0) {
      throw new BuildError(
        "secret_in_response",
        "The handler's result holds a secret: give the route a response schema without it, or leave it out of the result",
      );
    }
    return shown;
  }

  get [Symbol.toStringTag](): string {
    return "Redacted";
  }

  static {
    // What Node's console and util.inspect call; declared here because its name is no literal.
    Object.defineProperty(Redacted.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => shown });
  }
}

declare const stored: unique symbol;

/**
 * A stored value that must never leave in a response (a password hash, an API key's hash). A handler whose result type
 * holds a `Secret` does not compile; at run time serialising a response that holds one throws `secret_in_response`.
 */
export interface Secret<T> extends Redacted<T> {
  readonly [stored]: true;
}

/** Wraps a value so that it is neither printed nor sent. */
export function secret<T>(value: T): Secret<T> {
  // The brand exists for the compiler only: at run time a secret is a redacted value.
  return new Redacted(value) as Secret<T>;
}
