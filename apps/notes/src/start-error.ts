/** Why the program cannot start. */

/** Keeps the program from starting. The message is one sentence for the operator: what is wrong, and what to set. */
export class StartError extends Error {
  override readonly name = "StartError";
}
