/**
 * How a key that must not be used is reported: the same words at construction and for a set that came over the network. Each file
 * that reads a kind of key refuses some, and none of them is below all the others.
 */
import { BuildError } from "../problem/error.ts";

/** A key that cannot be used or whose parts contradict each other. The message holds no key material. */
export function wrongKey(message: string, options?: ErrorOptions): BuildError {
  return new BuildError("wrong_key", message, options);
}

/** A key that is well-formed and too weak to trust. The message holds no key material. */
export function weakKey(message: string): BuildError {
  return new BuildError("weak_key", message);
}
