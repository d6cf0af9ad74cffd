/** A running notes API on a database of its own, and a client for it. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import type { TestContext } from "node:test";
import { type Api, pinoAudit, secret } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import { generateIdentityKey, type Identity } from "lockstep-identity";
import { fastifyServer } from "lockstep/fastify";
import { pino } from "pino";
import { notesApi } from "../src/api.ts";
import { openIdentity } from "../src/identity.ts";
import type { NoteScope } from "../src/scopes.ts";
import { readSettings, type Settings } from "../src/settings.ts";
import { openStore, type Store } from "../src/store/store.ts";
import type { User } from "../src/user.ts";

/** A user with a password. */
export type Person = User & { readonly email: string };

/** The content of a request. */
export interface Ask {
  readonly token?: string;
  readonly key?: string;
  readonly cookie?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. A test that reads a missing member fails. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A notes API, with its users and a client for it. */
export interface Notes {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
  readonly api: Api;
  readonly alice: Person;
  readonly bob: Person;
  readonly admin: Person;
  /** A user who is not active. */
  readonly carol: Person;
  readonly apiKey: string;
  /** Every line of the log so far. */
  readonly log: readonly string[];
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Returns a token of a sign-in, the same each time. */
  token(user: Person, scope?: string): Promise<string>;
}

/** The differences from a demo whose documentation is for administrators. */
export interface NotesOptions {
  readonly docs?: "open" | "administrators";
  readonly database?: Settings["database"];
  /** Further variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it starts as in production, with secure cookies. */
  readonly isProduction?: boolean;
}

/** The ways in which a request reaches the API. */
export const hosts = ["fastify", "fetch"] as const;
/** A way in which a request reaches the API. */
export type HostName = (typeof hosts)[number];

export const password = "seventeen purple walruses";
/** The hash of that password, because hashing it in every test would take longer than the tests. */
const passwordHash = secret("$argon2id$v=19$m=19456,t=2,p=1$v5W8prSYLKFWa/Ze6hlemg$P3Uw5m7KZb4yddYjgWHKrjhT/HagvR89cmfa7F0eGE8");
export const issuer = "https://notes.test";
/** The scopes of a sign-in that asks for none. */
export const everyScope = "notes:read notes:write notes:admin";

/** Starts a notes API, which ends with the test. */
export async function startNotes(
  test: Pick<TestContext, "after">,
  host: HostName = "fetch",
  options: NotesOptions = {},
): Promise<Notes> {
  const {
    docs = "administrators",
    database = { kind: "sqlite", path: ":memory:" },
    isProduction = false,
    env: given = {},
  } = options;
  const log: string[] = [];
  const logger = pino({ name: "notes", level: "warn" }, collecting(log));
  const audit = pinoAudit(logger);
  const env = {
    NOTES_ISSUER: issuer,
    IDENTITY_KEY: generateIdentityKey().reveal(),
    ...(isProduction ? {} : { NOTES_DEMO: "1" }),
    ...given,
  };
  const store = await openStore(database);
  const auth = await openIdentity({ settings: readSettings(env), store, log: logger, audit });
  const api = notesApi({ store, auth, docs, log: logger, audit });
  const users = {
    alice: await addUser("alice", { store, auth }),
    bob: await addUser("bob", { store, auth }),
    admin: await addUser("admin", { store, auth }, { role: "admin" }),
    carol: await addUser("carol", { store, auth }, { isActive: false }),
  };
  const send = host === "fetch" ? fetching(api) : await serving(api, test);
  test.after(async () => {
    await api.close();
    await auth.close();
    await store.close();
  });
  const ask = async (method: string, path: string, ask: Ask = {}): Promise<Answer> =>
    answerOf(await send(path, requestOf(method, ask)));
  const tokens = new Map<string, Promise<string>>();
  return {
    ...users,
    store,
    auth,
    api,
    log,
    apiKey: await addApiKey(auth, "billing"),
    ask,
    token: (user, scope = everyScope) => {
      const known = `${user.id} ${scope}`;
      const token = tokens.get(known) ?? signIn(ask, user.email, scope);
      tokens.set(known, token);
      return token;
    },
  };
}

async function addUser(
  name: string,
  { store, auth }: Pick<Notes, "store" | "auth">,
  profile: Partial<Pick<User, "role" | "isActive">> = {},
): Promise<Person> {
  // Each user gets a later time than the one before, so lists have a fixed order.
  made += 1;
  const account = await auth.accounts.import({ id: randomUUID(), email: `${name}@example.com`, passwordHash, createdAt: made });
  await store.profiles.update(account.id, profile);
  return { id: account.id, email: account.email, role: "user", isActive: true, ...profile };
}

let made = Date.UTC(2026, 0, 1);

async function signIn(ask: Notes["ask"], username: string, scope: string): Promise<string> {
  const { status, body } = await ask("POST", "/auth/token", { form: { grant_type: "password", username, password, scope } });
  if (status !== 200) throw new Error(`${username} cannot sign in: ${status}`);
  return String(body["access_token"]);
}

/** Signs in as a browser does, and returns the cookie of the session. */
export async function signedIn(ask: Notes["ask"], username: string): Promise<string> {
  const headers = { "sec-fetch-site": "same-origin" };
  const answer = await ask("POST", "/auth/session", { form: { username, password }, headers });
  const cookie = answer.headers.getSetCookie().find((each) => each.includes("session="));
  if (cookie === undefined) throw new Error(`${username} cannot sign in: ${answer.text}`);
  return cookie.slice(0, cookie.indexOf(";"));
}

/** Creates a service account with an API key, and returns the key as a client sends it. */
export async function addApiKey({ clients, apiKeys }: Identity<NoteScope>, name: string): Promise<string> {
  const { client } = await clients.create({
    name,
    authentication: "client_secret_basic",
    grants: ["client_credentials"],
    scopes: [],
  });
  return (await apiKeys.create({ owner: { client: client.id }, name, scopes: [] }, [])).key.reveal();
}

/** Builds the options for `fetch`. */
export function requestOf(method: string, { token, key, cookie, json, form, headers }: Ask): RequestInit {
  const fields = new Headers(headers);
  if (token !== undefined) fields.set("authorization", `Bearer ${token}`);
  if (key !== undefined) fields.set("x-api-key", key);
  if (cookie !== undefined) fields.set("cookie", cookie);
  if (json !== undefined) fields.set("content-type", "application/json");
  const body = form === undefined ? json && JSON.stringify(json) : new URLSearchParams(form);
  return { method, headers: fields, ...(body === undefined ? {} : { body: body as string | URLSearchParams }) };
}

/** Reads an answer to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body: unknown = text === "" ? {} : JSON.parse(text);
  // The tests compare every member that they read.
  return { status: response.status, headers: response.headers, text, body: body as Answer["body"] };
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

function fetching(api: Api): Send {
  const answer = serveFetch(api, { address: () => "127.0.0.1" });
  return (path, init) => answer(new Request(`http://notes.test${path}`, init));
}

async function serving(api: Api, test: Pick<TestContext, "after">): Promise<Send> {
  const server = fastifyServer(api);
  await server.listen({ host: "127.0.0.1", port: 0 });
  test.after(() => server.close());
  // A server that listens on a port has an address with a port.
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
