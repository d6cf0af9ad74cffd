import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { openSessions, secretOf } from "./session.fixture.ts";
import type { Sessions, StartedSession } from "./sessions.ts";

async function idsOf(sessions: Sessions, accountId: string): Promise<readonly string[]> {
  return (await sessions.list(accountId, { limit: 1000 })).map(({ id }) => id);
}

describeOnEach("the limit of sessions", (kind) => {
  test("ends the oldest session of the account when another begins, and no session of another account", async (t) => {
    const { sessions, addAccount, begin, clock, events } = openSessions(t, await kind.open(t), { maxSessionsPerAccount: 3 });
    const [ada, bob] = [await addAccount(), await addAccount()];
    const bobs = await begin(bob);
    const begun: StartedSession[] = [];
    for (const each of ["browser", "tokens", "browser", "tokens", "browser"] as const) {
      clock.advance(1);
      begun.push(await begin(ada, each));
    }
    const ids = begun.map(({ id }) => id);
    assert.deepEqual(await idsOf(sessions, ada.id), ids.slice(2).toReversed());
    assert.deepEqual(await idsOf(sessions, bob.id), [bobs.id]);
    const ended = events.flatMap((event) => (event.type === "session.ended" ? [[event.session, event.reason]] : []));
    assert.deepEqual(ended, [
      [ids[0], "session_limit"],
      [ids[1], "session_limit"],
    ]);
    const [first, , third] = begun;
    assert.ok(first && third);
    assert.equal(await sessions.find(secretOf(first)), undefined);
    assert.equal((await sessions.find(secretOf(third)))?.id, third.id);
  });

  test("holds for fifty sign-ins at once", async (t) => {
    const { sessions, addAccount, begin } = openSessions(t, await kind.open(t), { maxSessionsPerAccount: 5 });
    const ada = await addAccount();
    const begun = await Promise.all(Array.from({ length: 50 }, (_, index) => begin(ada, index % 2 === 0 ? "browser" : "tokens")));
    const left = await idsOf(sessions, ada.id);
    assert.equal(left.length, 5);
    const ids = new Set(begun.map(({ id }) => id));
    assert.ok(left.every((id) => ids.has(id)));
  });

  test("ends a session that was idle for too long before an older one that is in use", async (t) => {
    const { sessions, addAccount, begin, clock } = openSessions(t, await kind.open(t), { maxSessionsPerAccount: 2 });
    const ada = await addAccount();
    const program = await begin(ada, "tokens");
    clock.advance(1);
    await begin(ada, "browser");
    clock.advance(8 * 3600);
    const latest = await begin(ada, "browser");
    assert.deepEqual(await idsOf(sessions, ada.id), [latest.id, program.id]);
  });

  test("counts the session that a sign-in replaces no more", async (t) => {
    const { sessions, addAccount, begin, clock, settings } = openSessions(t, await kind.open(t), { maxSessionsPerAccount: 2 });
    const ada = await addAccount();
    const program = await begin(ada, "tokens");
    clock.advance(1);
    const before = await begin(ada);
    const signIn = { account: ada, position: 1_000_000, kind: "browser", scope: "", replaces: secretOf(before) } as const;
    const after = await settings.audit.recorded(settings.database, {}, (record) => sessions.start(signIn, record));
    assert.deepEqual(new Set(await idsOf(sessions, ada.id)), new Set([after.id, program.id]));
  });

  test("ends as many sessions as a lower limit asks for", async (t) => {
    const database = await kind.open(t);
    const { addAccount, begin } = openSessions(t, database);
    const ada = await addAccount();
    for (let count = 0; count < 8; count += 1) await begin(ada);
    const lower = openSessions(t, database, { maxSessionsPerAccount: 1 });
    const last = await lower.begin(ada);
    assert.deepEqual(await idsOf(lower.sessions, ada.id), [last.id]);
  });
});
