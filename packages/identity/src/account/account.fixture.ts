/** Accounts behind an API, with real sessions, a throttle with high limits by default, and an outbox that keeps its messages. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { anyScope, type Api, authorize, createApi, get, Redacted, unchecked } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { findAccount } from "../account-table/account-store.ts";
import { sessionUser } from "../caller/session-user.ts";
import { comparableHeaders } from "../comparable.fixture.ts";
import type { MailMessage } from "../mail/mail.ts";
import { Outbox } from "../mail/outbox.ts";
import { sessionCookie, sessionScheme } from "../session/session-cookie.ts";
import { signInRoute } from "../session/sign-in-route.ts";
import { openSessions, secretOf, type SessionDesk } from "../session/session.fixture.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { Throttle } from "../throttle/throttle.ts";
import type { ThrottleOptions } from "../throttle/throttle-options.ts";
import { accountRoutes } from "./account-routes.ts";
import { Accounts } from "./accounts.ts";
import type { LinkTemplates } from "./link-template.ts";

/** The password that accounts register with in tests. `openSessions` has another password for the accounts that it adds. */
export const chosen = "seven quiet lanterns drift";
/** Another acceptable password. */
export const another = "eight loud kettles whistle";

/** Options of `openAccountApi()`. */
export interface AccountApiOptions {
  readonly settings?: Partial<Settings>;
  readonly throttle?: ThrottleOptions;
  readonly links?: LinkTemplates;
}

/** Accounts behind an API. */
export interface AccountApi extends SessionDesk {
  readonly api: Api;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
  /** Posts JSON, with the session's cookie if `session` is set. */
  post(path: string, json: unknown, request?: PostRequest): Promise<Response>;
  /** Returns the messages that were sent since the last call. */
  mailed(): Promise<readonly MailMessage[]>;
  /** Returns the token in the link of the one message that was sent since the last call. */
  mailedToken(): Promise<string>;
  /** Makes an account through the routes: registers and opens the link. */
  register(email: string, password?: string): Promise<Account>;
  /** Whether this user name and password can sign in. */
  canSignIn(username: string, password: string): Promise<boolean>;
  /** Whether a session's cookie is accepted. */
  isSignedIn(session: Redacted<string> | string): Promise<boolean>;
  /** Signs in and returns the session's secret. */
  browser(account: Account): Promise<Redacted<string>>;
}

/** The cookie and headers of a request. */
export interface PostRequest {
  readonly session?: Redacted<string> | string;
  readonly headers?: Readonly<Record<string, string>>;
}

const much = { attempts: 100_000, seconds: 3600 };
const roomy: ThrottleOptions = {
  signIn: { network: much, wideNetwork: much, password: much },
  register: { network: much, wideNetwork: much, key: much },
  forgot: { network: much, wideNetwork: much, key: much },
  link: { network: much, wideNetwork: much },
  password: { key: much },
};

/** Opens accounts behind an API. */
export function openAccountApi(test: Pick<TestContext, "after">, database: Database, options: AccountApiOptions = {}): AccountApi {
  const desk = openSessions(test, database, options.settings);
  const { settings, sessions, clock, mails } = desk;
  const throttle = new Throttle(settings, { ...roomy, ...options.throttle });
  const outbox = new Outbox(settings);
  const accounts = new Accounts(settings);

  const user = sessionUser(settings, sessions, sessionScheme(settings));
  const signedIn = anyScope(
    authorize({ user }, ({ user }) => user),
    "a test",
  );
  const services = { settings, accounts, throttle, outbox, holder: signedIn, links: options.links };
  const rotateSession = async ({ sessionId = "" }) => {
    const secret = await sessions.rotate(sessionId);
    return secret && sessionCookie(settings, secret);
  };
  const api = createApi({
    title: "Accounts",
    version: "1",
    routes: [
      ...accountRoutes({ ...services, rotateSession }),
      signInRoute({ settings, sessions, throttle }),
      get("/me", { deps: { user: signedIn }, response: unchecked("a test") }, ({ user }) => user),
    ],
    clock: clock.read,
    audit: () => {},
  });
  const ask = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
    api.fetch(new Request(`https://api.test${path}`, { method, ...init }));
  const post: AccountApi["post"] = (path, json, { session, headers } = {}) =>
    ask("POST", path, {
      body: JSON.stringify(json),
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin", ...cookie(session), ...headers },
    });
  const mailed: AccountApi["mailed"] = async () => {
    await outbox.idle();
    return mails.splice(0);
  };
  const mailedToken: AccountApi["mailedToken"] = async () => {
    const messages = await mailed();
    const tokens = messages.flatMap(({ text }) => tokenIn(text) ?? []);
    assert.equal(tokens.length, 1, `${messages.length} messages`);
    return tokens[0] ?? "";
  };
  return {
    ...desk,
    api,
    accounts,
    outbox,
    post,
    mailed,
    mailedToken,
    async register(email, password = chosen) {
      assert.equal((await post("/auth/register", { email, password })).status, 202);
      const verified = await post("/auth/verify", { token: await mailedToken(), password });
      assert.equal(verified.status, 201);
      const { id } = (await verified.json()) as { readonly id: string };
      return (await accounts.find(id)) ?? assert.fail("no account");
    },
    async canSignIn(username, password) {
      const body = new URLSearchParams({ username, password }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
      return (await ask("POST", "/auth/session", { body, headers })).status === 200;
    },
    isSignedIn: async (session) => (await ask("GET", "/me", { headers: cookie(session) })).status === 200,
    browser: async (account) => secretOf(await desk.begin(account)),
  };
}

/** Returns the token of the link in a message, if there is one. */
export function tokenIn(text: string): string | undefined {
  return /#token=([A-Za-z0-9_-]{43})$/m.exec(text)?.[1];
}

/** Returns the code of a problem document. */
export async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { readonly code?: unknown }).code;
}

/** Returns the parts of an answer that must be equal if nobody may tell two answers apart. */
export async function shown(response: Response): Promise<unknown> {
  return { status: response.status, headers: comparableHeaders(response.headers), body: await response.text() };
}

/** Returns the position of the revocation log, read with the account as a sign-in reads it. */
export async function positionOf({ settings }: Pick<SessionDesk, "settings">, id: string): Promise<number> {
  return (await settings.database.run(findAccount(id)))?.position ?? assert.fail("no account");
}

function cookie(session: Redacted<string> | string | undefined): Readonly<Record<string, string>> {
  if (session === undefined) return {};
  return { cookie: `__Host-session=${session instanceof Redacted ? session.reveal() : session}` };
}
