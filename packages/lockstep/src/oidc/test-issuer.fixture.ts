/**
 * An issuer on the loopback address that does what a test says: real sockets, a clock that the test moves, and no time-out that
 * ends before `mock.timers` is told so.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { after, afterEach, before, beforeEach, mock } from "node:test";
import { inspect } from "node:util";
import { InvalidCredential, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { eventually } from "../testing/eventually.ts";
import type { Claims } from "../token/claims.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import * as f from "../token/token.fixture.ts";
import type { SecretClient } from "./client-authentication.ts";
import type { AskingOptions } from "./introspection-options.ts";
import { oidc } from "./oidc.ts";

/** A request as it came. */
export interface Asked {
  readonly path: string;
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

/** What the issuer does with a request. */
export type Answer = (asked: Asked, response: ServerResponse) => void;

/** Answers with a JSON document. */
export const json =
  (body: unknown, status = 200): Answer =>
  (_asked, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

/** The client that the API under test is. The secret must not appear in an error. */
export const client = { clientId: "notes api:1", clientSecret: "s3cr:t/ä%" } as const;
/** `Basic`, with both form-encoded (RFC 6749 §2.3.1). */
export const basic: string = `Basic ${Buffer.from("notes+api%3A1:s3cr%3At%2F%C3%A4%25").toString("base64")}`;

/** Options of introspection beside verified JWTs. */
export type SignedIntrospection = Partial<SecretClient & AskingOptions & { readonly jwts: "verify" }>;

/** An issuer at `/as` of its own server. */
export class TestIssuer {
  readonly asked: Asked[] = [];
  readonly problems: Error[] = [];
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "";
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { method } = request;
      const asked = { path, method, authorization: request.headers.authorization, form: new URLSearchParams(body) };
      this.asked.push(asked);
      (this.answers[path] ?? json({}, 404))(asked, response);
    });
  });
  answers: Record<string, Answer> = {};
  /** What the introspection endpoint says about tokens; it says that others are not active. */
  tokens: Record<string, object> = {};
  clockMs: number = f.nowMs;
  origin = "";

  /** Starts with the file's tests, stops after them, and is as new for each. */
  constructor() {
    before(async () => {
      await once(this.#server.listen(0, "127.0.0.1"), "listening");
      const address = this.#server.address();
      assert.ok(typeof address === "object" && address !== null);
      this.origin = `http://127.0.0.1:${address.port}`;
    });
    after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    beforeEach(() => this.#reset());
    afterEach(() => mock.timers.reset());
  }

  #reset(): void {
    // Several issuers of one file share the timers.
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout"] });
    for (const list of [this.asked, this.problems]) list.length = 0;
    this.clockMs = f.nowMs;
    this.tokens = {};
    this.answers = {
      "/as/.well-known/openid-configuration": json(this.metadata()),
      "/keys": json({ keys: [f.k1Jwk, f.k2Jwk] }),
      "/introspect": ({ form }, response) =>
        json(this.tokens[form.get("token") ?? ""] ?? { active: false })(undefined as never, response),
    };
  }

  get issuer(): string {
    return `${this.origin}/as`;
  }

  /** The issuer's metadata, with some members replaced. */
  metadata(over: object = {}): object {
    const { issuer, origin } = this;
    const endpoints = {
      jwks_uri: `${origin}/keys`,
      introspection_endpoint: `${origin}/introspect`,
      token_endpoint: `${origin}/token`,
    };
    return { issuer, ...endpoints, ...over };
  }

  /** The options that every verifier of this issuer has here. */
  get common() {
    return {
      issuer: this.issuer,
      allowLoopback: true,
      clock: () => this.clockMs,
      onProblem: (problem: Error) => void this.problems.push(problem),
    } as const;
  }

  /** The options of `oidc()` for JWTs. */
  get options() {
    return { ...this.common, audience: f.audience, algorithms: ["ES256", "EdDSA"], typ: "at+jwt" } as const;
  }

  /** A valid JWT of this issuer, with some claims and members of the header replaced. */
  jwt(claims: Readonly<Record<string, unknown>> = {}, header: Readonly<Record<string, unknown>> = {}): string {
    return f.token(header, { iss: this.issuer, ...claims });
  }

  /** An answer of the introspection endpoint about an active token, with some members replaced. */
  answer(over: object = {}): object {
    const about = { aud: f.audience, sub: "alice", exp: f.now + 300, iat: f.now - 10, scope: "notes:read" };
    return { active: true, iss: this.issuer, ...about, ...over };
  }

  /** A verifier of this issuer that introspects opaque tokens. */
  introspecting(introspection: SignedIntrospection = {}, over: object = {}): JwtVerifier {
    return oidc({ ...this.options, introspection: { ...client, ...introspection }, ...over });
  }

  /** How often the introspection endpoint was asked. */
  get questions(): number {
    return this.paths.filter((path) => path === "/introspect").length;
  }

  /** The paths that were asked for. */
  get paths(): readonly string[] {
    return this.asked.map(({ path }) => path);
  }

  later(seconds: number): void {
    this.clockMs += seconds * 1000;
  }

  /** Waits until this number of requests have come. */
  async received(count: number): Promise<void> {
    await eventually(() => this.asked.length >= count, 30_000, `request ${count}`);
  }

  /** Asserts that no problem that was heard of shows a text, in its message, its causes or its properties. */
  hides(...texts: readonly string[]): void {
    assert.ok(this.problems.length > 0);
    const shown = inspect(this.problems, { depth: 20, showHidden: true });
    for (const text of texts) assert.ok(!shown.includes(text), shown);
  }
}

/** The claims of a token that is accepted. */
export async function accepted(by: JwtVerifier, text: string): Promise<Claims> {
  return by.verify(new Redacted(text));
}

/** The reason for which a token is refused; anything but an `InvalidCredential` fails the test. */
export async function refusal(by: JwtVerifier, text: string): Promise<string> {
  return f.refusal(by, text);
}

/** Asserts that nobody can decide about a token: neither a pass nor an invalid token. */
export async function unavailable(by: JwtVerifier, text: string): Promise<Unavailable> {
  try {
    await by.verify(new Redacted(text));
  } catch (error) {
    assert.ok(error instanceof Unavailable && !(error instanceof InvalidCredential), inspect(error));
    assert.ok(error.retryAfterSeconds >= 1);
    return error;
  }
  return assert.fail("the token was accepted");
}
