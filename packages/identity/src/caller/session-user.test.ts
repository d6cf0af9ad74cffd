import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { disableAccount } from "../account-table/account-store.ts";
import { hashOfSecret, newSecret } from "../secret/opaque-token.ts";
import { seal } from "../secret/seal.ts";
import { codeOf, cookieSet, openSessionApi, secretOf } from "../session/session.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";

describeOnEach("a session's user", (database) => {
  test("a session's user is the account, with the scopes that were granted and that the account may still have, and `account`", async (t) => {
    const api = openSessionApi(t, await database.open(t), { scopesOf: () => ["notes:write", "admin"] });
    const account = await api.addAccount();
    const begun = await api.begin(account);
    const response = await api.call("GET", "/me", { session: secretOf(begun) });
    assert.deepEqual(await response.json(), {
      kind: "user",
      id: account.id,
      credential: "session",
      scopes: ["notes:write", "account"],
      sessionId: begun.id,
      authenticatedAt: api.clock.now,
    });
  });

  test("an idle session, one that is too old and a disabled account are the same 401 as a cookie that never existed (S-06, S-07, S-14)", async (t) => {
    const db = await database.open(t);
    const api = openSessionApi(t, db);
    const { sessionIdleSeconds, sessionSeconds } = api.settings.lifetimes;
    const call = async (session: Redacted<string>): Promise<Response> => api.call("GET", "/me", { session });
    const account = await api.addAccount();
    const answers = [await call(newSecret())];
    const [idle, old, disabled] = [await api.begin(account), await api.begin(account), await api.begin(account)];
    for (const each of [idle, old, disabled]) assert.equal((await call(secretOf(each))).status, 200);
    await db.run(disableAccount(account.id, api.clock.now));
    answers.push(await call(secretOf(disabled)));
    await db.run(all(sql("UPDATE identity_accounts SET disabled_at = NULL")));
    assert.equal((await call(secretOf(disabled))).status, 200);
    api.clock.advance(sessionIdleSeconds + 1);
    answers.push(await call(secretOf(idle)));
    await db.run(all(sql("UPDATE identity_sessions SET seen_at = expires_at")));
    api.clock.advance(sessionSeconds - sessionIdleSeconds);
    answers.push(await call(secretOf(old)));
    const seen = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text(), challenge(answer)].join()));
    assert.equal(new Set(seen).size, 1);
    assert.match(seen[0] ?? "", /^401,/);
    const reasons = api.events.flatMap((event) => (event.type === "session.refused" ? [event.reason] : []));
    assert.deepEqual(reasons, ["account_disabled", "idle", "expired"]);
  });

  test("a value that the server sealed or issued for another purpose is not a session (S-16)", async (t) => {
    const db = await database.open(t);
    const api = openSessionApi(t, db);
    const account = await api.addAccount("s16@example.com", { signIn: true });
    const response = await api.signIn(account);
    const [session, device] = ["__Host-session", "__Host-device"].map((name) => cookieSet(response, name) ?? "");
    assert.ok(device);
    // A refresh token and a link have the form of a session's secret.
    const [refresh, link] = [newSecret(), newSecret()];
    const program = await api.begin(account, "tokens");
    await db.run(
      all(
        sql("INSERT INTO identity_refresh_tokens (secret_hash, session_id, created_at, expires_at) VALUES (:hash, :id, 0, :later)"),
        {
          hash: hashOfSecret(refresh),
          id: program.id,
          later: api.clock.now * 2,
        },
      ),
    );
    await db.run(
      all(
        sql(`INSERT INTO identity_links (secret_hash, purpose, account_id, email, created_at, expires_at)
             VALUES (:hash, 'reset', :id, 'e', 0, :later)`),
        { hash: hashOfSecret(link), id: account.id, later: api.clock.now * 2 },
      ),
    );
    const sealed = (["signing-key-seal", "refresh-successor", "device-cookie"] as const).map((purpose) =>
      seal(new Redacted(session ?? ""), { purpose, record: "session" }, api.settings.keys),
    );
    for (const foreign of [device, refresh.reveal(), link.reveal(), program.id, account.id, ...sealed]) {
      assert.equal((await api.call("GET", "/me", { session: foreign })).status, 401);
    }
    assert.equal((await api.call("GET", "/me", { session: session ?? "" })).status, 200);
  });

  test("no cache may store an answer to a cookie, whatever its status (S-17)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const session = secretOf(await api.begin(await api.addAccount()));
    const statuses = new Set<number>();
    for (const [method, path] of [
      ["GET", "/me"],
      ["HEAD", "/me"],
      ["GET", "/auth/sessions"],
      ["DELETE", `/auth/sessions/${randomUUID()}`],
      ["POST", "/notes"],
      ["GET", "/auth/sessions?limit=x"],
      ["POST", "/auth/logout"],
      ["GET", "/me"],
    ] as const) {
      const response = await api.call(method, path, { session });
      assert.equal(response.headers.get("cache-control"), "no-store", `${method} ${path}`);
      statuses.add(response.status);
    }
    assert.deepEqual(statuses, new Set([200, 404, 422, 204, 401]));
  });

  test("a cookie that a sibling domain can set is not read, and two cookies of the name are 400 (S-19)", async (t) => {
    const api = openSessionApi(t, await database.open(t));
    const secret = secretOf(await api.begin(await api.addAccount())).reveal();
    const other = secretOf(await api.begin(await api.addAccount())).reveal();
    const status = async (cookie: string): Promise<number> => (await api.call("GET", "/me", { headers: { cookie } })).status;
    assert.equal(await status(`__Host-session=${secret}`), 200);
    assert.equal(await status(`session=${other}; __Host-session=${secret}`), 200);
    for (const name of ["session", "Session", "__host-session", "__Secure-session", "__Host-session2", "__Host-"]) {
      assert.equal(await status(`${name}=${secret}`), 401, name);
    }
    for (const two of [`__Host-session=${secret}; __Host-session=${other}`, `__Host-session=${secret};__Host-session =${secret}`]) {
      assert.equal(await status(two), 400);
    }
  });

  test("while the database is away every route is 503, and nobody gets in (S-22)", async (t) => {
    const db = await database.open(t);
    const api = openSessionApi(t, db);
    const account = await api.addAccount("s22@example.com", { signIn: true });
    const session = secretOf(await api.begin(account));
    assert.equal((await api.call("GET", "/me", { session })).status, 200);
    assert.equal((await api.signIn(account)).status, 200);
    await db.close();
    const answers = [
      await api.call("GET", "/me", { session }),
      await api.call("GET", "/auth/sessions", { session }),
      await api.call("DELETE", "/auth/sessions", { session }),
      await api.call("POST", "/auth/logout", { session }),
      await api.call("POST", "/notes", { session, json: { text: "x" } }),
      await api.signIn(account),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.equal(await codeOf(answer), "unavailable");
    }
    // A text that is not a secret is refused without the database.
    assert.equal((await api.call("GET", "/me", { session: "garbage" })).status, 401);
    assert.equal((await api.call("GET", "/me")).status, 401);
  });
});

function challenge(response: Response): string | null {
  return response.headers.get("www-authenticate");
}
