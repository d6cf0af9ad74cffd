/** A running notes API on a database in memory, and a client for it. */
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import type { TestContext } from "node:test";
import { type Api, Redacted } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { generateSigningKey } from "lockstep/jwt";
import { pino } from "pino";
import { generateApiKey, parseApiKey, storedApiKey } from "../src/api-key.ts";
import { notesApi } from "../src/api.ts";
import { hashPassword } from "../src/password.ts";
import { parseSigningKey } from "../src/signing-key.ts";
import { openStore, type Store } from "../src/store/store.ts";
import type { User } from "../src/store/user.ts";
import { type AccessTokens, accessTokens } from "../src/token.ts";

/** What a request says. */
export interface Ask {
  readonly token?: string;
  readonly key?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; a test reads what it expects and fails where it is not there. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A notes API and what is in it. */
export interface Notes {
  readonly store: Store;
  readonly tokens: AccessTokens;
  readonly api: Api;
  readonly alice: User;
  readonly bob: User;
  readonly admin: User;
  /** Signed in, not active. */
  readonly carol: User;
  readonly apiKey: string;
  /** Every line of the log so far. */
  readonly log: readonly string[];
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** A token, without signing in. */
  token(user: User, scope?: string): Promise<string>;
}

/** The ways a request reaches the API. */
export const hosts = ["fastify", "fetch"] as const;
/** A way a request reaches the API. */
export type HostName = (typeof hosts)[number];

export const password = "correct horse battery staple";
export const issuer = "https://notes.test";
export const signingKey = parseSigningKey(JSON.stringify(await generateSigningKey("ES256")));
const passwordHash = await hashPassword(new Redacted(password));

/** Starts one; it ends with the test. */
export async function startNotes(
  test: Pick<TestContext, "after">,
  host: HostName = "fetch",
  docs: "open" | "none" = "none",
): Promise<Notes> {
  const store = openStore(":memory:");
  const tokens = await accessTokens(issuer, signingKey);
  const log: string[] = [];
  const api = notesApi({ store, tokens, docs, log: pino({ name: "notes" }, collecting(log)) });
  const add = (name: string, role: "user" | "admin" = "user"): User =>
    store.users.add({ email: `${name}@example.com`, role, passwordHash });
  const users = { alice: add("alice"), bob: add("bob"), admin: add("admin", "admin"), carol: add("carol") };
  store.users.update(users.carol.id, { isActive: false });
  const send = host === "fetch" ? fetching(api, test) : await serving(api, test);
  return {
    ...users,
    store,
    tokens,
    api,
    log,
    apiKey: addApiKey(store, "billing"),
    ask: async (method, path, ask = {}) => answerOf(await send(path, requestOf(method, ask))),
    token: (user, scope = "notes:read notes:write") => tokens.issue(user, scope),
  };
}

/** Makes an API key and gives it as a client sends it. */
export function addApiKey(store: Store, name: string): string {
  const key = generateApiKey("live");
  const parts = parseApiKey(key);
  if (parts === undefined) throw new TypeError("A generated key can be parsed");
  store.apiKeys.save(storedApiKey(parts, name));
  return key.reveal();
}

/** Builds what `fetch` takes. */
export function requestOf(method: string, { token, key, json, form, headers }: Ask): RequestInit {
  const fields = new Headers(headers);
  if (token !== undefined) fields.set("authorization", `Bearer ${token}`);
  if (key !== undefined) fields.set("x-api-key", key);
  if (json !== undefined) fields.set("content-type", "application/json");
  const body = form === undefined ? json && JSON.stringify(json) : new URLSearchParams(form);
  return { method, headers: fields, ...(body === undefined ? {} : { body: body as string | URLSearchParams }) };
}

/** Reads an answer to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body: unknown = text === "" ? {} : JSON.parse(text);
  // What is read of it is compared in the test.
  return { status: response.status, headers: response.headers, text, body: body as Answer["body"] };
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

function fetching(api: Api, test: Pick<TestContext, "after">): Send {
  test.after(() => api.close());
  return (path, init) => api.fetch(new Request(`http://notes.test${path}`, init));
}

async function serving(api: Api, test: Pick<TestContext, "after">): Promise<Send> {
  const server = fastifyServer(api);
  await server.listen({ host: "127.0.0.1", port: 0 });
  test.after(() => server.close());
  // A server that listens on a port has an address with one.
  const { port } = server.server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

function collecting(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}
