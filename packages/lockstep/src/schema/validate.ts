/** Runs a schema over a value and says what is wrong with it, in one form for every library. */
import { type InputIssue, InputFailure, type InputKind } from "../outcome/input-failure.ts";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { issueDetail } from "./issue-detail.ts";
import { pointerTo } from "./pointer.ts";
import { runSchema } from "./run-schema.ts";
import type { AnySchema } from "./schema.ts";
import type { Strictness } from "./strict.ts";

/** The place of a value in the request, for its issues. */
export interface Place {
  readonly kind: InputKind;
  /** The pointer of the value itself: `/limit` for a parameter, the empty text for a body. */
  readonly pointer: string;
}

/** How many issues of one input are told; a body may have thousands. */
const maxIssues = 100;

/**
 * Validates a value: the schema's output, an `InputFailure`, or a promise of one where the schema is asynchronous. `found` are
 * issues that are known already; with one of them it always fails, and the schema's own are told with them.
 *
 * @throws BuildError `wrong_schema` if the schema throws or returns no result
 */
export function validate(schema: AnySchema, value: unknown, place: Place, found: readonly InputIssue[] = []): unknown {
  const result = runSchema(schema, value, `the schema of ${place.kind}${place.pointer}`);
  const settle = (settled: StandardSchemaV1.Result<unknown>): unknown => {
    if (settled.issues === undefined && found.length === 0) return settled.value;
    const known = new Set(found.map((issue) => issue.pointer));
    const further = issuesIn(settled.issues ?? [], value, place, schema["~standard"].vendor);
    return new InputFailure([...found, ...further.filter((issue) => !known.has(issue.pointer))].slice(0, maxIssues));
  };
  return result instanceof Promise ? result.then(settle) : settle(result);
}

/** What a body is validated with. */
export interface StrictSchema {
  readonly strictness: Strictness;
  readonly place: Place;
}

/** Validates a body: what the schema does not declare are issues, told with the schema's own about the rest. */
export function validateStrictly({ strictness, place }: StrictSchema, value: unknown, found: readonly InputIssue[] = []): unknown {
  const unknown = strictness.unknownKeys(value);
  const { schema } = strictness;
  if (unknown.length === 0) return validate(schema, value, place, found);
  const issues = unknown.map((pointer) => ({ in: place.kind, pointer, detail: "unknown field" }));
  return validate(schema, strictness.prune(value), place, [...found, ...issues]);
}

function issuesIn(issues: readonly StandardSchemaV1.Issue[], value: unknown, place: Place, vendor: string): InputIssue[] {
  const told = issues.slice(0, maxIssues).map((issue) => issueAt(issue, value, place, vendor));
  // Several checks may miss the same member; one "required" says it all.
  return told.filter(
    (one, index) => told.findIndex((other) => other.pointer === one.pointer && other.detail === one.detail) === index,
  );
}

function issueAt(issue: StandardSchemaV1.Issue, value: unknown, place: Place, vendor: string): InputIssue {
  let { pointer } = place;
  let sent = value;
  // A path may be a subclass of Array (arktype) whose `map` does not behave as one's.
  for (const segment of issue.path ?? []) {
    const key = typeof segment === "object" ? segment.key : segment;
    pointer = pointerTo(pointer, key);
    sent = typeof sent === "object" && sent !== null && Object.hasOwn(sent, key) ? Reflect.get(sent, key) : undefined;
  }
  return { in: place.kind, pointer, detail: issueDetail(issue, sent, vendor) };
}
