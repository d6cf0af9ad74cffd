/** Reads an input of a request, as the tests of inputs ask for it. */
import { InputFailure } from "../outcome/input-failure.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { Problem } from "../problem/problem.ts";
import { type RequestRecord, requestSource } from "./host-request.fixture.ts";

/** The result of reading: the value, the issues as `pointer: detail`, or the problem as `status code`. */
export async function readInput(dep: AnyDependency, record: RequestRecord, onRead?: () => void): Promise<unknown> {
  const node = dep["~dep"];
  if (node.kind !== "input") throw new TypeError("not an input");
  try {
    const value = await node.read(requestSource(record, onRead), {});
    return value instanceof InputFailure ? value.issues.map((issue) => `${issue.in} ${issue.pointer}: ${issue.detail}`) : value;
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.code}`;
    throw error;
  }
}

/** The facts of a dependency, in order. */
export function factsOf(dep: AnyDependency): readonly string[] {
  return [...dep["~dep"].facts];
}

/** A request with a JSON body. */
export function jsonRequest(
  body: string | Uint8Array,
  contentType: string | readonly string[] = "application/json",
): RequestRecord {
  return { headers: { "content-type": contentType }, body };
}

/** A request with a form. */
export function formRequest(body: string | Uint8Array, contentType = "application/x-www-form-urlencoded"): RequestRecord {
  return { headers: { "content-type": contentType }, body };
}
