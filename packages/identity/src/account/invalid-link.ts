/**
 * Refuses links that are unknown, used, expired, replaced by a newer one, made for another purpose, or of an account that may not
 * use them.
 */
import { type Connection, problem } from "lockstep";
import type { Settings } from "../settings.ts";

/** Why a link was refused. The answer is the same for all reasons. */
export type LinkRefusal = "unknown" | "wrong_password" | "overtaken";

/**
 * Reports a refused link.
 *
 * @throws Problem 400 `invalid_link`
 */
export function invalidLink(reason: LinkRefusal, connection: Connection, settings: Settings, subject?: string): never {
  settings.audit.report({ type: "link.refused", reason, ...(subject === undefined ? {} : { subject }) }, connection);
  problem(400, "invalid_link", "This link is not valid any more: ask for a new one.");
}
