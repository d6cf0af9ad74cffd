/** The route table of the API: which callers each route accepts and refuses, over real HTTP and through `api.fetch`. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Api } from "lockstep";
import { generateSigningKey, jwtIssuer, signingKey } from "lockstep/jwt";
import { type Answer, hosts, issuer, signedIn, startNotes } from "./notes.fixture.ts";

const noId = "00000000-0000-4000-8000-000000000000";

/** Every protected route: method, path, and a valid body. */
const userRoutes = [
  ["GET", "/me"],
  ["GET", "/private"],
  ["GET", "/profile"],
  ["GET", "/notes"],
  ["POST", "/notes", { text: "x" }],
  ["GET", `/notes/${noId}`],
  ["PATCH", `/notes/${noId}`, { text: "x" }],
  ["DELETE", `/notes/${noId}`],
  ["GET", "/admin/users"],
  ["PATCH", `/admin/users/${noId}`, { isActive: true }],
  ["DELETE", `/admin/notes/${noId}`],
  ["GET", "/feed"],
] as const;

const bearer = 'Bearer realm="Notes"';
const apiKey = 'ApiKey realm="Notes", in="header", name="X-API-Key"';
const cookie = 'Cookie realm="Notes", name="session"';

for (const host of hosts) {
  suite(`the route table, ${host}`, () => {
    test("public routes answer everyone", async (t) => {
      const { ask } = await startNotes(t, host);
      assert.deepEqual(pick(await ask("GET", "/health")), [200, "Ok"]);
      assert.deepEqual(pick(await ask("GET", "/public")), [200, { message: "Hello stranger" }]);
    });

    test("every other route refuses a caller without a credential, and names the credentials to send", async (t) => {
      const { ask, api } = await startNotes(t, host);
      for (const [method, path] of [...userRoutes, ["GET", "/v1/data"] as const]) {
        const answer = await ask(method, path);
        assert.deepEqual(
          [answer.status, answer.headers.get("www-authenticate")],
          [401, challengesOf(api, method, path).join(", ")],
          `${method} ${path}`,
        );
      }
      const own = api.routes.filter(({ template }) => !/^\/(?:auth|\.well-known|docs|openapi\.json)/.test(template));
      const open = publicPaths(api).filter((path) => own.some(({ template }) => template === path));
      assert.deepEqual(open, ["/health", "/public"]);
      assert.equal(own.length, open.length + userRoutes.length + 1, "a route is missing in this test");
    });

    test("identity's open routes are those that issue, prove or end a credential", async (t) => {
      const { api } = await startNotes(t, host);
      const open = publicPaths(api);
      assert.deepEqual(open.filter((path) => /^\/(?:auth|\.well-known)/.test(path)).toSorted(), [
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/auth/invitations/accept",
        "/auth/logout",
        "/auth/password/forgot",
        "/auth/password/reset",
        "/auth/register",
        "/auth/revoke",
        "/auth/session",
        "/auth/token",
        "/auth/verify",
      ]);
    });

    test("every user route refuses every invalid token with the same answer", async (t) => {
      const { ask, token, alice, bob, auth } = await startNotes(t, host);
      const good = await token(alice);
      const ended = await token(bob);
      await auth.accounts.delete(bob.id);
      const about = { issuer, audience: "notes", typ: "at+jwt", lifetimeSeconds: 600 };
      const forged = jwtIssuer({ ...about, key: signingKey(await generateSigningKey("ES256")) });
      const bad = [
        "garbage",
        `${good.slice(0, good.lastIndexOf("."))}.`,
        `${good.slice(0, -2)}${good.endsWith("AA") ? "BA" : "AA"}`,
        await forged.issue({ sub: alice.id, sub_type: "user", client_id: "first_party", scope: "notes:read", rev: 0 }),
        ended,
      ];
      assert.equal((await ask("GET", "/me", { token: good })).status, 200);
      for (const [method, path] of userRoutes) {
        const answers = await Promise.all(bad.map((token) => ask(method, path, { token })));
        for (const { status, text, headers } of answers) {
          assert.equal(status, 401);
          assert.equal(text, answers[0]?.text);
          assert.match(headers.get("www-authenticate") ?? "", /error="invalid_token"/);
        }
      }
    });

    test("GET /me answers every signed-in user, including inactive ones", async (t) => {
      const { ask, token, alice, carol } = await startNotes(t, host);
      assert.deepEqual(pick(await ask("GET", "/me", { token: await token(alice) })), [200, { ...alice }]);
      assert.deepEqual(pick(await ask("GET", "/me", { token: await token(carol) })), [200, { ...carol, isActive: false }]);
    });

    test("every other user route refuses an inactive user", async (t) => {
      const { ask, token, carol } = await startNotes(t, host);
      for (const [method, path, json] of userRoutes.slice(1)) {
        const { status, body } = await ask(method, path, { token: await token(carol), json });
        assert.deepEqual([status, body["code"]], [403, "forbidden"], `${method} ${path}`);
      }
    });

    test("GET /private greets and GET /profile describes an active user", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      assert.deepEqual(pick(await ask("GET", "/private", { token: await token(alice) })), [
        200,
        { message: "Hello alice@example.com" },
      ]);
      assert.deepEqual(pick(await ask("GET", "/profile", { token: await token(alice) })), [200, { ...alice }]);
    });

    test("the group /v1 accepts only an API key", async (t) => {
      const { ask, token, alice, apiKey } = await startNotes(t, host);
      assert.deepEqual(pick(await ask("GET", "/v1/data", { key: apiKey })), [200, { data: "billing" }]);
      assert.equal((await ask("GET", "/v1/data", { token: await token(alice) })).status, 401);
      assert.equal((await ask("GET", `/v1/data?api_key=${apiKey}`)).status, 401);
    });

    test("GET /feed accepts a user or an API key, and returns which it was", async (t) => {
      const { ask, token, alice, apiKey } = await startNotes(t, host);
      assert.deepEqual(pick(await ask("GET", "/feed", { token: await token(alice) })), [200, { via: "user", name: alice.email }]);
      assert.deepEqual(pick(await ask("GET", "/feed", { key: apiKey })), [200, { via: "client", name: "billing" }]);
      // A wrong credential is refused even if another one is right.
      assert.equal((await ask("GET", "/feed", { token: "garbage", key: apiKey })).status, 401);
    });

    test("a session's cookie opens the user's routes as a token does, and so does the user's key within its scopes", async (t) => {
      const { ask, alice, api } = await startNotes(t, host);
      const session = await signedIn(ask, alice.email);
      assert.deepEqual(pick(await ask("GET", "/me", { cookie: session })), [200, { ...alice }]);
      const here = { "sec-fetch-site": "same-origin" };
      const write = (headers: Record<string, string>) => ask("POST", "/notes", { cookie: session, json: { text: "x" }, headers });
      assert.equal((await write(here)).status, 201);
      assert.deepEqual(
        [(await write({})).status, (await write({ "sec-fetch-site": "cross-site" })).body["code"]],
        [403, "cross_site"],
      );

      const json = { name: "reader", scopes: ["notes:read"], expiresInDays: 1 };
      const made = await ask("POST", "/auth/api-keys", { cookie: session, json, headers: here });
      const key = String(made.body["key"]);
      assert.equal((await ask("GET", "/notes", { key })).status, 200);
      assert.equal((await ask("POST", "/notes", { key, json: { text: "x" } })).body["code"], "insufficient_scope");
      const operation = api.openapi().paths["/notes"]?.post as { readonly security: readonly object[] } | undefined;
      assert.deepEqual(operation?.security, [
        { OAuth2PasswordBearer: ["notes:write"] },
        { ApiKey: ["notes:write"] },
        { Session: ["notes:write"] },
      ]);
    });

    test("a service account is not a user and has no administrator rights", async (t) => {
      const { ask, apiKey } = await startNotes(t, host);
      for (const [method, path, json] of userRoutes.slice(0, -1)) {
        const { status, body } = await ask(method, path, { key: apiKey, json });
        const refused = path.startsWith("/admin") ? [401, "unauthenticated"] : [403, "forbidden"];
        assert.deepEqual([status, body["code"]], refused, `${method} ${path}`);
      }
    });

    test("only an administrator may use the routes under /admin", async (t) => {
      const notes = await startNotes(t, host);
      const note = await notes.store.notes.add(notes.bob.id, "bob's");
      const attempts = [
        ["GET", "/admin/users", 200],
        ["PATCH", `/admin/users/${notes.bob.id}`, 200],
        ["DELETE", `/admin/notes/${note.id}`, 204],
      ] as const;
      for (const [method, path, status] of attempts) {
        const json = method === "PATCH" ? { isActive: false } : undefined;
        const refused = await notes.ask(method, path, { token: await notes.token(notes.alice), json });
        assert.deepEqual([refused.status, refused.body["code"]], [403, "forbidden"]);
        assert.equal((await notes.ask(method, path, { token: await notes.token(notes.admin), json })).status, status);
      }
    });

    test("the documentation is open in the demo, and otherwise only for administrators with a session", async (t) => {
      const { ask, admin, alice } = await startNotes(t, host);
      const [root, user] = [await signedIn(ask, admin.email), await signedIn(ask, alice.email)];
      for (const path of ["/docs", "/openapi.json"]) {
        assert.equal((await ask("GET", path)).status, 401, path);
        assert.equal((await ask("GET", path, { cookie: user })).status, 403, path);
      }
      assert.equal((await ask("GET", "/openapi.json", { cookie: root })).status, 200);
      const open = await startNotes(t, host, { docs: "open" });
      const document = await open.ask("GET", "/openapi.json");
      assert.equal(document.status, 200);
      assert.deepEqual(document.body, JSON.parse(JSON.stringify(open.api.openapi())));
    });

    test("HEAD is GET without a body, with the same guards, and other methods are 405", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      assert.deepEqual(brief(await ask("HEAD", "/notes", { token: await token(alice) })), [200, ""]);
      assert.deepEqual(brief(await ask("HEAD", "/notes")), [401, ""]);
      const refused = await ask("PUT", "/notes", { token: await token(alice), json: {} });
      assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD, OPTIONS, POST"]);
      assert.equal((await ask("GET", "/auth/token")).status, 405);
    });

    test("a cache must not store an answer to a user", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      assert.equal((await ask("GET", "/me", { token: await token(alice) })).headers.get("cache-control"), "no-store");
    });
  });
}

test("a request without a credential does not reach the store", async (t) => {
  const notes = await startNotes(t);
  await notes.store.close();
  for (const [method, path, json] of userRoutes) assert.equal((await notes.ask(method, path, { json })).status, 401);
});

/** Returns the paths of the operations that say why they are open. */
function publicPaths(api: Api): string[] {
  return Object.entries(api.openapi().paths).flatMap(([path, item]) =>
    Object.values(item ?? {}).some((operation) => operation["x-lockstep-public"] !== undefined) ? [path] : [],
  );
}

/** Returns the challenges for a caller without a credential. `/v1` is for programs, and keys cannot administer. */
function challengesOf(api: Api, method: string, path: string): string[] {
  if (path.startsWith("/v1")) return [apiKey];
  const token = bearerFor(api, method, path);
  if (path.startsWith("/admin")) return [token, cookie];
  return path === "/feed" ? [token, cookie, apiKey] : [token, apiKey, cookie];
}

/** The challenge for a token names the scopes that the document shows. */
function bearerFor(api: Api, method: string, path: string): string {
  const { paths } = api.openapi();
  const item = Object.entries(paths).find(([template]) => template.replace(/\{\w+\}/, noId) === path)?.[1];
  // The methods of the table above are these.
  const operation = item?.[method.toLowerCase() as "get" | "post" | "patch" | "delete"];
  const needed = operation?.security.flatMap((each) => each["OAuth2PasswordBearer"] ?? []) ?? [];
  return needed.length === 0 ? bearer : `${bearer}, scope="${needed.join(" ")}"`;
}

function pick({ status, body }: Answer): unknown[] {
  return [status, body];
}

function brief({ status, text }: Answer): unknown[] {
  return [status, text];
}
