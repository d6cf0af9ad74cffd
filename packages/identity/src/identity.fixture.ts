/** A small application with identity in it, over a database, and a client that asks it things. */
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { inspect } from "node:util";
import {
  anyOf,
  anyScope,
  type Api,
  type AuditEvent,
  authorize,
  createApi,
  deny,
  get,
  post,
  type Redacted,
  type Route,
  scopes,
  secret,
  unchecked,
} from "lockstep";
import type { Account } from "./account-table/account-row.ts";
import type { IdentityEvent } from "./audit/event.ts";
import type { Client } from "./client/client.ts";
import type { ClientRegistration } from "./client/client-registration.ts";
import { type Identity, identity } from "./identity.ts";
import type { MailMessage } from "./mail/mail.ts";
import { type IdentityOptions, settingsOf } from "./options.ts";
import type { User } from "./principal/principal.ts";
import { generateIdentityKey } from "./secret/identity-key.ts";
import type { Settings } from "./settings.ts";
import { TestClock } from "./settings.fixture.ts";
import type { Database } from "./store/database.ts";

/** The scopes of the application. */
export const testScopes = { "notes:read": "Read notes", "notes:write": "Change notes" } as const;
/** A scope of the application. */
export type TestScope = keyof typeof testScopes;

/** The password of every account that `account()` makes. */
export const password = "seventeen purple walruses";
/** Of that password, with a salt of its own: hashing it anew for every test would take longer than the tests. */
const passwordHash = secret("$argon2id$v=19$m=19456,t=2,p=1$v5W8prSYLKFWa/Ze6hlemg$P3Uw5m7KZb4yddYjgWHKrjhT/HagvR89cmfa7F0eGE8");

/** What anybody reports: identity, or the core. */
export type AnyEvent = IdentityEvent | AuditEvent;

/** What a test wants otherwise. */
export type IdentityOverrides = Omit<Partial<IdentityOptions<TestScope>>, "audit" | "database"> & {
  /** Takes what both report, beside `events`. */
  readonly audit?: (event: AnyEvent) => void;
};

/** What a request says. */
export interface Ask {
  /** An access token. */
  readonly token?: string | undefined;
  /** An API key. */
  readonly key?: string | undefined;
  /** Names and values of cookies. */
  readonly cookie?: string | undefined;
  /** A client that shows its secret. */
  readonly basic?: ClientSecret | undefined;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** The body as it is; its type is in the headers. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client as it authenticates. */
export interface ClientSecret {
  readonly id: string;
  readonly secret: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A sign-in of a program. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** An application, and what it has collected. */
export interface IdentityApi {
  readonly auth: Identity<TestScope>;
  /** What identity was opened with: a second node is opened with the same. */
  readonly options: IdentityOptions<TestScope>;
  /** The same as the command line has it. */
  readonly settings: Settings;
  readonly api: Api;
  readonly clock: TestClock;
  readonly mails: MailMessage[];
  readonly events: AnyEvent[];
  /** Errors that nothing expected. */
  readonly errors: string[];
  /** Whom the application's rule takes for an administrator: ids of accounts. */
  readonly administrators: Set<string>;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Makes an account with `password`. */
  account(name?: string): Promise<Account>;
  /** Signs a program in. */
  signIn(account: Account, form?: Readonly<Record<string, string>>): Promise<Tokens>;
  /** Signs a browser in; gives the cookie of its session as it is sent back. */
  session(account: Account): Promise<string>;
  /** Makes a service account with a secret. */
  serviceAccount(registration?: Partial<ClientRegistration>): Promise<ClientSecret & { readonly client: Client }>;
  /** The token in the next message to an address; what is found is not found again. */
  linkTo(address: string): Promise<string>;
}

/** Opens one; it ends with the test. */
export async function openIdentityApi(
  test: Pick<TestContext, "after">,
  database: Database,
  { audit, ...overrides }: IdentityOverrides = {},
): Promise<IdentityApi> {
  const clock = new TestClock();
  const [mails, events, errors]: [MailMessage[], AnyEvent[], string[]] = [[], [], []];
  const sink = (event: AnyEvent): void => {
    events.push(event);
    audit?.(event);
  };
  const options: IdentityOptions<TestScope> = {
    database,
    issuer: "https://as.test",
    audience: "https://api.test",
    key: generateIdentityKey(),
    scopes: testScopes,
    keyPrefix: "test",
    passwordGrant: true,
    registration: "open",
    mail: { send: async (message) => void mails.push(message) },
    clock: clock.read,
    ...overrides,
    audit: sink,
  };
  const auth = await identity(options);
  const administrators = new Set<string>();
  const api = createApi({
    title: "Application",
    version: "1",
    routes: [...applicationRoutes(auth), ...auth.routes, ...auth.adminRoutes(administratorOf(auth, administrators))],
    clock: options.clock ?? clock.read,
    audit: sink,
    onError: (error) => errors.push(inspect(error)),
  });
  test.after(async () => {
    await api.close();
    await auth.close();
  });
  const ask: IdentityApi["ask"] = async (method, path, ask = {}) =>
    answerOf(await api.fetch(new Request(`https://as.test${path}`, requestOf(method, ask))));
  const parts = { auth, options, settings: settingsOf(options), api, clock, mails, events, errors, administrators, ask };
  return { ...parts, ...clientOf(parts) };
}

function administratorOf(auth: Identity<TestScope>, administrators: ReadonlySet<string>) {
  const decide = ({ user }: { readonly user: User }) => (administrators.has(user.id) ? user : deny("no administrator"));
  return anyScope(authorize({ user: auth.currentUser }, decide, { reach: "any" }), "a test");
}

/** A route for each way to say who is calling. */
function applicationRoutes({ currentUser, freshUser, signedInUser, apiClient, service }: Identity<TestScope>): Route[] {
  return [
    get("/open", { public: "a test's own" }, () => "Ok"),
    get("/me", { deps: { user: currentUser }, response: unchecked("a test") }, ({ user }) => user),
    post("/me", { deps: { user: anyScope(currentUser, "a test") }, response: unchecked("a test") }, ({ user }) => user),
    get("/fresh", { deps: { user: freshUser }, response: unchecked("a test") }, ({ user }) => user),
    get("/signed-in", { deps: { user: signedInUser }, response: unchecked("a test") }, ({ user }) => user),
    get("/notes", { deps: { user: scopes(currentUser, "notes:read") }, response: unchecked("a test") }, () => []),
    post("/notes", { deps: { user: scopes(currentUser, "notes:write") }, response: unchecked("a test") }, () => ({})),
    get("/client", { deps: { client: apiClient }, response: unchecked("a test") }, ({ client }) => client),
    get("/service", { deps: { service }, response: unchecked("a test") }, ({ service }) => service),
    get("/job", { deps: { service: scopes(service, "notes:write") }, response: unchecked("a test") }, () => ({})),
    get(
      "/either",
      { deps: { who: anyOf({ user: signedInUser, client: apiClient }) }, response: unchecked("a test") },
      ({ who: { via } }) => ({ via }),
    ),
  ];
}

type Parts = Pick<IdentityApi, "auth" | "settings" | "clock" | "mails" | "ask">;

function clientOf({
  auth,
  clock,
  mails,
  ask,
}: Parts): Omit<IdentityApi, keyof Parts | "options" | "api" | "events" | "errors" | "administrators"> {
  return {
    account: (name = randomUUID()) =>
      auth.accounts.import({ id: randomUUID(), email: `${name}@example.com`, passwordHash, createdAt: clock.now }),
    signIn: async ({ email }, form = {}) =>
      tokensOf(await ask("POST", "/auth/token", { form: { grant_type: "password", username: email, password, ...form } })),
    session: async ({ email }) => {
      const answer = await ask("POST", "/auth/session", { form: { username: email, password } });
      return cookieIn(answer, "__Host-session");
    },
    serviceAccount: async (registration = {}) => {
      const { client, secret } = await auth.clients.create({
        name: "A program",
        authentication: "client_secret_basic",
        grants: ["client_credentials"],
        scopes: Object.keys(testScopes),
        ...registration,
      });
      return { client, id: client.id, secret: secret?.reveal() ?? "" };
    },
    linkTo: (address) => nextLink(mails, address),
  };
}

/** The messages leave after the answer: it is waited for. */
async function nextLink(mails: MailMessage[], address: string): Promise<string> {
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    const index = mails.findIndex(({ to, text }) => to === address && text.includes("#token="));
    const [mail] = index === -1 ? [] : mails.splice(index, 1);
    const token = /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1];
    if (token !== undefined) return token;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("No message with a link has come");
}

/** Builds what `fetch` takes. A request comes from a page of the application itself, unless its headers say otherwise. */
export function requestOf(method: string, { token, key, cookie, basic, json, form, raw, headers }: Ask): RequestInit {
  const fields = new Headers({ "sec-fetch-site": "same-origin" });
  if (token !== undefined) fields.set("authorization", `Bearer ${token}`);
  if (basic !== undefined) fields.set("authorization", `Basic ${Buffer.from(`${basic.id}:${basic.secret}`).toString("base64")}`);
  if (key !== undefined) fields.set("x-api-key", key);
  if (cookie !== undefined) fields.set("cookie", cookie);
  if (json !== undefined) fields.set("content-type", "application/json");
  if (form !== undefined) fields.set("content-type", "application/x-www-form-urlencoded");
  for (const [name, value] of Object.entries(headers ?? {})) fields.set(name, value);
  const body = raw ?? (form === undefined ? json && JSON.stringify(json) : new URLSearchParams(form).toString());
  return { method, headers: fields, ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }) };
}

/** Reads an answer to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  // What is read of it is compared in the test.
  return { status: response.status, headers: response.headers, text, body: isJson && text !== "" ? JSON.parse(text) : {} };
}

/** Both tokens of an answer that is a success. */
export function tokensOf(answer: Answer): Tokens {
  return { access: textIn(answer, "access_token"), refresh: textIn(answer, "refresh_token") };
}

/** A text in the body of an answer. */
export function textIn({ status, body, text }: Answer, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new Error(`${status}: there is no ${name} in ${text}`);
  return value;
}

/** A cookie that an answer sets, as a browser sends it back. */
export function cookieIn({ status, headers, text }: Answer, name: string): string {
  const set = headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  if (set === undefined) throw new Error(`${status}: no cookie ${name} is set: ${text}`);
  return set.slice(0, set.indexOf(";"));
}

/** The code of a problem document, or of an error of OAuth. */
export function codeOf({ body }: Answer): unknown {
  return body["code"] ?? body["error"];
}

/** A secret, revealed. */
export function reveal(value: Redacted<string> | undefined): string {
  if (value === undefined) throw new Error("There is no secret");
  return value.reveal();
}
