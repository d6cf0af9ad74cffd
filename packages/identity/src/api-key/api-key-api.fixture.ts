/** An API with the routes of API keys, and routes that a key opens. */
import {
  anyScope,
  type Api,
  apiKeyHeader,
  authenticate,
  authorize,
  createApi,
  get,
  httpBearer,
  identified,
  post,
  type Route,
  scopes,
  unchecked,
} from "lockstep";
import { administrator } from "../admin/administrator.ts";
import { keyCaller } from "../caller/api-key-caller.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import { apiKeyRoutes } from "./api-key-routes.ts";
import { everyScope, type TestKeys } from "./api-key.fixture.ts";
import { type Administrator, serviceAccountRoutes } from "./service-account-routes.ts";

/** The body, caller and headers of a test's request. */
export interface Ask {
  /** The signed-in caller: an id, or an id and scopes. */
  readonly as?: string | Omit<Administrator, "sessionId">;
  readonly key?: string;
  readonly json?: unknown;
}

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An API with the routes of keys, and routes that a key opens. */
export interface TestApi {
  readonly api: Api;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
}

/** Builds the API. The user who is signed in as `root` is the administrator. */
export function testApi({ settings, apiKeys, clients }: TestKeys): TestApi {
  const bearer = httpBearer({ scopes: settings.scopes });
  const signedIn = authenticate({ bearer }, ({ bearer }) => {
    // Written by `ask()` below.
    const { id, scopes } = JSON.parse(Buffer.from(bearer.reveal(), "base64url").toString()) as Administrator;
    return identified(userOf(id, scopes), { sub: id, scope: scopes.join(" ") });
  });
  const user = anyScope(
    authorize({ signedIn }, ({ signedIn }) => signedIn),
    "a test",
  );
  // Its credentials include no cookie, and its facts depend on credentials only.
  const signedInUser = user as unknown as SignedInUser;
  const root = authorize({ signedIn }, ({ signedIn }) => (signedIn.id === "root" ? signedIn : undefined), { reach: "any" });
  const key = keyCaller({ apiKeys, settings }, apiKeyHeader({ name: "X-API-Key", schemeName: "ApiKey", scopes: settings.scopes }));
  const api = createApi({
    title: "Keys",
    version: "1",
    audit: () => {},
    onError: () => {},
    routes: [
      ...apiKeyRoutes({
        apiKeys,
        holder: signedInUser,
        settings,
        throttle: { password: (_about, work) => work() },
      }),
      ...serviceAccountRoutes({ apiKeys, clients, admin: administrator(anyScope(root, "a test"), signedInUser) }),
      ...protectedRoutes(key),
    ],
  });
  return { api, ask: async (method, path, ask = {}) => answerOf(await api.fetch(requestOf(method, path, ask))) };
}

function protectedRoutes(key: ReturnType<typeof keyCaller>): Route[] {
  return [
    get("/whoami", { deps: { key }, response: unchecked("a test") }, ({ key }) => ({
      kind: key.kind,
      id: key.id,
      scopes: key.scopes,
      keyId: key.keyId ?? null,
    })),
    get("/notes", { deps: { key: scopes(key, "notes:read") }, response: unchecked("a test") }, () => []),
    post("/notes", { deps: { key: scopes(key, "notes:write") }, response: unchecked("a test") }, () => ({})),
  ];
}

function userOf(id: string, granted: readonly string[]): User {
  const none = { sessionId: undefined, clientId: undefined, keyId: undefined };
  return { kind: "user", id, credential: "token", scopes: granted, authenticatedAt: Date.now(), ...none };
}

function requestOf(method: string, path: string, { as, key, json }: Ask): Request {
  const headers = new Headers();
  const caller = typeof as === "string" ? { id: as, scopes: everyScope } : as;
  if (caller !== undefined) headers.set("authorization", `Bearer ${Buffer.from(JSON.stringify(caller)).toString("base64url")}`);
  if (key !== undefined) headers.set("x-api-key", key);
  if (json !== undefined) headers.set("content-type", "application/json");
  return new Request(`http://keys.test${path}`, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body: unknown = text === "" ? {} : JSON.parse(text);
  // A test reads the members that it expects, and fails if one is missing.
  return { status: response.status, headers: response.headers, text, body: body as Answer["body"] };
}
