/** Sends requests to an API, for the tests of the listings and examples. */
import { mock } from "node:test";
import type { Api } from "lockstep";
import { serveFetch } from "lockstep/fetch";

// By default, the APIs write audit events to standard error. The tests cause many of them, so hide these and show everything
// else.
const show = console.error;
mock.method(console, "error", (...parts: readonly unknown[]) => {
  if (!String(parts[0]).startsWith('{"audit":')) show(...parts);
});

/** The content of a request, besides its method and path. */
export interface Question {
  /** The token of `Authorization: Bearer …`. */
  readonly token?: string | Promise<string>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body. */
  readonly json?: unknown;
  /** A form. */
  readonly form?: Readonly<Record<string, string>>;
  /** A body that is sent as it is. */
  readonly raw?: string | FormData;
}

/** An API, or a function that answers for one. */
export type Asked = Pick<Api, "fetch"> & Partial<Pick<Api, "~dispatcher">>;

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  /** The parsed JSON, or the text if it is not JSON. */
  readonly body: unknown;
  readonly headers: Headers;
}

/** Sends `GET /path`, `POST /path` … to the API, without a network. */
export async function ask(api: Asked, what: string, question: Question = {}): Promise<Answer> {
  const [method = "", path = ""] = what.split(" ");
  const headers = new Headers(question.headers);
  if (question.token !== undefined) headers.set("authorization", `Bearer ${await question.token}`);
  if (question.json !== undefined) headers.set("content-type", "application/json");
  const body = question.raw ?? (question.form && new URLSearchParams({ ...question.form })) ?? jsonOf(question.json);
  const hosted = api["~dispatcher"];
  const isNeeded = hosted?.needsClientAddress === true;
  const fetch = isNeeded ? serveFetch({ "~dispatcher": hosted }, { address: () => "127.0.0.1" }) : api.fetch;
  const response = await fetch(new Request(`http://localhost${path}`, { method, headers, body: body ?? null }));
  const text = await response.text();
  const isJson = /[/+]json$/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** Sends a request, and returns the status and the `code` of the answer. */
export async function outcome(api: Asked, what: string, question: Question = {}): Promise<string> {
  const { status, body } = await ask(api, what, question);
  const code: unknown = typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
  return typeof code === "string" ? `${status} ${code}` : String(status);
}

function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
