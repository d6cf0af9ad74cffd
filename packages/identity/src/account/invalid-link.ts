/** A link that is no good: unknown, spent, over, replaced by a newer one, for something else, of an account that may not use it. */
import { type Connection, problem, type Problem } from "lockstep";
import type { Settings } from "../settings.ts";

/** Why a link was refused; the answer is the same for all of them. */
export type LinkRefusal = "unknown" | "wrong_password" | "overtaken";

/** Reports a refused link, and makes the answer: 400 `invalid_link`. */
export function invalidLink(reason: LinkRefusal, connection: Connection, settings: Settings, subject?: string): Problem {
  settings.audit.report({ type: "link.refused", reason, ...(subject === undefined ? {} : { subject }) }, connection);
  return problem(400, "invalid_link", "The link is no good any more: ask for a new one.");
}

/** Reports a wrong password, and makes the answer: 403 `wrong_password`. */
export function wrongPassword(connection: Connection, settings: Settings, subject?: string): Problem {
  const about = subject === undefined ? {} : { subject };
  settings.audit.report({ type: "sign_in.failed", method: "password", reason: "wrong_password", ...about }, connection);
  return problem(403, "wrong_password", "The password is wrong.");
}
