/**
 * The cross-site rows of the attack catalogue, tried on signing in, on signing out and on a route that writes and accepts a
 * cookie. C-07 (token abuse) does not apply, because the rule is Fetch Metadata and `Origin` and there is no token. Neither does
 * C-15, because there are no WebSockets.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import {
  bearerToken,
  codeOf,
  cookieSet,
  openSessionApi,
  origin,
  password,
  secretOf,
  type SessionApi,
  sessionSet,
  type TestRequest,
} from "./session.fixture.ts";

interface Desk extends SessionApi {
  readonly account: Account;
  /** Sends the same request to each of the three routes; expects the status, and a change only if it is 200. */
  everywhere(request: TestRequest, status: 200 | 403): Promise<void>;
}

async function open(test: Parameters<TestDatabase["open"]>[0], database: TestDatabase): Promise<Desk> {
  const api = openSessionApi(test, await database.open(test));
  const account = await api.addAccount("csrf@example.com", { signIn: true });
  const everywhere: Desk["everywhere"] = async (request, status) => {
    const about = JSON.stringify(request);
    const begun = async (): Promise<number> => (await api.sessions.list(account.id, { limit: 100 })).length;
    const before = await begun();
    const signedIn = await api.signIn(account, request);
    assert.equal(signedIn.status, status, `signing in: ${about}`);
    assert.equal(signedIn.headers.getSetCookie().length, status === 200 ? 2 : 0);
    assert.equal((await begun()) - before, status === 200 ? 1 : 0);
    const session = secretOf(await api.begin(account));
    const written = await api.call("POST", "/notes", { ...request, session, json: { text: "x" } });
    assert.equal(written.status, status, `writing: ${about}`);
    const signedOut = await api.call("POST", "/auth/logout", { ...request, session });
    assert.equal(signedOut.status, status === 200 ? 204 : status, `signing out: ${about}`);
    assert.equal((await api.call("GET", "/me", { session })).status, status === 200 ? 401 : 200);
    if (status === 403) for (const each of [signedIn, written, signedOut]) assert.equal(await codeOf(each), "cross_site");
  };
  return { ...api, account, everywhere };
}

describeOnEach("cross-site requests", (database) => {
  test("a form on another site is refused, even one that signs in with the right password (C-01, C-10)", async (t) => {
    const desk = await open(t, database);
    await desk.everywhere({ site: null, headers: { origin: "https://evil.test" } }, 403);
    await desk.everywhere({ site: "cross-site", headers: { origin: "https://evil.test" } }, 403);
    const session = secretOf(await desk.begin(desk.account));
    const classic = { session, site: "cross-site", headers: { origin: "https://evil.test" }, form: { text: "x" } };
    assert.equal((await desk.call("POST", "/notes", classic)).status, 403);
    // The password was not checked.
    assert.ok(desk.events.every(({ type }) => type === "sign_in.succeeded"));
    assert.ok(desk.audited.some(({ type }) => type === "request.cross_site"));
    await desk.everywhere({ site: "same-origin" }, 200);
  });

  test("a request with neither Origin nor Sec-Fetch-Site is refused (C-02)", async (t) => {
    const desk = await open(t, database);
    await desk.everywhere({ site: null }, 403);
    await desk.everywhere({ site: null, headers: { origin } }, 200);
  });

  test("a page of the issuer is the site's own if the browser sends no Fetch Metadata, and no other page is (C-02, C-10)", async (t) => {
    const desk = await open(t, database);
    const issuer = new URL(desk.settings.issuer).origin;
    await desk.everywhere({ site: null, headers: { origin: issuer } }, 200);
    for (const other of [`${issuer}.evil.test`, `${issuer}:8443`, issuer.replace("https", "http"), "https://api.test", "null"]) {
      await desk.everywhere({ site: null, headers: { origin: other } }, 403);
    }
    // Fetch Metadata, if it is there, decides first.
    await desk.everywhere({ site: "cross-site", headers: { origin: issuer } }, 403);
    await desk.everywhere({ site: "same-site", headers: { origin: issuer } }, 403);
  });

  test("Sec-Fetch-Site decides: same-origin and none pass, every other value is refused (C-04)", async (t) => {
    const desk = await open(t, database);
    for (const site of ["cross-site", "same-site", "", "SAME-ORIGIN", "same-origin, cross-site", "same-origin;", "x", "null"]) {
      await desk.everywhere({ site }, 403);
    }
    await desk.everywhere({ site: "same-origin" }, 200);
    // No page of another site can send `none`. Programs can.
    await desk.everywhere({ site: "none" }, 200);
  });

  test("no content type gets around the rule, and only the declared one is read (C-05)", async (t) => {
    const desk = await open(t, database);
    const types = [
      "text/plain",
      "TEXT/PLAIN",
      "Application/X-WWW-Form-Urlencoded",
      "application/json;",
      "application/json",
      "multipart/form-data; boundary=x",
      "text/plain; application/json",
    ];
    const session = secretOf(await desk.begin(desk.account)).reveal();
    const send = async (path: string, type: string | undefined, site: string): Promise<number> => {
      const headers = { cookie: `__Host-session=${session}`, "sec-fetch-site": site };
      const body = new TextEncoder().encode('{"text":"x"}');
      const typed = type === undefined ? headers : { ...headers, "content-type": type };
      return (await desk.api.fetch(new Request(`https://api.test${path}`, { method: "POST", headers: typed, body }))).status;
    };
    for (const type of [...types, undefined]) {
      for (const path of ["/notes", "/auth/session"]) assert.equal(await send(path, type, "cross-site"), 403, `${path} ${type}`);
      const isJson = type?.startsWith("application/json") === true;
      assert.equal(await send("/notes", type, "same-origin"), isJson ? 200 : 415, `${type}`);
    }
  });

  test("Referer is neither enough nor needed (C-06)", async (t) => {
    const desk = await open(t, database);
    for (const referer of [`${origin}/`, `https://evil.test/${origin}/`, `https://evil.test/?${origin}`, "https://api.test/"]) {
      await desk.everywhere({ site: null, headers: { referer } }, 403);
    }
    await desk.everywhere({ site: "same-origin", headers: { referer: "https://evil.test/" } }, 200);
  });

  test("no header, parameter or field changes the method (C-08)", async (t) => {
    const desk = await open(t, database);
    const begun = await desk.begin(desk.account);
    const session = secretOf(begun);
    const overrides = { "x-http-method-override": "DELETE", "x-http-method": "DELETE", "x-method-override": "DELETE" };
    const listed = await desk.call("GET", "/auth/sessions?_method=DELETE", { session, headers: overrides, site: "cross-site" });
    assert.equal(listed.status, 200);
    const posted = await desk.call("POST", `/auth/sessions/${begun.id}?_method=DELETE`, { session, headers: overrides });
    assert.equal(posted.status, 405);
    assert.equal((await desk.call("POST", "/notes", { session, json: { text: "x", _method: "DELETE" } })).status, 422);
    assert.equal((await desk.call("GET", "/me", { session })).status, 200);
    await desk.everywhere({ site: "cross-site", headers: { "x-http-method-override": "GET" } }, 403);
    assert.equal((await desk.call("DELETE", `/auth/sessions/${begun.id}`, { session })).status, 204);
  });

  test("GET and HEAD sign nobody in or out, so an image on another site's page cannot (C-09, C-11)", async (t) => {
    const desk = await open(t, database);
    const begun = await desk.begin(desk.account);
    const session = secretOf(begun);
    for (const path of ["/auth/logout", "/auth/session", `/auth/sessions/${begun.id}`]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await desk.call(method, path, { session, site: "cross-site" });
        assert.equal(response.status, 405, `${method} ${path}`);
        assert.deepEqual(response.headers.getSetCookie(), []);
      }
    }
    for (const method of ["GET", "HEAD"]) {
      assert.equal((await desk.call(method, "/auth/sessions", { session, site: "cross-site" })).status, 200);
    }
    assert.equal((await desk.call("GET", "/me", { session })).status, 200);
    assert.equal((await desk.call("POST", "/auth/logout", { session, site: "cross-site" })).status, 403);
    assert.equal((await desk.call("DELETE", "/auth/sessions", { session, site: "same-site" })).status, 403);
    assert.equal((await desk.call("GET", "/me", { session })).status, 200);
    assert.equal((await desk.call("POST", "/auth/logout", { session })).status, 204);
    assert.equal((await desk.call("GET", "/me", { session })).status, 401);
  });

  test("a bearer token from another origin is accepted, with or without a cookie (C-12)", async (t) => {
    const desk = await open(t, database);
    const session = secretOf(await desk.begin(desk.account));
    const headers = { authorization: `Bearer ${bearerToken}`, origin: "https://elsewhere.test" };
    const request = { site: "cross-site", headers, json: { text: "x" } };
    assert.equal((await desk.call("POST", "/notes", request)).status, 200);
    assert.equal((await desk.call("POST", "/notes", { ...request, session })).status, 200);
    const wrong = { ...request, headers: { ...headers, authorization: "Bearer wrong" } };
    assert.equal((await desk.call("POST", "/notes", { ...wrong, session })).status, 401);
  });

  test("an origin is compared whole (C-13)", async (t) => {
    const desk = await open(t, database);
    const others = [
      "https://app.test.evil.com",
      "https://evilapp.test",
      "http://app.test",
      "https://app.test:8443",
      "https://app.test@evil",
      "https://app.test.",
      "https://аpp.test",
      "https://xn--pp-6kc.test",
      "https://app.test/",
      "https://APP.test",
      " https://app.test,https://evil.test",
      "null",
      "",
    ];
    for (const other of others) await desk.everywhere({ site: null, headers: { origin: latin1(other) } }, 403);
    await desk.everywhere({ site: null, headers: { origin } }, 200);
    // For the cookie, a sibling subdomain of a configured origin is another site; the configuration makes it one of ours.
    await desk.everywhere({ site: "same-site", headers: { origin } }, 200);
  });

  test("the name that the request calls the server is not trusted (C-14)", async (t) => {
    const desk = await open(t, database);
    const headers = { origin: "https://evil.test", "x-forwarded-host": "evil.test", host: "evil.test" };
    await desk.everywhere({ site: null, headers }, 403);
    const session = secretOf(await desk.begin(desk.account)).reveal();
    const sent = { cookie: `__Host-session=${session}`, origin: "https://evil.test", "content-type": "application/json" };
    const spoofed = new Request("https://evil.test/notes", { method: "POST", headers: sent, body: '{"text":"x"}' });
    assert.equal((await desk.api.fetch(spoofed)).status, 403);
    const honest = new Request("https://evil.test/notes", { method: "POST", headers: { ...sent, origin }, body: '{"text":"x"}' });
    assert.equal((await desk.api.fetch(honest)).status, 200);
  });

  test("a session's secret is in its cookie and nowhere else: not in a body, another header, an event, a row or an error (C-16)", async (t) => {
    const desk = await open(t, database);
    const answers: Response[] = [];
    const begun = await desk.signIn(desk.account);
    const session = sessionSet(begun);
    const call = async (...asked: Parameters<SessionApi["call"]>): Promise<void> => void answers.push(await desk.call(...asked));
    await call("GET", "/me", { session });
    await call("GET", "/auth/sessions", { session });
    await call("GET", `/auth/sessions?after=${session}`, { session });
    await call("GET", `/${session}`, { session });
    await call("POST", "/notes", { session, site: "cross-site", json: { text: "x" } });
    await call("POST", "/notes", { session, json: { text: 1, other: session } });
    await call("DELETE", `/auth/sessions/${session}`, { session });
    await call("POST", "/auth/logout", { session });
    await call("GET", "/me", { session });
    await call("GET", `/me?access_token=${session}`);
    const told = await Promise.all(answers.map(async (each) => JSON.stringify([...each.headers]) + (await each.text())));
    told.push(await begun.text(), JSON.stringify(desk.events), JSON.stringify(desk.audited), JSON.stringify(desk.mails));
    const { database: db } = desk.settings;
    const rows = await Promise.all(
      ["identity_sessions", "identity_audit_events"].map((table) => db.run(all(sql(`SELECT * FROM ${table}`)))),
    );
    assert.ok(rows.every(({ length }) => length > 0) && !JSON.stringify(rows).includes(session));
    const hash = hashOfSecret(new Redacted(session));
    for (const text of told) assert.ok(!text.includes(session) && !text.includes(hash), text);
    // The positive control: the same search finds it in the cookie.
    assert.ok(JSON.stringify([...begun.headers]).includes(session));
    assert.equal(cookieSet(begun, "__Host-session"), session);
    assert.ok(!JSON.stringify(told).includes(password));
  });
});

/** A header as it is sent: UTF-8 bytes, which are read as Latin-1. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
