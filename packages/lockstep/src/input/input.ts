/**
 * What an input is and how it fails. There is one file for each place an input may come from; sources are never merged.
 */
import type { ObjectIds } from "./object-ids.ts";
import type { AnySchema } from "./schema.ts";

/** Where an input comes from. */
export type InputKind = "path" | "query" | "header" | "cookie" | "connection" | "body" | "form" | "raw-body";

/** For an input that identifies no object by its nature. */
export const noObjectIds: ObjectIds = Object.freeze({ ids: [], nothing: {}, unsaid: undefined });

/** What an input declares; OpenAPI is made of it. */
export interface InputPlace {
  readonly kind: InputKind;
  /** The parameter's name; the empty string for a body and the connection. */
  readonly name: string;
  /** `undefined` for a raw body and the connection only. */
  readonly schema: AnySchema | undefined;
  /** Which parts of it are ids of objects, and which say that they are none. */
  readonly objectIds: ObjectIds;
  /** For bodies: the media types to document. A body of `application/json` also accepts every `application/*+json`. */
  readonly mediaTypes: readonly string[];
}

/** One thing wrong with an input. */
export interface InputIssue {
  readonly in: InputKind;
  /** A JSON Pointer (RFC 6901) into the place: `/limit` of the query, `/items/0/text` of the body. */
  readonly pointer: string;
  /** For the client: what is expected. Never holds what was sent. */
  readonly detail: string;
}

/** An input that does not fit its schema. All of a request are collected into one 422. */
export class InputFailure {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    this.issues = issues;
  }
}
