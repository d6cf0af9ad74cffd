/**
 * How a key that must not be used is reported: the same words at construction and for a set that came over the network. Each file
 * that reads a kind of key refuses some, and none of them is below all the others.
 */
import { notify } from "../callback.ts";
import { BuildError } from "../problem/error.ts";

/** A key that cannot be used or whose parts contradict each other. The message holds no key material. */
export function wrongKey(message: string, options?: ErrorOptions): BuildError {
  return new BuildError("wrong_key", message, options);
}

/** A private key where public ones belong: anyone who reads the set can sign. */
export function privateKeyPublished(): BuildError {
  return wrongKey("Publish keys without their private members: a set of public keys holds a private key");
}

/** A key that is well-formed and too weak to trust. The message holds no key material. */
export function weakKey(message: string): BuildError {
  return new BuildError("weak_key", message);
}

/** Is told why loading failed, or which key of a set is ignored. It may be asynchronous, and nobody waits for it. */
export type ProblemListener = ((problem: Error) => void) | ((problem: Error) => Promise<void>);

/** Tells the listener of the keys that a set holds and nobody may use; without a listener, standard error. */
export function reportIgnored(ignored: readonly BuildError[], onProblem: ProblemListener | undefined): void {
  for (const problem of ignored) notify("onProblem failed", onProblem ?? tell, problem);
}

function tell({ message }: Error): void {
  console.error(message);
}
