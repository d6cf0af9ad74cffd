import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { disableAccount, enableAccount, findAccount } from "../account-table/account-store.ts";
import { SignInRefused } from "../password/sign-in.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";
import { endSessions } from "../lineage/end-sessions.ts";
import { openSessions, secretOf, type SessionDesk } from "./session.fixture.ts";
import type { StartedSession } from "./sessions.ts";

/** A sign-in that was checked a moment ago. Returns a function that starts its session later. */
async function checked({ settings, sessions }: SessionDesk, id: string): Promise<() => Promise<StartedSession>> {
  const account = await settings.database.run(findAccount(id));
  assert.ok(account);
  const begun = { account, position: account.position, kind: "browser", scope: "notes:read" } as const;
  return () => settings.audit.recorded(settings.database, {}, (record) => sessions.start(begun, record));
}

describeOnEach("Sessions.start()", (database) => {
  test("a sign-in whose account was disabled while its password was checked begins no session", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const start = await checked(desk, account.id);
    await db.run(disableAccount(account.id, desk.clock.now));
    await assert.rejects(start(), SignInRefused);
    const event = desk.events.at(-1);
    assert.ok(event?.type === "sign_in.failed" && event.reason === "overtaken" && event.subject === account.id);
    await db.run(enableAccount(account.id));
    assert.ok(await start());
  });

  test("a sign-in that was checked before the sessions of its account were ended begins no session, even if there were no sessions to end (S-05)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const [account, stranger] = [await desk.addAccount(), await desk.addAccount()];
    for (const some of [{}, { except: randomUUID() }, { kind: "tokens" }] as const) {
      const [start, startOfStranger] = [await checked(desk, account.id), await checked(desk, stranger.id)];
      await desk.sessions.end({ accountId: account.id, ...some }, "password_changed");
      await assert.rejects(start(), SignInRefused);
      assert.ok(await startOfStranger());
      assert.ok(await (await checked(desk, account.id))());
    }
  });

  test("sign-ins at the same time as an end of all sessions leave no session (S-21)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const account = await desk.addAccount();
    const before = await Promise.all(Array.from({ length: 5 }, () => desk.begin(account)));
    const starts = await Promise.all(Array.from({ length: 20 }, () => checked(desk, account.id)));
    const end = (): Promise<unknown> => desk.sessions.end({ accountId: account.id }, "signed_out");
    const running = starts.map((start, index) => (index === 10 ? Promise.all([start(), end()]).then(([begun]) => begun) : start()));
    const settled = await Promise.allSettled(running);
    for (const one of settled) {
      if (one.status === "rejected") assert.ok(one.reason instanceof SignInRefused);
      else before.push(one.value);
    }
    for (const each of before) assert.equal(await desk.sessions.find(secretOf(each)), undefined);
    assert.deepEqual(await desk.sessions.list(account.id, { limit: 100 }), []);
    // The positive control: a later sign-in keeps its session.
    assert.ok(await desk.sessions.find(secretOf(await desk.begin(account))));
  });

  if (database.kind === "postgres") {
    const pause = sql("SELECT pg_sleep(0.01)");
    const blocked = sql(
      "SELECT COUNT(*) AS count FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))",
    );

    /** Goes on when another transaction waits for this one, or is over although it should wait. */
    const untilSomebodyWaits = function* (isOver: () => boolean): Work<void> {
      while (!isOver() && numberOf((yield* first(blocked)) ?? {}, "count") === 0) yield* all(pause);
    };

    test("a session that has begun but is not committed yet does not survive an end of all sessions", async (t) => {
      const db = await database.open(t);
      const desk = openSessions(t, db);
      const account = await desk.addAccount();
      const { position } = (await db.run(findAccount(account.id))) ?? assert.fail();
      const started = Promise.withResolvers<void>();
      let isEnded = false;
      const begin = desk.settings.audit.recorded(db, {}, function* (record) {
        const begun = yield* desk.sessions.start({ account, position, kind: "browser", scope: "" }, record);
        started.resolve();
        yield* untilSomebodyWaits(() => isEnded);
        return begun;
      });
      await started.promise;
      const ended = desk.sessions.end({ accountId: account.id }, "password_changed").finally(() => (isEnded = true));
      assert.equal((await ended).length, 1);
      assert.equal(await desk.sessions.find(secretOf(await begin)), undefined);
    });

    test("a sign-in during an uncommitted end of all sessions waits for it, and begins no session", async (t) => {
      const db = await database.open(t);
      const desk = openSessions(t, db);
      const account = await desk.addAccount();
      const start = await checked(desk, account.id);
      const ended = Promise.withResolvers<void>();
      let isOver = false;
      const end = desk.settings.audit.recorded(db, {}, function* (record) {
        yield* endSessions({ accountId: account.id }, "password_changed", record, desk.settings);
        ended.resolve();
        yield* untilSomebodyWaits(() => isOver);
      });
      await ended.promise;
      await assert.rejects(
        start().finally(() => (isOver = true)),
        SignInRefused,
      );
      await end;
      assert.deepEqual(await desk.sessions.list(account.id, { limit: 10 }), []);
    });
  }
});
