import assert from "node:assert/strict";
import { test } from "node:test";
import { Unavailable } from "lockstep";
import type { Database } from "../store/database.ts";
import { describeOnEach, testDatabases } from "../store/database.fixture.ts";
import { SeenTimes } from "./seen-times.ts";
import { findSession } from "./session-store.ts";
import { openSessions, secretOf } from "./session.fixture.ts";

const never = 3_600_000;

/** Wraps a database so that transactions fail while it is away. */
function sometimesAway(db: Database): Database & { isAway: boolean; transactions: number } {
  return {
    isAway: false,
    transactions: 0,
    kind: db.kind,
    run: (work) => db.run(work),
    async transaction(work) {
      this.transactions += 1;
      if (this.isAway) throw new Unavailable("away");
      return db.transaction(work);
    },
    listen: (channel, listener) => db.listen(channel, listener),
    close: () => db.close(),
  };
}

describeOnEach("SeenTimes", (database) => {
  test("a request writes nothing; one batch writes the last time of every session", async (t) => {
    const db = sometimesAway(await database.open(t));
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const begun = [await desk.begin(account), await desk.begin(account)];
    const start = desk.clock.now;
    const before = db.transactions;
    for (let minute = 0; minute < 30; minute += 1) {
      desk.clock.advance(60);
      for (const each of begun) await desk.sessions.find(secretOf(each));
    }
    assert.equal(db.transactions, before);
    for (const { id } of begun) assert.equal((await db.run(findSession(id)))?.seenAt, start);
    assert.equal((await desk.sessions.list(account.id, { limit: 1 }))[0]?.seenAt, desk.clock.now);
    await desk.sessions.flush();
    assert.equal(db.transactions, before + 1);
    for (const { id } of begun) assert.equal((await db.run(findSession(id)))?.seenAt, desk.clock.now);
    await desk.sessions.flush();
    assert.equal(db.transactions, before + 1);
  });

  test("a later time that another node wrote is not overwritten", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const { id } = await desk.begin(await desk.addAccount());
    const [late, early] = [new SeenTimes(db, never), new SeenTimes(db, never)];
    late.note(id, desk.clock.now + 2000);
    early.note(id, desk.clock.now + 1000);
    await late.close();
    await early.close();
    assert.equal((await db.run(findSession(id)))?.seenAt, desk.clock.now + 2000);
  });

  test("while the database is away, times stay in memory and no request fails; they are written later (S-22)", async (t) => {
    const db = sometimesAway(await database.open(t));
    const desk = openSessions(t, db);
    const begun = await desk.begin(await desk.addAccount());
    db.isAway = true;
    desk.clock.advance(60);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    await assert.rejects(desk.sessions.flush(), Unavailable);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    await desk.sessions.close();
    db.isAway = false;
    await desk.sessions.flush();
    assert.equal((await db.run(findSession(begun.id)))?.seenAt, desk.clock.now);
  });

  test("closing writes the times in memory, and times noted while a batch is written are not lost", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push((await desk.begin(account)).id);
    const times = new SeenTimes(db, never);
    for (const id of ids) times.note(id, desk.clock.now + 1000);
    const first = times.flush();
    for (const id of ids) times.note(id, desk.clock.now + 2000);
    await first;
    for (const id of ids) assert.equal(times.latest(id, 0), desk.clock.now + 2000);
    await times.close();
    for (const id of ids) assert.equal((await db.run(findSession(id)))?.seenAt, desk.clock.now + 2000);
  });

  test("two nodes that write the same 300 sessions at once do not deadlock", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const ids = await Promise.all(Array.from({ length: 300 }, async () => (await desk.begin(account)).id));
    const nodes = [new SeenTimes(db, never), new SeenTimes(db, never)];
    for (const id of ids) nodes[0]?.note(id, desk.clock.now + 1000);
    for (const id of ids.toReversed()) nodes[1]?.note(id, desk.clock.now + 2000);
    await Promise.all(nodes.map((node) => node.flush()));
    for (const id of ids.slice(0, 5)) assert.equal((await db.run(findSession(id)))?.seenAt, desk.clock.now + 2000);
  });

  test("until this node has written, other nodes end a session up to a minute too early, and never too late (S-06)", async (t) => {
    const db = await database.open(t);
    const [here, there] = [openSessions(t, db), openSessions(t, db)];
    const goOn = (seconds: number): void => [here, there].forEach(({ clock }) => clock.advance(seconds));
    const idle = here.settings.lifetimes.sessionIdleSeconds;
    const [seldom, tooSeldom] = [await here.begin(await here.addAccount()), await here.begin(await here.addAccount())];
    goOn(idle - 61);
    assert.ok(await here.sessions.find(secretOf(seldom)));
    goOn(59);
    assert.ok(await here.sessions.find(secretOf(tooSeldom)));
    goOn(1);
    assert.ok(await there.sessions.find(secretOf(seldom)));
    goOn(1);
    // Seen two seconds ago, but the other node has not written that yet.
    assert.equal(await there.sessions.find(secretOf(tooSeldom)), undefined);
    await here.sessions.flush();
    assert.ok(await there.sessions.find(secretOf(tooSeldom)));
    goOn(idle);
    for (const node of [here, there]) assert.equal(await node.sessions.find(secretOf(tooSeldom)), undefined);
  });
});

test("times are written once each interval without a call", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const db = sometimesAway((await testDatabases[0]?.open(t)) ?? assert.fail());
  const desk = openSessions(t, db);
  const begun = await desk.begin(await desk.addAccount());
  desk.clock.advance(30);
  await desk.sessions.find(secretOf(begun));
  const before = db.transactions;
  t.mock.timers.tick(59_999);
  assert.equal(db.transactions, before);
  t.mock.timers.tick(1);
  assert.equal(db.transactions, before + 1);
  await desk.sessions.flush();
  assert.equal((await db.run(findSession(begun.id)))?.seenAt, desk.clock.now);
  t.mock.timers.tick(600_000);
  assert.equal(db.transactions, before + 1);
});
