/** Principals: who is calling, after verification. A principal has an id. */
import { readMember } from "../json/member.ts";
import { isPromise } from "../promise.ts";
import { Problem } from "../problem/problem.ts";
import { Reply } from "./reply.ts";
import { StreamReply } from "./stream.ts";
import { Redacted } from "../secret/redacted.ts";

/** The id of a principal, or of an object's owner. Ids of different types are never equal. */
export type Id = string | number | bigint;

/** Who is calling, after verification: a user, a client or a service. */
export interface Principal {
  /** Unique among the principals of the application, and never empty. Lockstep compares an object's owner with it. */
  readonly id: Id;
}

/**
 * One record: no list, function, error, promise, result of a validation, reply or credential. Each is recognised by a member that
 * it has, and not by a condition on the type: generic helpers call `identified()` too.
 */
export type OneRecord = object & {
  readonly [Symbol.iterator]?: never;
  readonly stack?: never;
  readonly then?: never;
  readonly success?: never;
  readonly ok?: never;
  readonly apply?: never;
  readonly reveal?: never;
  readonly cookies?: never;
  readonly chunks?: never;
};

/** Whether a value can be an id: text that is not empty, a finite number, a bigint. */
export function isId(value: unknown): value is Id {
  return (
    (typeof value === "string" && value !== "") ||
    typeof value === "bigint" ||
    (typeof value === "number" && Number.isFinite(value))
  );
}

/** The id of a principal: its own or its class's, never one of `Object.prototype`. `undefined` if it has none. */
export function idOf(principal: object): Id | undefined {
  const id = readMember(principal, "id");
  return isId(id) ? id : undefined;
}

/** Says, for the audit log, why a value cannot be a principal; `undefined` if it is one record. Never shows the value. */
export function notOneRecord(value: unknown): string | undefined {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  if (value instanceof Problem) return `a problem (${value.code})`;
  if (value instanceof Error) return `an error (${value.name})`;
  if (isPromise(value)) return "a promise";
  if (value instanceof Redacted) return "a credential that nothing has verified";
  if (value instanceof Reply || value instanceof StreamReply) return "a reply";
  if (value instanceof Map || value instanceof Set) return "a collection";
  if (typeof Response === "function" && value instanceof Response) return "a Response";
  return undefined;
}
