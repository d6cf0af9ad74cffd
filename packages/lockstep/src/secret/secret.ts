/** Secrets that a program keeps, a password hash for example: they may not leave in a response. */
import { Redacted } from "./redacted.ts";

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
