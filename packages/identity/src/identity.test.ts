import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createApi, get } from "lockstep";
import { type Ask, codeOf, type IdentityApi, openIdentityApi, reveal, textIn } from "./identity.fixture.ts";
import { describeOnEach, type TestDatabase } from "./store/database.fixture.ts";

/** Every kind of caller, with its credentials. */
interface Callers {
  readonly nobody: Ask;
  readonly token: Ask;
  readonly session: Ask;
  /** A user's key, which may read. */
  readonly key: Ask;
  /** A service account's key, which may write. */
  readonly serviceKey: Ask;
  /** A token of the client credentials grant, with every scope. */
  readonly clientToken: Ask;
}

const kinds = ["nobody", "token", "session", "key", "serviceKey", "clientToken"] as const satisfies readonly (keyof Callers)[];

async function callersOf({ account, signIn, session, serviceAccount, auth, ask }: IdentityApi): Promise<Callers> {
  const alice = await account("alice");
  const service = await serviceAccount();
  const scopes = ["notes:read", "notes:write"];
  const mine = { owner: { account: alice.id }, name: "mine", scopes: ["notes:read"] };
  const theirs = { owner: { client: service.id }, name: "theirs", scopes: ["notes:write"] };
  const own = await ask("POST", "/auth/token", { form: { grant_type: "client_credentials" }, basic: service });
  return {
    nobody: {},
    token: { token: (await signIn(alice)).access },
    session: { cookie: await session(alice) },
    key: { key: reveal((await auth.apiKeys.create(mine, scopes)).key) },
    serviceKey: { key: reveal((await auth.apiKeys.create(theirs, scopes)).key) },
    clientToken: { token: textIn(own, "access_token") },
  };
}

async function open(t: TestContext, database: TestDatabase): Promise<{ readonly app: IdentityApi; readonly callers: Callers }> {
  const app = await openIdentityApi(t, await database.open(t));
  return { app, callers: await callersOf(app) };
}

/** The status for each kind of caller, in the order of `kinds`. */
const statuses: Readonly<Record<string, readonly number[]>> = {
  "GET /open": [200, 200, 200, 200, 200, 200],
  "GET /me": [401, 200, 200, 403, 403, 403],
  "POST /me": [401, 200, 200, 403, 403, 403],
  "GET /fresh": [401, 200, 200, 403, 403, 403],
  "GET /signed-in": [401, 200, 200, 401, 401, 403],
  "GET /notes": [401, 200, 200, 200, 403, 403],
  "POST /notes": [401, 200, 200, 403, 403, 403],
  "GET /client": [401, 401, 401, 200, 200, 401],
  "GET /service": [401, 403, 401, 403, 200, 200],
  "GET /job": [401, 403, 401, 403, 200, 200],
  "GET /either": [401, 200, 200, 200, 200, 403],
  "GET /auth/account": [401, 200, 200, 403, 403, 403],
  "GET /auth/sessions": [401, 200, 200, 403, 403, 403],
  "GET /auth/api-keys": [401, 200, 200, 403, 403, 403],
  "POST /auth/api-keys": [401, 422, 422, 403, 403, 403],
  "POST /auth/password": [401, 422, 422, 403, 403, 403],
  "GET /auth/accounts": [401, 403, 403, 401, 401, 403],
  "GET /auth/service-accounts": [401, 403, 403, 401, 401, 403],
  "POST /auth/service-accounts": [401, 403, 403, 401, 401, 403],
};

describeOnEach("identity()", (database) => {
  test("every route accepts the kinds of callers that it names, and no caller passes for another kind (A-50)", async (t) => {
    const { app, callers } = await open(t, database);
    for (const [route, expected] of Object.entries(statuses)) {
      const [method = "", path = ""] = route.split(" ");
      const found: number[] = [];
      for (const kind of kinds) {
        const json = path.startsWith("/auth") && method === "POST" ? { json: {} } : {};
        found.push((await app.ask(method, path, { ...callers[kind], ...json })).status);
      }
      assert.deepEqual(found, expected, route);
    }
  });

  test("tells who is calling, for each kind of credential", async (t) => {
    const { app, callers } = await open(t, database);
    const me = async (path: string, kind: keyof Callers) => (await app.ask("GET", path, callers[kind])).body;
    const [byToken, bySession, byKey] = [await me("/notes", "token"), await me("/notes", "session"), await me("/notes", "key")];
    assert.deepEqual([byToken["credential"], bySession["credential"], byKey["credential"]], ["token", "session", "api_key"]);
    assert.deepEqual([bySession["id"], byKey["id"]], [byToken["id"], byToken["id"]]);
    assert.deepEqual([byToken["scopes"], byKey["scopes"]], [["notes:read", "notes:write", "account"], ["notes:read"]]);
    assert.equal(typeof byToken["sessionId"], "string");
    assert.notEqual(bySession["sessionId"], byToken["sessionId"]);
    assert.deepEqual([byKey["sessionId"], typeof byKey["keyId"]], [undefined, "string"]);
    assert.deepEqual(await me("/fresh", "token"), byToken);
    const [withKey, withToken] = [await me("/service", "serviceKey"), await me("/service", "clientToken")];
    assert.deepEqual([withKey["kind"], withKey["credential"], withKey["scopes"]], ["service", "api_key", ["notes:write"]]);
    assert.deepEqual([withToken["kind"], withToken["credential"], withToken["id"]], ["service", "token", withKey["id"]]);
    assert.deepEqual(await me("/either", "serviceKey"), { via: "client" });
    assert.deepEqual(await me("/either", "token"), { via: "user" });
  });

  test("the first credential of a request decides, a header before the cookie; if it is wrong, the answer is 401 whatever follows", async (t) => {
    const { app, callers } = await open(t, database);
    const { token, session, key } = callers;
    const via = async (ask: Ask) => {
      const { status, body } = await app.ask("GET", "/notes", ask);
      return status === 200 ? body["credential"] : status;
    };
    assert.equal(await via({ ...token, ...key, ...session }), "token");
    assert.equal(await via({ ...key, ...session }), "api_key");
    assert.equal(await via({ ...token, cookie: "__Host-session=wrong" }), "token");
    assert.equal(await via({ ...session, token: "wrong" }), 401);
    assert.equal(await via({ ...session, key: "wrong" }), 401);
    assert.equal(await via({ ...key, token: "wrong" }), 401);
    assert.equal(await via({ cookie: "__Host-session=wrong" }), 401);
    assert.equal(await via({ cookie: (session.cookie ?? "").replace("__Host-", "") }), 401);
    // A route that does not accept keys ignores one.
    assert.equal((await app.ask("GET", "/signed-in", { ...session, key: "wrong" })).status, 200);
  });

  test("a request with a cookie may change something only if it comes from the application's own pages (C-04)", async (t) => {
    const { app, callers } = await open(t, database);
    const from = async (ask: Ask, headers: Readonly<Record<string, string>>) => {
      const answer = await app.ask("POST", "/notes", { ...ask, headers });
      return answer.status === 200 ? 200 : codeOf(answer);
    };
    const elsewhere = { "sec-fetch-site": "cross-site", origin: "https://evil.test" };
    assert.equal(await from(callers.session, {}), 200);
    assert.equal(await from(callers.session, elsewhere), "cross_site");
    assert.equal(await from(callers.session, { ...elsewhere, "sec-fetch-site": "same-site" }), "cross_site");
    assert.equal(await from(callers.token, elsewhere), 200);
    // No browser adds a key by itself, so the rule about other sites leaves it to the scopes.
    assert.equal(await from(callers.key, elsewhere), "insufficient_scope");
  });

  test("challenges for every scheme that a route reads, and says only that a credential is wrong", async (t) => {
    const { app, callers } = await open(t, database);
    const challenges = async (path: string, ask: Ask = {}) => (await app.ask("GET", path, ask)).headers.get("www-authenticate");
    const bearer = 'Bearer realm="Application"';
    const key = 'ApiKey realm="Application", in="header", name="X-API-Key"';
    const cookie = 'Cookie realm="Application", name="__Host-session"';
    assert.equal(await challenges("/me"), [bearer, key, cookie].join(", "));
    assert.equal(await challenges("/signed-in"), [bearer, cookie].join(", "));
    assert.equal(await challenges("/client"), key);
    assert.equal(await challenges("/service"), [key, bearer].join(", "));
    assert.match((await challenges("/me", { token: "wrong" })) ?? "", /^Bearer realm="Application", error="invalid_token"/);
    assert.match(
      (await challenges("/job", { ...callers.nobody, token: (callers.clientToken.token ?? "").slice(0, -2) })) ?? "",
      /Bearer realm="Application", error="invalid_token"/,
    );
    const narrow = await app.ask("POST", "/notes", callers.key);
    assert.deepEqual([narrow.status, codeOf(narrow)], [403, "insufficient_scope"]);

    const wrong = ["", "a.b.c", "null", `${callers.token.token}x`, (callers.clientToken.token ?? "").replace(/\.[^.]+$/, ".AAAA")];
    const answers = await Promise.all(wrong.slice(1).map((token) => app.ask("GET", "/me", { token })));
    assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
    assert.equal(answers[0]?.headers.get("cache-control"), "no-store");
  });

  test("the password grant is neither accepted nor documented if it is off", async (t) => {
    const app = await openIdentityApi(t, await database.open(t), { passwordGrant: false });
    const alice = await app.account("alice");
    const form = { grant_type: "password", username: alice.email, password: "seventeen purple walruses" };
    const refused = await app.ask("POST", "/auth/token", { form });
    assert.deepEqual([refused.status, codeOf(refused)], [400, "unsupported_grant_type"]);
    const text = JSON.stringify(app.api.openapi());
    assert.ok(!text.includes("OAuth2PasswordBearer") && text.includes("OAuth2ClientCredentials"));
    assert.equal((await app.ask("GET", "/me", { cookie: await app.session(alice) })).status, 200, "the control");
  });

  test("nobody can register if registration is closed", async (t) => {
    const app = await openIdentityApi(t, await database.open(t), { registration: "closed" });
    const json = { email: "new@example.com", password: "lagoon 41 whisper anvil" };
    assert.equal((await app.ask("POST", "/auth/register", { json })).status, 404);
    assert.equal(JSON.stringify(app.api.openapi()).includes("/auth/register"), false);
  });
});

describeOnEach("the OpenAPI document of identity()", (database) => {
  test("is valid OpenAPI 3.1, with the alternatives of each route", async (t) => {
    const { api } = await openIdentityApi(t, await database.open(t));
    const document = api.openapi();
    const validate = (one: unknown) => new Validator().validate(JSON.stringify(one, null, 1));
    assert.deepEqual(await validate(document), { valid: true });
    assert.equal((await validate({ ...document, info: {} })).valid, false, "the control");

    const security = (method: "get" | "post", path: string): unknown => {
      const operation = document.paths[path]?.[method];
      return operation?.security;
    };
    const any = (scopes: readonly string[]) => [{ OAuth2PasswordBearer: scopes }, { ApiKey: scopes }, { Session: scopes }];
    const people = [{ OAuth2PasswordBearer: [] }, { Session: [] }];
    assert.deepEqual(security("get", "/me"), people);
    assert.deepEqual(security("get", "/fresh"), people);
    assert.deepEqual(security("get", "/auth/account"), [{ OAuth2PasswordBearer: ["account"] }, { Session: ["account"] }]);
    assert.deepEqual(security("post", "/notes"), any(["notes:write"]));
    assert.deepEqual(security("get", "/signed-in"), people);
    assert.deepEqual(security("get", "/client"), [{ ApiKey: [] }]);
    assert.deepEqual(security("get", "/service"), [{ ApiKey: [] }, { OAuth2PasswordBearer: [] }]);
    assert.deepEqual(security("post", "/auth/token"), [{ ClientBasic: [] }, {}]);
    assert.deepEqual(security("post", "/auth/register"), []);
    const scheme: unknown = document.components?.securitySchemes?.["Session"];
    assert.deepEqual(
      { ...(scheme as object), description: undefined },
      { type: "apiKey", in: "cookie", name: "__Host-session", description: undefined },
    );
  });

  test("two applications with the same routes do not share anything", async (t) => {
    const [one, two] = [
      await openIdentityApi(t, await database.open(t)),
      await openIdentityApi(t, await database.open(t), { issuer: "https://other.test" }),
    ];
    const { access } = await one.signIn(await one.account("alice"));
    assert.equal((await one.ask("GET", "/me", { token: access })).status, 200);
    assert.equal((await two.ask("GET", "/me", { token: access })).status, 401);
    const both = createApi({
      title: "Both",
      version: "1",
      audit: () => {},
      routes: [
        get("/one", { deps: { user: one.auth.currentUser } }, ({ user }) => user.id),
        get("/open", { public: "a test's own" }, () => 1),
      ],
    });
    assert.equal((await both.fetch(new Request("https://as.test/one"))).status, 401);
  });
});
