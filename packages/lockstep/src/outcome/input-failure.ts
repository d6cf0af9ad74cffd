/** An input that does not fit what the endpoint takes. */

/**
 * Where an input comes from. `response` is the answer, which takes what dependencies add, and `work` is what is left for after
 * it. These two never fail. `messages` come once a WebSocket is open.
 */
export type InputKind =
  | "path"
  | "query"
  | "header"
  | "cookie"
  | "connection"
  | "response"
  | "work"
  | "body"
  | "form"
  | "raw-body"
  | "body-stream"
  | "multipart"
  | "messages";

/** One thing wrong with an input. */
export interface InputIssue {
  readonly in: InputKind;
  /** A JSON Pointer (RFC 6901) into the place: `/limit` of the query, `/items/0/text` of the body. */
  readonly pointer: string;
  /** The expected form, for the client. Never contains the value that was sent. */
  readonly detail: string;
}

/** An input that does not fit its schema. The failures of one request are collected into one 422. */
export class InputFailure {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    this.issues = issues;
  }
}
