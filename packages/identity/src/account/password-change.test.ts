import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { countHashes } from "../password/hash-count.fixture.ts";
import { signIn, type SignInThrottle } from "../password/sign-in.ts";
import { cookieSet } from "../session/session.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { another, chosen, codeOf, openAccountApi } from "./account.fixture.ts";

const openSessionsOf = sql("SELECT id, kind FROM identity_sessions WHERE account_id = :id AND ended_at IS NULL");

describeOnEach("changing the password", (kind) => {
  test("ends every other session, and replaces this one's cookie (S-05, S-03)", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, begin, isSignedIn, canSignIn, mailed, events } = openAccountApi(t, database);
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    const [here, elsewhere, bobs] = [await browser(ada), await browser(ada), await browser(bob)];
    await begin(ada, "tokens");
    const answer = await post("/auth/password", { currentPassword: chosen, newPassword: another }, { session: here });
    assert.equal(answer.status, 204);
    const renewed = cookieSet(answer, "__Host-session");
    assert.ok(renewed !== undefined && renewed !== here.reveal());
    assert.deepEqual(await Promise.all([isSignedIn(renewed), isSignedIn(here), isSignedIn(elsewhere), isSignedIn(bobs)]), [
      true,
      false,
      false,
      true,
    ]);
    // The family of refresh tokens has ended, too. The one session that is left is this browser's.
    assert.deepEqual(
      (await database.run(all(openSessionsOf, { id: ada.id }))).map((row) => row["kind"]),
      ["browser"],
    );
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    assert.equal(await canSignIn("ada@example.com", another), true);
    assert.equal(events.filter((event) => event.type === "session.ended" && event.reason === "password_changed").length, 2);
    assert.ok(events.some(({ type }) => type === "password.changed"));
    assert.deepEqual(
      (await mailed()).map(({ to, subject }) => [to, subject]),
      [["ada@example.com", "Your password at as.test was changed"]],
    );
  });

  test("needs the current password; a wrong one changes nothing and costs one hash", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, isSignedIn, canSignIn, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const [here, elsewhere] = [await browser(ada), await browser(ada)];
    const hashes = countHashes(t);
    const refused = await post("/auth/password", { currentPassword: another, newPassword: another }, { session: here });
    assert.deepEqual([refused.status, await codeOf(refused)], [403, "wrong_password"]);
    assert.equal(hashes.since(), 1);
    assert.equal(events.at(-1)?.type, "sign_in.failed");
    const weak = await post("/auth/password", { currentPassword: chosen, newPassword: "ada@example.com" }, { session: here });
    assert.deepEqual([weak.status, await codeOf(weak)], [422, "weak_password"]);
    assert.equal(hashes.since(), 1);
    for (const body of [{ newPassword: another }, { currentPassword: "", newPassword: another }, { currentPassword: chosen }]) {
      assert.equal((await post("/auth/password", body, { session: here })).status, 422);
    }
    assert.equal((await post("/auth/password", { currentPassword: chosen, newPassword: another })).status, 401);
    assert.equal(await isSignedIn(elsewhere), true);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("is throttled: a person who finds a browser signed in cannot keep guessing the password", async (t) => {
    const database = await kind.open(t);
    const key = { attempts: 2, seconds: 900 };
    const { post, register, browser } = openAccountApi(t, database, { throttle: { password: { key } } });
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    const attempt = async (session: Redacted<string>, path: string, body: object): Promise<number> =>
      (await post(path, body, { session })).status;
    const session = await browser(ada);
    const wrong = { password: "wrong" };
    assert.equal(await attempt(session, "/auth/password", { currentPassword: "wrong", newPassword: another }), 403);
    assert.equal(await attempt(session, "/auth/account/delete", wrong), 403);
    const hashes = countHashes(t);
    assert.equal(await attempt(session, "/auth/password", { currentPassword: chosen, newPassword: another }), 429);
    assert.equal(await attempt(session, "/auth/account/deactivate", { password: chosen }), 429);
    assert.equal(await attempt(session, "/auth/email", { email: "x@example.com", password: chosen }), 429);
    assert.equal(hashes.since(), 0);
    // Attempts count for each account: Ada's do not slow Bob down.
    const bobs = await browser(bob);
    assert.equal(await attempt(bobs, "/auth/password", { currentPassword: chosen, newPassword: another }), 204);
  });

  test("a sign-in with the old password that is being checked during the change starts no session (S-05)", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, settings, sessions, accounts } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    const { connection, throttle } = outsideHttp();
    const attempt = { username: "ada@example.com", connection, device: undefined };
    const start = async (signedIn: Awaited<ReturnType<typeof signIn>>): Promise<unknown> =>
      settings.audit.recorded(database, {}, (record) =>
        sessions.start({ account: signedIn.account, position: signedIn.position, kind: "tokens", scope: "notes:read" }, record),
      );
    const checked = await signIn({ ...attempt, password: new Redacted(chosen) }, { settings, throttle });
    assert.equal((await post("/auth/password", { currentPassword: chosen, newPassword: another }, { session })).status, 204);
    await assert.rejects(start(checked), { name: "SignInRefused" });
    // A sign-in with the new password, checked after the change, starts a session. Disabling also ends a sign-in that is being
    // checked.
    const later = await signIn({ ...attempt, password: new Redacted(another) }, { settings, throttle });
    assert.ok(await start(later));
    const last = await signIn({ ...attempt, password: new Redacted(another) }, { settings, throttle });
    await accounts.disable(ada.id);
    await accounts.enable(ada.id);
    await assert.rejects(start(last), { name: "SignInRefused" });
  });
});

/** A throttle without limits. */
const openThrottle: SignInThrottle = { signIn: (_attempt, work) => work({ isKnownDevice: false }) };

function outsideHttp() {
  return {
    connection: {
      requestId: "r-1",
      address: "192.0.2.1",
      secure: true,
      userAgent: undefined,
      signal: new AbortController().signal,
    },
    throttle: openThrottle,
  };
}
