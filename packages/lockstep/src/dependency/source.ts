/**
 * Where a request's inputs come from. Hosts give a lazy accessor (`HostRequest`); this module owns what the core makes of
 * it once for each request: the parsed query, cookies and body. Outside HTTP there is no source.
 */
import type { HostRequest } from "../host/host.ts";

/** A body as it came; each input parses what it declared. */
export interface Content {
  readonly raw: Uint8Array;
  /** The body as JSON, parsed once. @throws Problem 400, 413 */
  json(): unknown;
  /** The body as form fields, all values of each. @throws Problem 400, 413 */
  form(): ReadonlyMap<string, readonly string[]>;
}

/** The inputs of one request, parsed at most once each. */
export interface Source {
  readonly request: HostRequest;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** The decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** All values of each query parameter. */
  query(): ReadonlyMap<string, readonly string[]>;
  /** All values of each cookie. */
  cookies(): ReadonlyMap<string, readonly string[]>;
  /** Reads the body once, within the route's limit. */
  content(): Promise<Content>;
}
