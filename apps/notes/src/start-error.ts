/** The error of a program that cannot start. */

/** Keeps the program from starting. The message is one sentence for the operator that says what to set, and why. */
export class StartError extends Error {
  override readonly name = "StartError";
}
