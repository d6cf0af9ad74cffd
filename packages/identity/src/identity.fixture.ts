/** A small application that includes identity, in a database, with a client for its tests. */
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
import type { Account, AccountWithEmail } from "./account-table/account-row.ts";
import type { IdentityEvent } from "./audit/event.ts";
import type { Client } from "./client/client.ts";
import type { ClientRegistration } from "./client/client-registration.ts";
import { type Identity, identity } from "./identity.ts";
import type { MailMessage } from "./mail/mail.ts";
import { type IdentityOptions, settingsOf } from "./options.ts";
import type { User } from "./principal/principal.ts";
import { generateIdentityKey } from "./secret/identity-key.ts";
import { eventually } from "./revocation/node-process.fixture.ts";
import type { Settings } from "./settings.ts";
import { patientFeed, TestClock } from "./settings.fixture.ts";
import type { Database } from "./store/database.ts";

/** The scopes of the application. */
export const testScopes = { "notes:read": "Read notes", "notes:write": "Change notes" } as const;
/** A scope of the application. */
export type TestScope = keyof typeof testScopes;

/** The password of every account that `account()` creates. */
export const password = "seventeen purple walruses";
/** A hash of that password, made once: hashing it for every test would take longer than the tests. */
const passwordHash = secret("$argon2id$v=19$m=19456,t=2,p=1$v5W8prSYLKFWa/Ze6hlemg$P3Uw5m7KZb4yddYjgWHKrjhT/HagvR89cmfa7F0eGE8");

/** An event of identity or of the core. */
export type AnyEvent = IdentityEvent | AuditEvent;

/** The options that a test changes. */
export type IdentityOverrides = Partial<Omit<IdentityOptions<TestScope>, "audit" | "database" | "registration">> & {
  readonly registration?: "open" | "closed";
  /** Receives the events of both, which `events` collects as well. */
  readonly audit?: (event: AnyEvent) => void;
};

/** The parts of a request. */
export interface Ask {
  /** An access token. */
  readonly token?: string | undefined;
  /** An API key. */
  readonly key?: string | undefined;
  /** Names and values of cookies. */
  readonly cookie?: string | undefined;
  /** A client that authenticates with its secret. */
  readonly basic?: ClientSecret | undefined;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** The raw body. `headers` must have its content type. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client's id and secret. */
export interface ClientSecret {
  readonly id: string;
  readonly secret: string;
}

/** The parts of an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, or an empty record if it is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Both tokens of a sign-in. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** An application, and everything that it has collected. */
export interface IdentityApi {
  readonly auth: Identity<TestScope>;
  /** The options of identity. A second node is opened with the same ones. */
  readonly options: IdentityOptions<TestScope>;
  /** The same as settings, which the command line's classes need. */
  readonly settings: Settings;
  readonly api: Api;
  readonly clock: TestClock;
  readonly mails: MailMessage[];
  readonly events: AnyEvent[];
  /** Unexpected errors. */
  readonly errors: string[];
  /** The ids of the accounts that the application's rule accepts as administrators. */
  readonly administrators: Set<string>;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Creates an account whose password is `password`. */
  account(name?: string): Promise<AccountWithEmail>;
  /** Signs a program in. */
  signIn(account: Account, form?: Readonly<Record<string, string>>): Promise<Tokens>;
  /** Signs a browser in. Returns its session cookie, as the browser sends it back. */
  session(account: Account): Promise<string>;
  /** Creates a service account with a secret. */
  serviceAccount(registration?: Partial<ClientRegistration>): Promise<ClientSecret & { readonly client: Client }>;
  /** Waits for the next message to an address that contains a link. Returns the link's token. Each message is found once. */
  linkTo(address: string): Promise<string>;
}

/** Opens an application. It closes when the test ends. */
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
    scopesOf: () => Object.keys(testScopes) as TestScope[],
    mail: { send: async (message) => void mails.push(message) },
    clock: clock.read,
    ...overrides,
    // The tests ask with `api.fetch`.
    throttle: { clientAddress: "unknown", ...overrides.throttle },
    revocation: { ...patientFeed, ...overrides.revocation },
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

/** A route for each kind of caller. */
function applicationRoutes({ currentUser, freshUser, signedInUser, apiClient, service }: Identity<TestScope>): Route[] {
  return [
    get("/open", { public: "a test's own" }, () => "Ok"),
    get("/me", { deps: { user: currentUser }, response: unchecked("a test") }, ({ user }) => user),
    post("/me", { deps: { user: anyScope(currentUser, "a test") }, response: unchecked("a test") }, ({ user }) => user),
    get("/fresh", { deps: { user: freshUser }, response: unchecked("a test") }, ({ user }) => user),
    get("/signed-in", { deps: { user: signedInUser }, response: unchecked("a test") }, ({ user }) => user),
    get("/notes", { deps: { user: scopes(currentUser, "notes:read") }, response: unchecked("a test") }, ({ user }) => user),
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
    signIn: async ({ email = "" }, form = {}) =>
      tokensOf(await ask("POST", "/auth/token", { form: { grant_type: "password", username: email, password, ...form } })),
    session: async ({ email = "" }) => {
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

/** Waits for a message, because it is sent after the answer. */
async function nextLink(mails: MailMessage[], address: string): Promise<string> {
  let token: string | undefined;
  const hasCome = (): boolean => {
    const index = mails.findIndex(({ to, text }) => to === address && text.includes("#token="));
    const [mail] = index === -1 ? [] : mails.splice(index, 1);
    token = /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1];
    return token !== undefined;
  };
  await eventually(hasCome, 30_000, "a message with a link arrives");
  return token ?? "";
}

/** Builds the options of `fetch`. The request comes from a page of the application, unless its headers say otherwise. */
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
  // The tests compare what they read from it.
  return { status: response.status, headers: response.headers, text, body: isJson && text !== "" ? JSON.parse(text) : {} };
}

/** Returns both tokens of a successful answer. */
export function tokensOf(answer: Answer): Tokens {
  return { access: textIn(answer, "access_token"), refresh: textIn(answer, "refresh_token") };
}

/** Returns a text in the body of an answer. */
export function textIn({ status, body, text }: Answer, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new Error(`${status}: there is no ${name} in ${text}`);
  return value;
}

/** Returns a cookie that an answer sets, as a browser sends it back. */
export function cookieIn({ status, headers, text }: Answer, name: string): string {
  const set = headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  if (set === undefined) throw new Error(`${status}: no cookie ${name} is set: ${text}`);
  return set.slice(0, set.indexOf(";"));
}

/** Returns the code of a problem document or of an OAuth error. */
export function codeOf({ body }: Answer): unknown {
  return body["code"] ?? body["error"];
}

/** Reveals a secret. */
export function reveal(value: Redacted<string> | undefined): string {
  if (value === undefined) throw new Error("There is no secret");
  return value.reveal();
}
