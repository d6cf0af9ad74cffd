/**
 * Values that must not be printed. This module owns the wrapper and decides what happens when one is logged or serialised.
 * `same-secret.ts` compares secrets. A `Secret` is the same value at run time. Its type says that the program stores it, so a
 * presented credential does not pass as a stored one.
 */
import { recogniseEverywhere } from "../brand.ts";
import { BuildError } from "../problem/error.ts";
import { encodeHex } from "./encoding.ts";

const shown = "[redacted]";
let respondingDepth = 0;

/**
 * Runs `serialise`, and throws if it serialises a `Redacted` or a `Secret`: a response that contains one is a bug of the handler,
 * and a placeholder would hide it. `serialise` must be synchronous.
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
 * A value that shows `[redacted]` when it is printed, logged or serialised: a credential that a client **presented** and nobody
 * has verified. Schemes return one, so a credential does not end up in a log by accident. An answer that contains one throws
 * `secret_in_response`.
 *
 * A value that the program itself **stores** is a `Secret`. It is the same at run time, but its type is different: a `Redacted`
 * does not fit where a `Secret` is required, so a presented credential cannot be compared with itself.
 *
 * @example
 * ```ts
 * const caller = authenticate({ token }, ({ token }) => sessions.find(token.reveal()));
 * ```
 */
export class Redacted<T> {
  static {
    recogniseEverywhere(this, "Redacted");
  }

  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** Returns the value itself, without protection. The word is easy to find in a review. */
  reveal(): T {
    return this.#value;
  }

  /**
   * Returns the SHA-256 of a text as 64 hexadecimal digits, to find a key by its stored hash. Use it for keys of at least 128
   * random bits. A password needs a slow hash instead, and a token is verified by its verifier.
   *
   * @example
   * ```ts
   * const client = authenticate({ key, db }, async ({ key, db }) => db.clients.findByKeyHash(await key.digest()));
   * ```
   */
  async digest(this: Redacted<string>): Promise<string> {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(this.reveal()));
    return encodeHex(new Uint8Array(hash));
  }

  toString(): string {
    return shown;
  }

  /** @throws BuildError `secret_in_response` while a response is being serialised */
  toJSON(): string {
    if (respondingDepth > 0) {
      throw new BuildError(
        "secret_in_response",
        "Leave the secret out of the handler's result, or give the route a response schema without it",
      );
    }
    return shown;
  }

  get [Symbol.toStringTag](): string {
    return "Redacted";
  }

  static {
    // Node's console and util.inspect call this method. It is defined here because its name is not a literal.
    Object.defineProperty(Redacted.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => shown });
  }
}

declare const stored: unique symbol;

/**
 * A value that the program **stores** and that must never be sent in a response: a password hash, the hash of an API key, a
 * signing key. `secret()` makes one. A handler whose result type contains a `Secret` or a `Redacted` does not compile unless its
 * response schema drops it. At run time, a response that contains one throws `secret_in_response`.
 *
 * It fits where a `Redacted` is required, but not the reverse. Require a `Secret` for the stored side of a comparison.
 */
export interface Secret<T> extends Redacted<T> {
  readonly [stored]: true;
}

/**
 * Makes a `Secret`: a value that is neither printed nor sent.
 *
 * @example
 * ```ts
 * const user = { id: row.id, passwordHash: secret(row.passwordHash) };
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  // The brand exists for the compiler only. At run time, a secret is a `Redacted`.
  return new Redacted(value) as Secret<T>;
}
