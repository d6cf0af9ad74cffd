/** Calls a schema of the application, which may do anything: a wrong result fails the request and never lets a value pass. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { Denial } from "../outcome/deny.ts";
import { readable } from "../callback.ts";
import { isPromise } from "../promise.ts";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";
import type { AnySchema } from "./schema.ts";
import { asynchronousRun } from "./zod-async.ts";

type Result = StandardSchemaV1.Result<unknown>;

/**
 * Validates with a schema, as Standard Schema says. Problems that it throws on purpose (`Problem`, `Unavailable`,
 * `InvalidCredential`) stay what they are, and so does `deny()`. A schema that never settles keeps its request open, as a handler
 * would.
 *
 * @throws BuildError `wrong_schema`, naming `where`, if it throws, or returns neither a value nor a list of issues
 */
export function runSchema(schema: AnySchema, value: unknown, where: string): Result | Promise<Result> {
  let result: unknown;
  try {
    result = runOf(schema)(value);
    if (isPromise(result)) {
      return Promise.resolve(result).then(
        (settled: unknown) => checkResult(settled, where),
        (error: unknown) => {
          throw asOurs(error, where);
        },
      );
    }
  } catch (error) {
    throw asOurs(error, where);
  }
  return checkResult(result, where);
}

const runs = new WeakMap<AnySchema, (value: unknown) => unknown>();

/** How a schema is run: as Standard Schema says, unless a promise in it would be dropped. */
export function runOf(schema: AnySchema): (value: unknown) => unknown {
  const run = runs.get(schema) ?? asynchronousRun(schema) ?? ((value) => schema["~standard"].validate(value));
  runs.set(schema, run);
  return run;
}

function checkResult(result: unknown, where: string): Result {
  if (isResult(result)) return result;
  throw new BuildError(
    "wrong_schema",
    `Let validate() of ${where} return { value } or { issues: […] }, as Standard Schema says: it returned neither`,
  );
}

function isResult(result: unknown): result is Result {
  if (typeof result !== "object" || result === null) return false;
  const { issues } = result as { readonly issues?: unknown }; // Any object may be asked for a member.
  if (issues === undefined) return "value" in result;
  return Array.isArray(issues) && issues.every(isIssue);
}

function isIssue(issue: unknown): boolean {
  if (typeof issue !== "object" || issue === null || !("message" in issue)) return false;
  return !("path" in issue) || issue.path === undefined || Array.isArray(issue.path);
}

function asOurs(thrown: unknown, where: string): unknown {
  const error = readable(thrown);
  const isOnPurpose =
    error instanceof Problem ||
    error instanceof Denial ||
    error instanceof Unavailable ||
    error instanceof InvalidCredential ||
    error instanceof BuildError;
  if (isOnPurpose) return error;
  return new BuildError("wrong_schema", `Correct validate() of ${where}: it threw instead of returning issues`, { cause: error });
}
