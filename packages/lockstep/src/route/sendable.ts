/** Values that can never be a result, with any schema, and values that may be sent without one. */
import { notOneRecord } from "../outcome/principal.ts";
import { isPromise } from "../promise.ts";
import { needsResponse } from "./advice.ts";
import { BuildError } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";
import { Reply } from "../outcome/reply.ts";
import { StreamReply } from "../outcome/stream.ts";

/** What to do instead, for values that JSON would write as `{}` or not at all. */
function advice(value: unknown): string | undefined {
  if (typeof value === "bigint") return "a bigint: JSON has none, so return String(value)";
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}: return its value`;
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Problem) return "a problem: throw it, as problem() does";
  if (value instanceof Error) return `an error (${value.name}): throw it, or problem(…)`;
  if (typeof Response === "function" && value instanceof Response)
    return "a web Response: return the body, or reply(status, body, { headers })";
  if (value instanceof Uint8Array) return 'bytes: declare { response: file("image/png") } to send them';
  if (isPromise(value)) return "a promise in a reply: await it first";
  if (value instanceof StreamReply) return "a stream: declare { response: text() } or file(…) to send it";
  if (value instanceof Reply) return "a reply in a reply: return one of them";
  if (value instanceof Map || value instanceof Set)
    return "a collection that JSON writes as {}: return Object.fromEntries(map) or [...set]";
  return undefined;
}

/** @throws BuildError `wrong_result` for a result that JSON would write as something else */
export function checkSendable(result: unknown, where: string, did = "the handler returned"): void {
  const wrong = advice(result);
  if (wrong !== undefined) throw new BuildError("wrong_result", `${where}: ${did} ${wrong}`);
}

/**
 * Lets through values without members: text, a number, a boolean, `null`. An object without a response schema is never sent.
 *
 * @throws BuildError `wrong_result`
 */
export function plainResult(result: unknown, where: string): unknown {
  if (typeof result !== "object" || result === null) return result;
  throw new BuildError("wrong_result", `${where}: ${needsResponse}, here ${notOneRecord(result) ?? "an object"}`);
}
