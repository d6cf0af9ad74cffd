/**
 * Where a request's inputs come from. Hosts pass a lazy accessor (`HostRequest`). This module owns what the core reads from it
 * once for each request: the parsed query, cookies and body. Outside HTTP there is no source.
 */
import type { HostRequest } from "../host/host.ts";
import type { RequestBody } from "../host/request-body.ts";
import type { AnswerAdditions } from "../outcome/answer-additions.ts";
import type { LaterWork } from "../outcome/later-work.ts";

/** A body as it was sent. Each input parses it as it declares. */
export interface Content {
  readonly raw: Uint8Array;
  /** The body as JSON, parsed once. @throws Problem 400, 413 */
  json(): unknown;
  /** The body as form fields, all values of each. @throws Problem 400, 413 */
  form(): ReadonlyMap<string, readonly string[]>;
}

/**
 * The parts of a request in which a scheme looks for its credential. A body is not one of them: schemes run before it is read.
 */
export interface CredentialSource {
  /** The request as it was sent. `headers(name)` returns every value of a header; the name is in lower case. */
  readonly request: Omit<HostRequest, "body">;
  /** All values of each query parameter, decoded. @throws Problem 400 `malformed_request`, 413 `too_many` */
  query(): ReadonlyMap<string, readonly string[]>;
  /** All values of each cookie. @throws Problem 413 `too_many` */
  cookies(): ReadonlyMap<string, readonly string[]>;
  /** The origins that the API says it has: those of `servers` and of `resource`. Absent if nothing says it. */
  readonly ownOrigins?: ReadonlySet<string> | undefined;
}

/** The inputs of one request, parsed at most once each. */
export interface Source extends CredentialSource {
  readonly request: HostRequest;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** Aborts if the client leaves, the server closes or the caller's access ends. Made for the first that asks. */
  readonly signal: AbortSignal;
  /** The decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** How much of a body is read, unless its input has a limit of its own. */
  readonly limits: BodyLimits;
  /** Reads the body once, within the route's limit. */
  content(): Promise<Content>;
  /** What dependencies add to the answer, the same for all of them. */
  additions(): AnswerAdditions;
  /**
   * The body in pieces, up to `maxBytes`. Only one input can take it.
   *
   * @throws Problem 413 `too_large` for a body whose announced length is above the limit; BuildError `wrong_input` if another
   * input has read it
   */
  pieces(maxBytes: number): RequestBody;
  /** The work that is left for after the answer, the same for all dependencies. */
  laterWork(): LaterWork;
  /** Remembers texts of a body that is read in pieces: an answer that cannot hold one of them is the client's mistake. */
  remember(...texts: readonly string[]): void;
  /** The request is over: pieces that nobody has read by now are not read. */
  end(): void;
}

/** The limits of the route that a body is read with. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** The fields of a form. */
  readonly maxParameters: number;
}
