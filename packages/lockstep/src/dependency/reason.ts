/** Reasons that people read in the document: they are never empty. */
import type { NoneOf, OrAdvice } from "./dependency.ts";
import { BuildError } from "../problem/error.ts";

const sayWhy = "say why in a few words: the reason is shown in the document";

/** A reason, or advice if it may be the empty string. */
export type Reason<R extends string> = OrAdvice<R, NonEmptyReason<R>>;

/** Advice if a reason may be the empty string. */
export type NonEmptyReason<R extends string> = NoneOf<Extract<R, "">, typeof sayWhy>;

/** Returns the reason. @throws BuildError `empty_reason` for anything but text that is not blank */
export function checkReason(where: string, reason: unknown): string {
  if (typeof reason === "string" && reason.trim() !== "") return reason;
  throw new BuildError("empty_reason", `${where}: ${sayWhy}`);
}
