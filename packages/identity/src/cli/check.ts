/** The checks of `doctor`. */
import type { Context } from "./command.ts";

/** The result of a check. `look`: it works and needs attention. */
export interface Finding {
  readonly state: "ok" | "look" | "wrong";
  /** The state that was found, or what to do about it. */
  readonly message: string;
}

/** Checks one thing. Returns `undefined` if the check does not apply. A rejection counts as `wrong`. */
export type Check = (context: Context) => Promise<Finding | undefined>;

/** A finding: all is well. */
export function ok(message: string): Finding {
  return { state: "ok", message };
}

/** A finding: it works and needs attention. */
export function look(message: string): Finding {
  return { state: "look", message };
}

/** A finding: it keeps the service from working. */
export function wrong(message: string): Finding {
  return { state: "wrong", message };
}
