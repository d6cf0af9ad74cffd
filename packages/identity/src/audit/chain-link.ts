/**
 * The links of the chain of events. Each event has a number and a hash that covers its columns and the hash of the event before,
 * so nobody who can write to the database, but does not have `IDENTITY_KEY`, can change, remove or reorder events unnoticed. This
 * module hashes; it reads and writes nothing.
 */
import { createHmac } from "node:crypto";
import { numberOf, textOf } from "../store/row.ts";
import type { Row, SqlValue } from "../store/statement.ts";

/** The chain of audit events is broken, or its state was changed. The message begins with what to do. */
export class AuditChainBroken extends Error {
  override readonly name = "AuditChainBroken";
}

/** A place in the chain: after the event with this number. */
export interface ChainPlace {
  /** The number of the event; 0 before the first one. */
  readonly seq: number;
  /** The hash of the event. */
  readonly hash: string;
  /** When the place became what it is: the begin or the end of the chain. Milliseconds since 1970. */
  readonly at: number;
}

/** A row of the table of events, as it is stored. */
export interface ChainedRow {
  readonly id: string;
  readonly at: number;
  readonly seq: number;
  readonly hash: string;
  /** The columns that the hash covers. */
  readonly columns: readonly SqlValue[];
}

/** The place before the first event of a chain that begins after a number. */
export function beginning(seq: number, at: number): ChainPlace {
  return { seq, hash: "begin", at };
}

/** The hash of an event: of its number, its columns, and the hash of the event before. */
export function linkHash(key: Buffer, previous: string, seq: number, columns: readonly SqlValue[]): string {
  return mac(key, ["event", previous, seq, ...columns]);
}

/** Proves that the service has written where the chain begins or ends. */
export function placeProof(key: Buffer, name: "start" | "head", { seq, hash, at }: ChainPlace): string {
  return mac(key, [name, seq, hash, at]);
}

/** The columns of an event that its hash covers. */
export function columnsOf(row: Row): readonly SqlValue[] {
  return covered.map((name) => row[name] ?? null);
}

/** Reads an event that has a number. */
export function toChainedRow(row: Row): ChainedRow {
  return {
    id: textOf(row, "id"),
    at: numberOf(row, "at"),
    seq: numberOf(row, "seq"),
    // An event with a number and without a hash was not chained by the service.
    hash: typeof row["hash"] === "string" ? row["hash"] : "",
    columns: columnsOf(row),
  };
}

const covered = ["id", "at", "type", "outcome", "subject", "request_id", "details"] as const;

/** The columns of an event, for a statement. */
export const coveredColumns: string = covered.join(", ");

function mac(key: Buffer, parts: readonly SqlValue[]): string {
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}
