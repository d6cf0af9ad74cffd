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
    for (const response of twice) assert.ok([204, 401].includes(response.status));
    const done = twice.find(({ status }) => status === 204);
    assert.equal(done && cookieSet(done, "__Host-session"), "");
    const replayed = await api.call("GET", "/me", { session: secretOf(mine) });
    assert.equal(replayed.status, 401);
    assert.match(replayed.headers.get("www-authenticate") ?? "", /Cookie/);
    assert.equal((await api.call("GET", "/me", { session: secretOf(other) })).status, 200);
    const reasons = api.events.flatMap((event) => (event.type === "session.ended" ? [event.reason] : []));
    assert.deepEqual(reasons, ["signed_out"]);
  });

  test("a credential without a session cannot sign out, and the answer says so", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const response = await api.call("POST", "/auth/logout", { headers: { authorization: `Bearer ${bearerToken}` } });
    assert.equal(response.status, 403);
    assert.equal(await codeOf(response), "forbidden");
  });
});
