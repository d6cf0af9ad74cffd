/**
 * JSON bodies. The reading itself is `json/strict-json.ts`: no member twice, no lone surrogate, bounded depth and size,
 * linear time. This module owns the bytes before it (UTF-8 without a byte order mark, RFC 8259 §8.1), the names that are
 * refused, and the answers.
 *
 * Numbers are read as JavaScript reads them: 2^53+1 loses its last digit, and the schema decides on it. One that would become
 * Infinity (1e400) is not JSON here (RFC 7493 §2.2).
 */
import { ownProblem, type Problem } from "../problem/problem.ts";
import { parseStrictJson, StrictJsonError } from "../json/strict-json.ts";
import type { InputLimits } from "./limits.ts";

/**
 * Names of members that are refused, because code that copies objects may reach a prototype through them (CWE-1321).
 * It costs APIs a member called `constructor`.
 */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** The answer to a forbidden name, in JSON or in a form. */
export function forbiddenKey(): Problem {
  return ownProblem(400, "forbidden_key", "The body has a member whose name is not allowed.");
}

// A byte order mark is kept: for the reader it is a syntax error.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes bytes as UTF-8; `undefined` if they are not UTF-8. */
export function decodeUtf8(raw: Uint8Array): string | undefined {
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
}

/**
 * Parses a JSON body. Objects have no prototype.
 *
 * @throws Problem 400 `malformed_json`, `duplicate_member`, `forbidden_key`; 413 `too_deep`, `too_many`
 */
export function parseJson(raw: Uint8Array, limits: Pick<InputLimits, "maxJsonDepth" | "maxJsonMembers">): unknown {
  const text = decodeUtf8(raw);
  if (text === undefined) throw malformed("The body is not UTF-8.");
  try {
    return parseStrictJson(text, { maxDepth: limits.maxJsonDepth, maxMembers: limits.maxJsonMembers, forbiddenKeys });
  } catch (error) {
    throw error instanceof StrictJsonError ? answer(error) : error;
  }
}

// The cause is left out on purpose: a wrong body is the client's mistake, and nothing of it belongs in a log.
function answer({ reason }: StrictJsonError): Problem {
  switch (reason) {
    case "syntax":
      return malformed("The body is not valid JSON.");
    case "duplicate":
      return ownProblem(400, "duplicate_member", "The body names a member of an object twice.");
    case "forbidden-key":
      return forbiddenKey();
    case "depth":
      return ownProblem(413, "too_deep", "The body is nested too deeply.");
    case "members":
      return ownProblem(413, "too_many", "The body has too many members.");
    default:
      return reason satisfies never;
  }
}

function malformed(detail: string): Problem {
  return ownProblem(400, "malformed_json", detail);
}
