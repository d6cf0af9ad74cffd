/** Sessions for tests: in a database, with accounts, behind an API whose every answer is checked. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import {
  anyOf,
  anyScope,
  type Api,
  type AuditEvent,
  authenticate,
  authorize,
  body,
  createApi,
  get,
  httpBearer,
  identified,
  post,
  Redacted,
  sameSecret,
  type Secret,
  unchecked,
} from "lockstep";
import { z } from "zod";
import type { Account, AccountWithEmail } from "../account-table/account-row.ts";
import { findAccount, insertAccount } from "../account-table/account-store.ts";
import { sessionUser } from "../caller/session-user.ts";
import { parseEmail } from "../mail/email.ts";
import { hashPassword } from "../password/password-hash.ts";
import type { User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import { testSettings, type TestSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { Throttle } from "../throttle/throttle.ts";
import { sessionScheme } from "./session-cookie.ts";
import { sessionRoutes } from "./session-routes.ts";
import type { SessionKind } from "./session-store.ts";
import { Sessions, type StartedSession } from "./sessions.ts";

/** The password of every account that can sign in. */
export const password = "correct horse battery staple";
/** The origin of the API's pages. */
export const origin = "https://app.test";
/** The access token of a user whose id is `robot`. */
export const bearerToken = "a-token-that-is-good";

let hashed: Promise<Secret<string>> | undefined;

/** Sessions in a database. */
export interface SessionDesk extends TestSettings {
  readonly sessions: Sessions;
  /** Adds an account; it has the password if it can sign in. */
  addAccount(email?: string, can?: { readonly signIn: boolean }): Promise<AccountWithEmail>;
  /** Begins a session, as a sign-in does whose password was just checked. */
  begin(account: Account, kind?: SessionKind): Promise<StartedSession>;
}

/** Opens sessions in a database. */
export function openSessions(test: Pick<TestContext, "after">, database: Database, overrides: Partial<Settings> = {}): SessionDesk {
  const tested = testSettings(database, overrides);
  const { settings } = tested;
  const sessions = new Sessions(settings);
  test.after(() => sessions.close());
  return {
    ...tested,
    sessions,
    async addAccount(email = `${randomUUID()}@example.com`, can = { signIn: false }) {
      const address = parseEmail(email);
      assert.ok(address);
      hashed ??= hashPassword(new Redacted(password));
      const passwordHash = can.signIn ? await hashed : undefined;
      const now = settings.clock();
      const account = await database.transaction(() =>
        insertAccount({ id: randomUUID(), address, passwordHash, createdAt: now, verifiedAt: now }),
      );
      assert.ok(account);
      return { ...account, email };
    },
    async begin({ id }, kind = "browser") {
      const account = await database.run(findAccount(id));
      assert.ok(account);
      const begun = { account, position: account.position, kind, scope: "notes:read notes:write", userAgent: "Test/1" };
      return settings.audit.recorded(database, {}, (record) => sessions.start(begun, record));
    },
  };
}

/** Returns the secret of a browser's session. */
export function secretOf({ secret }: StartedSession): Redacted<string> {
  assert.ok(secret);
  return secret;
}

/** The parts of a test's request. */
export interface TestRequest {
  /** The value of the session's cookie. */
  readonly session?: Redacted<string> | string;
  /** `Sec-Fetch-Site`. The default is `same-origin`, as a page of the API sends it; `null` leaves it out. */
  readonly site?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** Sessions behind an API. */
export interface SessionApi extends SessionDesk {
  readonly api: Api;
  readonly audited: AuditEvent[];
  /** Calls the API, and checks the answer with `checkAnswer`. */
  call(method: string, path: string, request?: TestRequest): Promise<Response>;
  /** Signs in with the fixture's password. */
  signIn(account: Account, request?: TestRequest): Promise<Response>;
}

/** Opens an API with the routes of sessions, and three routes for signed-in users, who come with a cookie or a token. */
export function openSessionApi(
  test: Pick<TestContext, "after">,
  database: Database,
  overrides: Partial<Settings> = {},
): SessionApi {
  const desk = openSessions(test, database, overrides);
  const { settings, sessions, clock } = desk;
  const throttle = new Throttle(settings);
  const audited: AuditEvent[] = [];
  const scheme = sessionScheme(settings);
  const signedIn = signedInUser(settings, sessions, scheme);
  const api = createApi({
    title: "Sessions",
    version: "1",
    routes: [
      ...sessionRoutes({ settings, sessions, throttle, holder: signedIn, scheme }),
      get("/me", { deps: { user: signedIn }, response: unchecked("a test") }, ({ user }) => user),
      get("/notes", { deps: { user: signedIn }, response: unchecked("a test") }, () => []),
      post(
        "/notes",
        { deps: { user: signedIn, note: body(z.object({ text: z.string() })) }, response: unchecked("a test") },
        ({ note }) => note,
      ),
    ],
    origins: [origin],
    clock: clock.read,
    audit: (event) => audited.push(event),
  });
  const call: SessionApi["call"] = async (method, path, request = {}) => {
    const response = await api.fetch(new Request(`https://api.test${path}`, { method, ...requestOf(settings, request) }));
    checkAnswer(response, { isAuthenticated: request.session !== undefined, settings });
    return response;
  };
  return {
    ...desk,
    api,
    audited,
    call,
    signIn: ({ email = "" }, request = {}) => call("POST", "/auth/session", { form: { username: email, password }, ...request }),
  };
}

function signedInUser(settings: Settings, sessions: Sessions, scheme: ReturnType<typeof sessionScheme>) {
  const session = sessionUser(settings, sessions, scheme);
  const token = authenticate({ bearer: httpBearer({ scopes: settings.scopes }) }, ({ bearer }) => {
    const scopes = ["notes:read"];
    const user: User = {
      kind: "user",
      id: "robot",
      credential: "token",
      scopes,
      sessionId: undefined,
      clientId: "c",
      keyId: undefined,
      authenticatedAt: settings.clock(),
    };
    return sameSecret(bearer, bearerToken) ? identified(user, { sub: user.id, scope: scopes.join(" ") }) : undefined;
  });
  const caller = authenticate({ caller: anyOf({ token, session }) }, ({ caller }): User => caller.value);
  return anyScope(
    authorize({ caller }, ({ caller }) => caller),
    "a test",
  );
}

function requestOf(settings: Settings, { session, site = "same-origin", headers = {}, form, json }: TestRequest): RequestInit {
  const sent = new Headers(site === null ? {} : { "sec-fetch-site": site });
  if (session !== undefined) {
    const value = typeof session === "string" ? session : session.reveal();
    sent.set("cookie", `${settings.insecureCookies ? "session" : "__Host-session"}=${value}`);
  }
  if (form !== undefined) sent.set("content-type", "application/x-www-form-urlencoded");
  if (json !== undefined) sent.set("content-type", "application/json");
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  if (form !== undefined) return { headers: sent, body: new URLSearchParams(form).toString() };
  return json === undefined ? { headers: sent } : { headers: sent, body: JSON.stringify(json) };
}

/**
 * Checks S-08 and S-17 on every answer of every test: cookies have all protecting attributes, and no cache may store an answer
 * that depends on a cookie or sets one.
 */
export function checkAnswer(
  response: Response,
  { isAuthenticated, settings }: { readonly isAuthenticated: boolean; readonly settings: Settings },
): void {
  const cookies = response.headers.getSetCookie();
  for (const cookie of cookies) {
    const [pair = "", ...attributes] = cookie.split("; ");
    const needed = ["Path=/", "SameSite=Lax", "HttpOnly", ...(settings.insecureCookies ? [] : ["Secure"])];
    for (const attribute of needed) assert.ok(attributes.includes(attribute), `${attribute} is missing: ${pair.split("=")[0]}`);
    assert.ok(settings.insecureCookies || pair.startsWith("__Host-"), "the cookie's name has no prefix");
    assert.ok(!attributes.some((each) => /^domain/i.test(each)), "the cookie has a Domain");
    assert.ok(cookie.length <= 4096, "the cookie is too large");
  }
  if (cookies.length > 0 || isAuthenticated || response.status >= 400) {
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
}

/** Returns the value of a cookie that an answer sets, or `undefined`. */
export function cookieSet(response: Response, name: string): string | undefined {
  const set = response.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  return set?.slice(name.length + 1, set.indexOf(";"));
}

/** Returns the value of the session's cookie that an answer sets. */
export function sessionSet(response: Response): string {
  const value = cookieSet(response, "__Host-session");
  assert.ok(value);
  return value;
}

/** Reads the code of a problem document. */
export async function codeOf(response: Response): Promise<unknown> {
  return z.object({ code: z.string() }).parse(await response.json()).code;
}
