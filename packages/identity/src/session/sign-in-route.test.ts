import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createApi } from "lockstep";
import { fastifyServer, type FastifyServerOptions } from "lockstep/fastify";
import { disableAccount } from "../account-table/account-store.ts";
import { comparableHeaders } from "../comparable.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf } from "../store/row.ts";
import { first, sql } from "../store/statement.ts";
import { codeOf, cookieSet, openSessionApi, origin, password, secretOf, type SessionApi, sessionSet } from "./session.fixture.ts";
import type { SignInThrottle } from "../password/sign-in.ts";
import { signInRoute } from "./sign-in-route.ts";

const sessionCount = sql("SELECT count(*) AS count FROM identity_sessions");

async function countSessions({ settings }: SessionApi): Promise<number> {
  const row = await settings.database.run(first(sessionCount));
  assert.ok(row);
  return numberOf(row, "count");
}

/** Everything of an answer except the parts that differ between any two answers. */
async function seen(response: Response): Promise<string> {
  return JSON.stringify([response.status, comparableHeaders(response.headers), await response.text()]);
}

describeOnEach("POST /auth/session", (database) => {
  test("the right password begins a session and sets its cookie and the device cookie", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount("ada@example.com", { signIn: true });
    const response = await api.signIn(account, { headers: { "user-agent": "Browser/1" } });
    assert.equal(response.status, 200);
    const me = await api.call("GET", "/me", { session: sessionSet(response) });
    assert.equal(me.status, 200);
    const { id, sessionId } = JSON.parse(await me.text());
    assert.equal(id, account.id);
    assert.deepEqual(await response.json(), { id: sessionId, expiresAt: "2026-01-08T00:00:00.000Z" });
    assert.equal((await api.sessions.findById(sessionId))?.userAgent, "Browser/1");
    assert.ok(cookieSet(response, "__Host-device"));
    const event = api.events.find(({ type }) => type === "sign_in.succeeded");
    assert.equal(event?.requestId, response.headers.get("x-request-id"));
  });

  test("an unknown address, a wrong password, no password and a disabled account are one and the same 401", async (t) => {
    const db = await database.open(t);
    const api = openSessionApi(t, db);
    const right = await api.addAccount("right@example.com", { signIn: true });
    const none = await api.addAccount("none@example.com");
    const disabled = await api.addAccount("disabled@example.com", { signIn: true });
    await db.run(disableAccount(disabled.id, api.clock.now));
    const answers = [
      await api.call("POST", "/auth/session", { form: { username: "nobody@example.com", password } }),
      await api.call("POST", "/auth/session", { form: { username: "no address", password } }),
      await api.call("POST", "/auth/session", { form: { username: right.email, password: "wrong" } }),
      await api.signIn(none),
      await api.signIn(disabled),
    ];
    assert.equal(await countSessions(api), 0);
    const all = await Promise.all(answers.map(seen));
    assert.equal(new Set(all).size, 1);
    assert.match(all[0] ?? "", /^\[401,.*sign_in_refused/);
    assert.match(all[0] ?? "", /Cookie name=\\"__Host-session\\"/);
    const reasons = api.events.flatMap((event) => (event.type === "sign_in.failed" ? [event.reason] : []));
    assert.deepEqual(reasons, ["unknown_account", "unknown_account", "wrong_password", "no_password", "disabled"]);
    assert.equal((await api.signIn(right)).status, 200);
  });

  test("a sign-in during which the password changes is the same 401", async (t) => {
    const db = await database.open(t);
    const api = openSessionApi(t, db);
    const account = await api.addAccount("late@example.com", { signIn: true });
    const refused = await seen(await api.call("POST", "/auth/session", { form: { username: account.email, password: "wrong" } }));
    const { settings, sessions } = api;
    // The sessions end after the password was right and before the session begins.
    const throttle: SignInThrottle = {
      signIn: async (_attempt, work) => {
        const result = await work({ isKnownDevice: false });
        await sessions.end({ accountId: account.id }, "password_changed");
        return result;
      },
    };
    const route = signInRoute({ settings, sessions, throttle });
    const overtaken = createApi({ title: "t", version: "1", origins: [origin], routes: [route] });
    const response = await overtaken.fetch(
      new Request("https://api.test/auth/session", {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ username: account.email, password }),
      }),
    );
    assert.equal(await seen(response), refused);
    assert.equal(await countSessions(api), 0);
    const event = api.events.findLast(({ type }) => type === "sign_in.failed");
    assert.ok(event?.type === "sign_in.failed" && event.reason === "overtaken");
  });

  test("a session planted before signing in is ended, and signing in begins another one (S-01)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const [attacker, victim] = [await api.addAccount(), await api.addAccount("victim@example.com", { signIn: true })];
    const planted = secretOf(await api.begin(attacker)).reveal();
    const given = sessionSet(await api.signIn(victim, { session: planted }));
    assert.notEqual(given, planted);
    assert.equal((await api.call("GET", "/me", { session: planted })).status, 401);
    assert.equal((await api.call("GET", "/me", { session: given })).status, 200);
    const next = sessionSet(await api.signIn(victim, { session: given }));
    assert.equal((await api.call("GET", "/me", { session: given })).status, 401);
    assert.equal((await api.call("GET", "/me", { session: next })).status, 200);
    const reasons = api.events.flatMap((event) => (event.type === "session.ended" ? [event.reason] : []));
    assert.deepEqual(reasons, ["replaced", "replaced"]);
  });

  test("a failed sign-in ends no session (S-01)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const session = secretOf(await api.begin(account));
    const response = await api.call("POST", "/auth/session", { session, form: { username: account.email, password: "wrong" } });
    assert.equal(response.status, 401);
    assert.equal((await api.call("GET", "/me", { session })).status, 200);
  });

  test("a secret that the client chooses never becomes a session (S-02)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount("s02@example.com", { signIn: true });
    for (const chosen of ["attackerchosen", "A".repeat(43), "a".repeat(4000), "\u00e9", ""]) {
      const given = sessionSet(await api.signIn(account, { session: chosen }));
      assert.notEqual(given, chosen);
      assert.match(given, /^[A-Za-z0-9_-]{43}$/);
      assert.equal((await api.call("GET", "/me", { session: chosen })).status, 401);
      assert.equal((await api.call("GET", "/me", { session: given })).status, 200);
    }
    const two = await api.call("POST", "/auth/session", {
      headers: { cookie: "__Host-session=a; __Host-session=b" },
      form: { username: account.email, password },
    });
    assert.equal(two.status, 400);
  });

  test("an invalid form is refused before anything is hashed, and changes nothing", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount("forms@example.com", { signIn: true });
    const good = { username: account.email, password };
    const flawed: Readonly<Record<string, string>>[] = [
      {},
      { username: account.email },
      { ...good, username: "" },
      { ...good, password: "" },
      { ...good, username: `${account.email}\0` },
      { ...good, username: "a\nb" },
      { ...good, username: "a".repeat(321) },
      { ...good, password: "p".repeat(1025) },
      { ...good, remember: "true" },
    ];
    for (const form of flawed) assert.equal((await api.call("POST", "/auth/session", { form })).status, 422, JSON.stringify(form));
    const raw = async (body: string, type = "application/x-www-form-urlencoded"): Promise<number> => {
      const headers = { "content-type": type, "sec-fetch-site": "same-origin" };
      return (await api.api.fetch(new Request("https://api.test/auth/session", { method: "POST", headers, body }))).status;
    };
    assert.equal(await raw(`username=${account.email}&username=b&password=x`), 400);
    assert.equal(await raw("username=%ff&password=x"), 400);
    assert.equal(await raw("__proto__=x&username=a&password=x"), 400);
    assert.equal(await raw(JSON.stringify(good), "application/json"), 415);
    assert.equal(await raw(`username=a&password=${"x".repeat(20_000)}`), 413);
    assert.deepEqual(api.events, []);
    assert.equal(await countSessions(api), 0);
    assert.equal((await api.call("POST", "/auth/session", { form: good })).status, 200);
  });

  test("a device cookie that is not ours or too long is ignored", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount("device@example.com", { signIn: true });
    for (const device of ["", "x", "1.abc.def", "x".repeat(5000)]) {
      assert.equal((await api.signIn(account, { headers: { cookie: `__Host-device=${device}` } })).status, 200);
    }
    const known = cookieSet(await api.signIn(account), "__Host-device");
    assert.equal((await api.signIn(account, { headers: { cookie: `__Host-device=${known}` } })).status, 200);
  });

  test("no cookie is set over http, whatever the request says about itself (S-20)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount("s20@example.com", { signIn: true });
    const spoofs = [
      {},
      { "x-forwarded-proto": "https" },
      { "x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1", "x-forwarded-host": "api.test" },
      { forwarded: "proto=https;for=10.0.0.1" },
      { "x-forwarded-ssl": "on", "front-end-https": "on", "x-url-scheme": "https" },
    ];
    const direct = await listen(t, api, {});
    for (const spoof of spoofs) {
      const response = await direct(account.email, spoof);
      assert.equal(response.status, 403, JSON.stringify(spoof));
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(await codeOf(response), "insecure_transport");
    }
    assert.equal(await countSessions(api), 0);
    assert.deepEqual(api.events, []);
    // The positive control: behind a declared proxy, which says https, and then http.
    const behind = await listen(t, api, { trustedProxies: 1 });
    const secure = await behind(account.email, { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1" });
    assert.equal(secure.status, 200);
    assert.equal(secure.headers.getSetCookie().length, 2);
    const insecure = await behind(account.email, { "x-forwarded-proto": "http", "x-forwarded-for": "192.0.2.1" });
    assert.equal(insecure.status, 403);
  });

  test("the demo on loopback sets cookies over http, under other names (S-20)", async (t) => {
    const api = openSessionApi(t, await database.open(t), { insecureCookies: true });
    const account = await api.addAccount("demo@example.com", { signIn: true });
    const response = await (await listen(t, api, {}))(account.email, {});
    assert.equal(response.status, 200);
    const names = response.headers.getSetCookie().map((each) => each.split("=")[0]);
    assert.deepEqual(new Set(names), new Set(["session", "device"]));
    const session = cookieSet(response, "session") ?? "";
    assert.equal((await api.call("GET", "/me", { session })).status, 200);
    assert.equal((await api.call("GET", "/me", { headers: { cookie: `__Host-session=${session}` } })).status, 401);
  });
});

/** Serves the API over http; returns a function that signs in. */
async function listen(
  test: TestContext,
  { api }: SessionApi,
  options: FastifyServerOptions,
): Promise<(username: string, headers: Readonly<Record<string, string>>) => Promise<Response>> {
  const server = fastifyServer(api, options);
  test.after(() => server.close());
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return (username, headers) =>
    fetch(`${url}/auth/session`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", ...headers },
      body: new URLSearchParams({ username, password }),
    });
}
