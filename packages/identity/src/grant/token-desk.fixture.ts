/** The endpoints for tokens in a real database, with a user and some clients. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Api, createApi, Redacted } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { Accounts } from "../account/accounts.ts";
import type { IdentityEventType } from "../audit/event.ts";
import type { ClientRegistration } from "../client/client-registration.ts";
import { type CreatedClient, Clients } from "../client/clients.ts";
import { issuerRoutes } from "../issuer/issuer-routes.ts";
import { type Node, startNode } from "../issuer/issuer.fixture.ts";
import { Sessions } from "../session/sessions.ts";
import type { Lifetimes, Settings } from "../settings.ts";
import { testSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import type { ThrottleOptions } from "../throttle/throttle-options.ts";
import { Throttle } from "../throttle/throttle.ts";
import type { GrantRequest } from "./grant.ts";
import { introspectionEndpoint } from "./introspection-endpoint.ts";
import { revocationEndpoint } from "./revocation-endpoint.ts";
import { tokenEndpoint } from "./token-endpoint.ts";

/** The parts of an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The fields of a form. A list sends a field several times. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A service, and the functions that tests call on it. */
export interface Desk extends Node {
  readonly api: Api;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly throttle: Throttle;
  readonly alice: Account;
  /** Posts a form. */
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Posts a form to the token endpoint. */
  token(fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Creates a client; returns it with its `Authorization` header. */
  client(registration: Partial<ClientRegistration>): Promise<CreatedClient & { readonly basic: Readonly<Record<string, string>> }>;
  /** Signs alice in; returns both tokens. */
  signIn(fields?: Fields, headers?: Readonly<Record<string, string>>): Promise<Tokens>;
}

/** Both tokens of a sign-in. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** How a service differs from the default one. */
export interface DeskOptions {
  readonly settings?: Partial<Settings>;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly throttle?: ThrottleOptions;
}

/** The password of alice@example.com. */
export const password = "quiet otters paint seven ladders";

/** Opens a service that has the account alice@example.com. */
export async function openDesk(
  test: Pick<TestContext, "after">,
  database: Database,
  { settings: overrides = {}, lifetimes = {}, throttle: limits = {} }: DeskOptions = {},
): Promise<Desk> {
  const usual = testSettings(database).settings.lifetimes;
  const node = await startNode(test, database, { ...overrides, lifetimes: { ...usual, ...lifetimes } });
  const { settings, tokens } = node;
  const [accounts, clients, sessions, throttle] = [
    new Accounts(settings),
    new Clients(settings),
    new Sessions(settings),
    new Throttle(settings, limits),
  ];
  test.after(() => sessions.close());
  const services = { settings, tokens, sessions, clients, throttle };
  const endpoints = [tokenEndpoint(services), revocationEndpoint(services), introspectionEndpoint(services)];
  const routes = [...endpoints, ...issuerRoutes({ settings, tokens })];
  const api = createApi({ title: "Desk", version: "1", routes, audit: () => {} });
  const alice = await accounts.create({ email: "alice@example.com", password: new Redacted(password) });
  const post: Desk["post"] = (path, fields, headers) => sendForm(api, path, fields, headers);
  const token: Desk["token"] = (fields, headers) => post("/auth/token", fields, headers);
  return {
    ...node,
    api,
    accounts,
    clients,
    sessions,
    throttle,
    alice,
    post,
    token,
    client: async (registration) => {
      const made = await clients.create({
        name: "A client",
        authentication: "client_secret_basic",
        grants: [],
        scopes: ["notes:read", "notes:write"],
        ...registration,
      });
      return { ...made, basic: made.secret === undefined ? {} : basic(made.client.id, made.secret.reveal()) };
    },
    signIn: async (fields = {}, headers = {}) => {
      return tokensOf(await token({ grant_type: "password", username: "alice@example.com", password, ...fields }, headers));
    },
  };
}

async function sendForm(api: Api, path: string, fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) body.append(name, each);
  const response = await api.fetch(new Request(`https://as.test${path}`, { method: "POST", headers, body }));
  return answerOf(response);
}

/** Reads a response to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) };
}

/** The `Authorization` header of a client, form-encoded as in RFC 6749 §2.3.1. */
export function basic(id: string, secret: string): Readonly<Record<string, string>> {
  const encoded = [id, secret].map((part) => new URLSearchParams({ "": part }).toString().slice(1)).join(":");
  return { authorization: `Basic ${Buffer.from(encoded).toString("base64")}` };
}

/** Returns both tokens of a successful answer. */
export function tokensOf(answer: Answer): Tokens {
  assert.equal(answer.status, 200, answer.text);
  return { access: textIn(answer, "access_token"), refresh: textIn(answer, "refresh_token") };
}

/** Returns a member of an answer. */
export function textIn({ body, text }: Answer, name: string): string {
  const value = body[name];
  assert.ok(typeof value === "string", text);
  return value;
}

/** Asserts that an OAuth endpoint refused the request. */
export function refused(answer: Answer, error: string, status = 400): void {
  assert.deepEqual([answer.status, answer.body["error"]], [status, error], answer.text);
  assert.equal(answer.headers.get("cache-control"), "no-store");
}

/** Whether an access token is accepted, both by a node and after asking the database. */
export async function isGood({ tokens }: Pick<Desk, "tokens">, access: string): Promise<boolean> {
  try {
    await tokens.verifyFresh(new Redacted(access));
    return true;
  } catch {
    return false;
  }
}

/** Runs a function fifty times at once. */
export function fiftyTimes<T>(act: () => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: 50 }, act));
}

/** Uses a refresh token at the token endpoint. */
export function refresh(
  desk: Desk,
  refreshToken: string,
  fields: Fields = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return desk.token({ grant_type: "refresh_token", refresh_token: refreshToken, ...fields }, headers);
}

/** A request to refresh without a client, as the endpoint passes it to the grant. */
export function refreshRequest(refreshToken: string): GrantRequest {
  const client = { clientId: undefined, clientSecret: undefined, clientAssertion: undefined, clientAssertionType: undefined };
  const connection = {
    requestId: "r1",
    address: undefined,
    secure: true,
    userAgent: undefined,
    signal: new AbortController().signal,
  };
  const others = { scopes: [], resources: [], username: undefined, password: undefined, client };
  const form = { grantType: "refresh_token", refreshToken: new Redacted(refreshToken), ...others };
  return { form, client: undefined, connection, device: undefined };
}

/** Counts the reported events of a type. */
export function eventsOf({ events }: Pick<Desk, "events">, type: IdentityEventType): number {
  return events.filter((event) => event.type === type).length;
}
