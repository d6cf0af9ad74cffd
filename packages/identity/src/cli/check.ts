/** What `doctor` finds. */
import type { Context } from "./command.ts";

/** A finding: `look` is for what works, and should be looked after. */
export interface Finding {
  readonly state: "ok" | "look" | "wrong";
  /** What is there, and what to do where it is not good. */
  readonly message: string;
}

/** Looks at one thing; `undefined` where there is nothing of the kind. What it throws is wrong. */
export type Check = (context: Context) => Promise<Finding | undefined>;

/** Something is as it should be. */
export function ok(message: string): Finding {
  return { state: "ok", message };
}

/** Something works, and should be looked after. */
export function look(message: string): Finding {
  return { state: "look", message };
}

/** Something keeps the service from working. */
export function wrong(message: string): Finding {
  return { state: "wrong", message };
}
