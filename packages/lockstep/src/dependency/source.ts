/**
 * Where a request's inputs come from. Hosts give a lazy accessor (`HostRequest`); this module owns what the core makes of
 * it once for each request: the parsed query, cookies and body. Outside HTTP there is no source.
 */
import type { HostRequest } from "../host/host.ts";
import type { Content } from "../input/content.ts";

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
