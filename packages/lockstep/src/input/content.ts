/** The body of a request, read once. */

/** A body as it came; each input parses what it declared. */
export interface Content {
  readonly raw: Uint8Array;
  /** The body as JSON, parsed once. @throws Problem 400, 413 */
  json(): unknown;
  /** The body as form fields, all values of each. @throws Problem 400, 413 */
  form(): ReadonlyMap<string, readonly string[]>;
}
