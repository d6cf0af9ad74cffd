import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { bearerToken, codeOf, cookieSet, openSessionApi, secretOf } from "./session.fixture.ts";

describeOnEach("the routes of sessions", (database) => {
  test("GET /auth/sessions lists only my sessions, and marks the session of the request", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const program = await api.begin(account, "tokens");
    api.clock.advance(60);
    const browser = await api.begin(account);
    await api.begin(await api.addAccount());
    const response = await api.call("GET", "/auth/sessions", { session: secretOf(browser) });
    const common = { clientId: null, userAgent: "Test/1" };
    assert.deepEqual(await response.json(), {
      items: [
        {
          id: browser.id,
          kind: "browser",
          ...common,
          createdAt: "2026-01-01T00:01:00.000Z",
          seenAt: "2026-01-01T00:01:00.000Z",
          expiresAt: "2026-01-08T00:01:00.000Z",
          current: true,
        },
        {
          id: program.id,
          kind: "tokens",
          ...common,
          createdAt: "2026-01-01T00:00:00.000Z",
          seenAt: "2026-01-01T00:00:00.000Z",
          expiresAt: "2026-04-01T00:00:00.000Z",
          current: false,
        },
      ],
    });
    const next = await api.call("GET", `/auth/sessions?limit=1&after=${browser.id}`, { session: secretOf(browser) });
    assert.ok((await next.text()).startsWith(`{"items":[{"id":"${program.id}"`));
    for (const wrong of ["limit=0", "limit=101", "limit=x", "after=1", "after=%00", "offset=1"]) {
      const { status } = await api.call("GET", `/auth/sessions?${wrong}`, { session: secretOf(browser) });
      assert.equal(status, wrong === "offset=1" ? 200 : 422, wrong);
    }
  });

  test("DELETE /auth/sessions/:id ends one of my sessions, and removes the cookie only if it is the current one", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [mine, other, program] = [await api.begin(account), await api.begin(account), await api.begin(account, "tokens")];
    for (const { id } of [other, program]) {
      const response = await api.call("DELETE", `/auth/sessions/${id}`, { session: secretOf(mine) });
      assert.equal(response.status, 204);
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.notEqual((await api.sessions.findById(id))?.endedAt, undefined);
    }
    assert.equal((await api.call("GET", "/me", { session: secretOf(other) })).status, 401);
    const last = await api.call("DELETE", `/auth/sessions/${mine.id}`, { session: secretOf(mine) });
    assert.equal(last.status, 204);
    assert.equal(cookieSet(last, "__Host-session"), "");
    assert.equal((await api.call("GET", "/me", { session: secretOf(mine) })).status, 401);
    const reasons = api.events.flatMap((event) => (event.type === "session.ended" ? [event.reason] : []));
    assert.deepEqual(reasons, ["ended_by_owner", "ended_by_owner", "ended_by_owner"]);
  });

  test("somebody else's session, an ended one and one that never existed are the same 404, and none of them changes", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [mine, ended, theirs] = [await api.begin(account), await api.begin(account), await api.begin(await api.addAccount())];
    await api.sessions.end({ id: ended.id }, "signed_out");
    const answers = new Set<string>();
    for (const id of [theirs.id, ended.id, randomUUID()]) {
      const response = await api.call("DELETE", `/auth/sessions/${id}`, { session: secretOf(mine) });
      assert.equal(response.status, 404);
      answers.add(await response.text());
    }
    assert.equal(answers.size, 1);
    assert.equal((await api.call("GET", "/me", { session: secretOf(theirs) })).status, 200);
    assert.equal((await api.call("DELETE", "/auth/sessions/1", { session: secretOf(mine) })).status, 422);
  });

  test("DELETE /auth/sessions signs out everywhere: every browser and every program of the account (S-05)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [mine, other, program] = [await api.begin(account), await api.begin(account), await api.begin(account, "tokens")];
    const theirs = await api.begin(await api.addAccount());
    const response = await api.call("DELETE", "/auth/sessions", { session: secretOf(mine) });
    assert.equal(response.status, 204);
    assert.equal(cookieSet(response, "__Host-session"), "");
    for (const each of [mine, other]) assert.equal((await api.call("GET", "/me", { session: secretOf(each) })).status, 401);
    assert.notEqual((await api.sessions.findById(program.id))?.endedAt, undefined);
    assert.equal((await api.call("GET", "/me", { session: secretOf(theirs) })).status, 200);
  });

  test("a cookie replayed after POST /auth/logout is 401 at once (S-04)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [mine, other] = [await api.begin(account), await api.begin(account)];
    assert.equal((await api.call("GET", "/me", { session: secretOf(mine) })).status, 200);
    const twice = await Promise.all([1, 2].map(() => api.call("POST", "/auth/logout", { session: secretOf(mine) })));
    for (const response of twice) {
      assert.equal(response.status, 204);
      assert.equal(cookieSet(response, "__Host-session"), "");
    }
    const replayed = await api.call("GET", "/me", { session: secretOf(mine) });
    assert.equal(replayed.status, 401);
    assert.match(replayed.headers.get("www-authenticate") ?? "", /Cookie/);
    assert.equal((await api.call("GET", "/me", { session: secretOf(other) })).status, 200);
    const reasons = api.events.flatMap((event) => (event.type === "session.ended" ? [event.reason] : []));
    assert.deepEqual(reasons, ["signed_out"]);
  });

  test("signing out of a session that is over removes the cookie, whatever ended it, and records nothing", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [ended, idle] = [await api.begin(account), await api.begin(account)];
    await api.sessions.end({ id: ended.id }, "ended_by_owner");
    api.clock.advance(api.settings.lifetimes.sessionIdleSeconds);
    const live = await api.begin(account);
    api.events.length = 0;
    for (const session of [secretOf(ended), secretOf(idle), "x", "a".repeat(43)]) {
      const response = await api.call("POST", "/auth/logout", { session });
      assert.equal(response.status, 204);
      assert.equal(cookieSet(response, "__Host-session"), "");
    }
    assert.ok(!api.events.some(({ type }) => type === "session.ended"));
    assert.equal((await api.call("GET", "/me", { session: secretOf(live) })).status, 200);
  });

  test("signing out without a credential is 204 and changes nothing in the browser, also for another site (C-11)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    for (const site of ["same-origin", "cross-site", null]) {
      const response = await api.call("POST", "/auth/logout", { site });
      assert.equal(response.status, 204, `${site}`);
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.equal(response.headers.get("clear-site-data"), null);
    }
    // With a cookie, even that of a session that is over, the cross-site rule stays.
    const over = await api.begin(await api.addAccount());
    await api.sessions.end({ id: over.id }, "signed_out");
    for (const site of ["cross-site", null]) {
      const refused = await api.call("POST", "/auth/logout", { session: secretOf(over), site });
      assert.equal(refused.status, 403);
      assert.deepEqual(refused.headers.getSetCookie(), []);
      assert.equal(refused.headers.get("clear-site-data"), null);
    }
  });

  test("signing a browser out tells it to clear its cache and storage, and keeps the device cookie (ASVS 14.3.1)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const account = await api.addAccount();
    const [first, second, third] = [await api.begin(account), await api.begin(account), await api.begin(account)];
    const answers = [
      await api.call("POST", "/auth/logout", { session: secretOf(first) }),
      await api.call("DELETE", `/auth/sessions/${second.id}`, { session: secretOf(second) }),
      await api.call("DELETE", "/auth/sessions", { session: secretOf(third) }),
    ];
    for (const { status, headers } of answers) {
      assert.equal(status, 204);
      // With "cookies" it would also remove the device cookie.
      assert.equal(headers.get("clear-site-data"), '"cache", "storage"');
      assert.deepEqual(
        headers.getSetCookie().map((cookie) => cookie.split("=")[0]),
        ["__Host-session"],
      );
    }
    const [mine, other] = [await api.begin(account), await api.begin(account)];
    const another = await api.call("DELETE", `/auth/sessions/${other.id}`, { session: secretOf(mine) });
    assert.deepEqual([another.status, another.headers.get("clear-site-data")], [204, null], "the browser stays signed in");
  });

  test("a credential without a session cannot sign out, and the answer says so", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const response = await api.call("POST", "/auth/logout", { headers: { authorization: `Bearer ${bearerToken}` } });
    assert.equal(response.status, 403);
    assert.equal(await codeOf(response), "forbidden");
  });
});
