/**
 * What the core sees of a host. A host gives a `HostRequest`, a lazy accessor over its own request (never a web `Request`
 * it would have to build), and writes a `HostResponse`. This module imports nothing: hosts and core meet here.
 */

/** A client certificate that the host's TLS layer has verified. */
export interface ClientCertificate {
  /** SHA-256 of the DER encoding, in base64url (RFC 8705 §3.1, `x5t#S256`). */
  readonly thumbprintSha256: string;
  /** The subject's distinguished name, as the host prints it. */
  readonly subject: string;
}

/** One request, as the host has it. Header names are lower-case. */
export interface HostRequest {
  /** The method, as sent. */
  readonly method: string;
  /** The path as sent: not decoded, without the query. */
  readonly path: string;
  /** The query as sent: not decoded, without the question mark; empty where there is none. */
  readonly query: string;
  /** Whether the client's connection is encrypted. */
  readonly secure: boolean;
  /** The address of the peer, where the host knows it. */
  readonly address: string | undefined;
  /** Whether the client has gone, so that nobody will read the answer. A host that cannot know leaves it out. */
  readonly isGone?: boolean;
  /** The client's certificate, if one was presented and the host's TLS layer trusts it. */
  certificate(): ClientCertificate | undefined;
  /** The first value of a header. */
  header(name: string): string | undefined;
  /** Every value of a header, in the order they came; empty where there is none. */
  headers(name: string): readonly string[];
  /**
   * Reads the whole body.
   *
   * @throws Problem `too_large` once more than `maxBytes` came
   */
  body(maxBytes: number): Promise<Uint8Array>;
}

/** What is written: everything but the connection's own headers. */
export interface HostResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** `undefined` where there is no body. An iterable is written piece by piece. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
}
