/** A host that serves the suite's API, as the behaviours of the suite see it. */
import assert from "node:assert/strict";
import type { AuditEvent } from "../audit/event.ts";
import { type AskOptions, HttpClient, type Received } from "./http-client.ts";
import { canary, type World } from "./world.ts";

/** The calls, audit events, errors and handlers of one or several requests. */
export interface Happened {
  readonly calls: readonly string[];
  readonly events: readonly AuditEvent[];
  readonly errors: readonly unknown[];
  readonly handled: readonly string[];
}

/** One fact about every host, with the check that proves it. */
export interface Behaviour {
  /** The fact, which is the name of the test. */
  readonly name: string;
  check(host: HostUnderTest): Promise<void>;
}

/** Declares a fact about every host. */
export function behaviour(name: string, check: (host: HostUnderTest) => Promise<void>): Behaviour {
  return { name, check };
}

const everyAnswer: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** A host that serves the suite's API. */
export class HostUnderTest {
  readonly world: World;
  readonly client: HttpClient;

  constructor(world: World, url: string) {
    this.world = world;
    this.client = new HttpClient(url);
  }

  /** Sends a request, and asserts the rules that hold for every answer (I-18, P-28). */
  async ask(method: string, target: string, options: AskOptions = {}): Promise<Received> {
    const answer = await this.client.ask(method, target, options);
    checkAnswer(answer, `${method} ${target}`);
    return answer;
  }

  /** Sends a request with a bearer token. */
  askAs(token: string, method: string, target: string, options: AskOptions = {}): Promise<Received> {
    return this.ask(method, target, { ...options, headers: [["authorization", `Bearer ${token}`], ...(options.headers ?? [])] });
  }

  /** Returns what happens while `act` runs. */
  async observe(act: () => Promise<unknown>): Promise<Happened> {
    const { calls, events, errors, handled } = this.world;
    const before = [calls.length, events.length, errors.length, handled.length];
    await act();
    return {
      calls: calls.slice(before[0]),
      events: events.slice(before[1]),
      errors: errors.slice(before[2]),
      handled: handled.slice(before[3]),
    };
  }
}

/** A UUID, or the id that the request has in the host's log. */
const requestId = /^[\w.:@+/=~-]{1,128}$/;

/**
 * Asserts the rules of every answer: security headers, a request id that is not in the body, no secret, no name of the server.
 */
export function checkAnswer({ headers, text }: Received, about: string): void {
  for (const [name, value] of Object.entries(everyAnswer)) assert.deepEqual(headers[name], [value], `${about}: ${name}`);
  const [id = "", ...others] = headers["x-request-id"] ?? [];
  assert.match(id, requestId, `${about}: x-request-id`);
  assert.deepEqual(others, [], `${about}: one x-request-id`);
  assert.ok(!text.includes(id), `${about}: the id is in a header only`);
  assert.equal(headers["server"], undefined, about);
  assert.equal(headers["x-powered-by"], undefined, about);
  assert.ok(!text.includes(canary) && !JSON.stringify(headers).includes(canary), `${about}: shows a secret`);
}

/** The content of a problem document. */
export interface ExpectedProblem {
  readonly code: string;
  readonly detail: string;
  /** Every challenge, in order. */
  readonly challenges?: readonly string[];
  /** Further members. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** The same problem of a route that demands scopes: the challenges name them. */
export function ofScopes(problem: ExpectedProblem, scope: string): ExpectedProblem {
  return { ...problem, challenges: problem.challenges?.map((challenge) => `${challenge}, scope="${scope}"`) ?? [] };
}

/** Asserts that an answer is exactly this problem (RFC 9457), and that it must not be stored. */
export function expectProblem(answer: Received, status: number, expected: ExpectedProblem): void {
  const { code, detail, challenges, members } = expected;
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(JSON.parse(answer.text), { type: "about:blank", title: titles[status], status, detail, code, ...members });
  assert.deepEqual(answer.headers["content-type"], ["application/problem+json"]);
  assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
  assert.deepEqual(answer.headers["www-authenticate"], challenges);
  assert.equal(answer.headers["set-cookie"], undefined);
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Asserts that an answer is a success with this JSON. */
export function expectJson(answer: Received, value: unknown, status = 200): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(answer.headers["content-type"], ["application/json"]);
  assert.deepEqual(JSON.parse(answer.text), value);
}

/** Returns the parts of an answer that must be the same for two causes: everything except the time, the id and the connection. */
export function faceOf({ status, headers, text }: Received): string {
  const { date: _date, "x-request-id": _id, connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
  return JSON.stringify([status, Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b)), text]);
}

/** The names of problems that have the same body for all their causes. */
type TableProblem = "absent" | "invalid" | "repeated" | "forbidden" | "crossSite" | "hidden" | "internal" | "unavailable";

/** The problems that have the same body for all their causes. */
export const problems: Readonly<Record<TableProblem, ExpectedProblem>> = {
  absent: { code: "unauthenticated", detail: "Authentication is required.", challenges: ['Bearer realm="Suite"'] },
  invalid: {
    code: "invalid_token",
    detail: "The credential is not valid.",
    challenges: ['Bearer realm="Suite", error="invalid_token"'],
  },
  repeated: { code: "repeated_credential", detail: "More than one credential was sent for one scheme." },
  forbidden: { code: "forbidden", detail: "You may not do this." },
  crossSite: { code: "cross_site", detail: "The request comes from another site." },
  hidden: { code: "not_found", detail: "There is nothing here." },
  internal: { code: "internal_error", detail: "Something went wrong." },
  unavailable: { code: "unavailable", detail: "The service cannot answer right now." },
};
