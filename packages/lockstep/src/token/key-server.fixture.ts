/**
 * The server for the tests of remote keys: real, on the loopback address. The verifier's clock is the test's; the server's is
 * real.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { after, afterEach, before, beforeEach, mock } from "node:test";
import { Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { eventually } from "../testing/eventually.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import { remoteJwks } from "./remote-jwks.ts";
import type { RemoteJwksOptions } from "./remote-jwks.ts";
import * as f from "./token.fixture.ts";

/** What the server does with a request. */
export type Answer = (response: ServerResponse) => void;

/** One issuer's server: its answers, the requests that it got, and the clock of the verifiers that ask it. */
export class KeyServer {
  readonly requests: string[] = [];
  readonly cookies: unknown[] = [];
  readonly credentials: unknown[] = [];
  readonly problems: Error[] = [];
  readonly #server = createServer((request, response) => {
    this.requests.push(request.url ?? "");
    this.cookies.push(request.headers.cookie);
    this.credentials.push(request.headers.authorization);
    (this.answers[request.url ?? ""] ?? ((missing) => missing.writeHead(404).end()))(response);
  });
  answers: Record<string, Answer> = {};
  clockMs: number = f.nowMs;
  host = "";

  /**
   * Starts with the file's tests, stops after them, and is as new for each. It publishes K1 and K2 at `/keys`. However long it
   * takes, no time-out of the verifiers ends before `mock.timers` is told so.
   */
  constructor() {
    before(() => this.#listen());
    after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    beforeEach(() => {
      for (const list of [this.requests, this.cookies, this.credentials, this.problems]) list.length = 0;
      mock.timers.enable({ apis: ["setTimeout"] });
      this.clockMs = f.nowMs;
      this.answers = { "/keys": json({ keys: [f.k1Jwk, f.k2Jwk] }) };
    });
    afterEach(() => mock.timers.reset());
  }

  get origin(): string {
    return `http://${this.host}`;
  }

  /** A verifier of the fixture's issuer, or another one's, that takes its keys from here. */
  verifier(over: Partial<RemoteJwksOptions> = {}, { issuer = f.issuer }: { readonly issuer?: string } = {}): JwtVerifier {
    const onProblem = (problem: Error): unknown => this.problems.push(problem);
    const options = { url: `${this.origin}/keys`, allowPrivateHosts: [this.host], onProblem, ...over };
    // One of `url` and `issuer` is replaced by the other in some tests.
    return f.verifier({
      issuer,
      keys: remoteJwks(options as RemoteJwksOptions),
      algorithms: ["ES256", "EdDSA"],
      clock: () => this.clockMs,
    });
  }

  /** A valid token at the clock's time, a different one for each number of seconds. */
  token(seconds = 0): string {
    return f.token({}, { iat: this.clockMs / 1000, exp: this.clockMs / 1000 + 300 + seconds });
  }

  /** Waits until `count` requests have come. */
  asked(times: number): Promise<void> {
    return eventually(() => this.requests.length >= times, 30_000, `request ${times}`);
  }

  later(seconds: number): void {
    this.clockMs += seconds * 1000;
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    assert.ok(typeof address === "object" && address !== null);
    this.host = `127.0.0.1:${address.port}`;
  }
}

/** Answers with a JSON document. */
export const json =
  (body: unknown, type = "application/json"): Answer =>
  (response) =>
    response.writeHead(200, { "content-type": type }).end(JSON.stringify(body));

/** Asserts that the verifier cannot decide, which is neither a pass nor an invalid token. */
export function unavailable(by: JwtVerifier, text: string): Promise<void> {
  return assert.rejects(async () => by.verify(new Redacted(text)), Unavailable);
}
