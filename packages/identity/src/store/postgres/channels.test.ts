import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import pg from "pg";
import { type Line, openLine } from "../../revocation/cut.fixture.ts";
import { eventually } from "../../revocation/node-process.fixture.ts";
import { newPostgresUrl } from "../database.fixture.ts";
import { Channels, type ChannelTimes } from "./channels.ts";
import { administer } from "./postgres.fixture.ts";

const soonMs = 30_000;
/** A connection is tried again soon, and no machine is so slow that it is given up. */
const patient = { retryMs: 20, heartbeatMs: 1e9, timeoutMs: 1e9 };
/** In the time of a mock timer. Retries come so much sooner than the rest that nothing else ends while they are waited for. */
const mocked = { retryMs: 20, heartbeatMs: 1e6, timeoutMs: 1e6 };

/** Somebody who listens, and what they heard. */
function newListener() {
  const heard: string[] = [];
  const listener = { notified: (payload: string) => heard.push(payload), reconnected: () => heard.push("reconnected") };
  return { heard, listener };
}

interface World {
  readonly channels: Channels;
  readonly line: Line;
  /** Tells a channel, not over the line. */
  tell(channel: string, payload: string): Promise<void>;
  /** How many connections listen. */
  listening(): Promise<number>;
  /** Ends those connections on the server. */
  terminate(): Promise<void>;
}

/** A world whose time stands still. */
interface MockedWorld extends World {
  /** Lets what waits for the server time out. */
  timeOut(): void;
  /** Lets time pass until another connection has been begun. */
  connectsAgain(): Promise<void>;
}

async function mockedWorld(t: TestContext): Promise<MockedWorld> {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const made = await world(t, mocked);
  const connectsAgain = (): Promise<void> => {
    const { opened } = made.line;
    const isBegun = (): boolean => {
      if (made.line.opened === opened) t.mock.timers.tick(mocked.retryMs);
      return made.line.opened > opened;
    };
    return eventually(isBegun, soonMs, "it connects again");
  };
  return { ...made, connectsAgain, timeOut: () => t.mock.timers.tick(mocked.timeoutMs) };
}

async function world(t: TestContext, times: Required<ChannelTimes> = patient): Promise<World> {
  const url = await newPostgresUrl(t);
  const line = await openLine(t, url);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {});
  const channels = new Channels(
    { connectionString: line.url, connectionTimeoutMillis: times.timeoutMs, application_name: "channels" },
    times,
  );
  t.after(() => Promise.all([channels.close(), pool.end()]));
  return {
    channels,
    line,
    tell: async (channel, payload) => {
      await pool.query("SELECT pg_notify($1, $2)", [channel, payload]);
    },
    listening: async () => {
      const { rows } = await pool.query<{ count: string }>(
        "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = 'channels' AND datname = current_database()",
      );
      return Number(rows[0]?.count);
    },
    terminate: async () => {
      await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'channels' AND datname = current_database()",
      );
    },
  };
}

describe("Channels", () => {
  test("notifies every listener of a channel, and no other", async (t) => {
    const { channels, tell } = await world(t);
    const [a, b, other] = [newListener(), newListener(), newListener()];
    await Promise.all([
      channels.listen("things", a.listener),
      channels.listen("things", b.listener),
      channels.listen('oth"er', other.listener),
    ]);
    await tell("things", "1");
    await tell('oth"er', "2");
    await eventually(() => other.heard.length > 0, soonMs, "the last one is told");
    assert.deepEqual([a.heard, b.heard, other.heard], [["1"], ["1"], ["2"]]);
  });

  test("hears everything from the moment when listen() resolves, also if others listen at that moment", async (t) => {
    const { channels, line, tell } = await world(t);
    const listeners = Array.from({ length: 20 }, () => newListener());
    const listen = async ({ heard, listener }: ReturnType<typeof newListener>, index: number) => {
      await channels.listen(`things ${index % 5}`, listener);
      await tell(`things ${index % 5}`, `of ${index}`);
      await eventually(() => heard.includes(`of ${index}`), soonMs, `listener ${index} hears`);
    };
    const [first, ...others] = listeners.map((each, index) => () => listen(each, index));
    assert.ok(first);
    // Some come while the connection is made, some when it is there.
    const early = Promise.all([first(), ...others.slice(0, 6).map((begin) => begin())]);
    await eventually(() => line.connections > 0, soonMs, "it connects");
    const meanwhile = Promise.all(others.slice(6, 12).map((begin) => begin()));
    await early;
    await Promise.all([meanwhile, ...others.slice(12).map((begin) => begin())]);
  });

  test("does not resolve before it listens, also for those who come while the connection is made", async (t) => {
    const { channels, line, tell } = await world(t);
    const [a, b] = [newListener(), newListener()];
    line.hold();
    const listening = [channels.listen("things", a.listener), channels.listen("more", b.listener)];
    let settled = 0;
    for (const each of listening) void each.then(() => (settled += 1));
    await eventually(() => line.opened === 1, soonMs, "the connection has come, and is not answered");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(settled, 0);
    line.heal();
    await Promise.all(listening);
    await Promise.all([tell("things", "1"), tell("more", "2")]);
    await eventually(() => a.heard.length > 0 && b.heard.length > 0, soonMs, "both hear");
  });

  test("opens one connection, however many listeners come while there is none", async (t) => {
    const { channels, listening, terminate, tell, line, connectsAgain } = await mockedWorld(t);
    const { heard, listener } = newListener();
    await channels.listen("things", listener);
    for (let round = 1; round <= 3; round += 1) {
      await terminate();
      await eventually(() => line.connections === 0, soonMs, "the loss is known");
      // Before it is tried again.
      await Promise.all(Array.from({ length: 5 }, (_, index) => channels.listen(`more ${index}`, newListener().listener)));
      if (line.opened === 2 * round - 1) await connectsAgain();
      await eventually(() => heard.length >= round, soonMs, "it is told");
      // Another one that is due begins now, and arrives before the one of this statement.
      t.mock.timers.tick(mocked.retryMs);
      await administer(line.url, "SELECT 1");
      assert.deepEqual([line.opened, await listening()], [2 * round + 1, 1]);
    }
    assert.deepEqual(heard, ["reconnected", "reconnected", "reconnected"]);
    await tell("things", "still there");
    await eventually(() => heard.length > 3, soonMs, "it hears");
    assert.deepEqual(heard.slice(3), ["still there"]);
  });

  for (const cut of ["refuse", "vanish"] as const) {
    test(`${cut}: notices that the server is gone, says when it is back, and hears again`, async (t) => {
      const { channels, line, tell, connectsAgain, timeOut } = await mockedWorld(t);
      const { heard, listener } = newListener();
      await channels.listen("things", listener);
      line[cut]();
      await tell("things", "lost");
      // The heartbeat is asked, and not answered.
      t.mock.timers.tick(mocked.heartbeatMs);
      await new Promise((resolve) => setImmediate(resolve));
      // The second attempt is made when the first one has failed.
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        timeOut();
        await connectsAgain();
      }
      assert.deepEqual(heard, []);
      line.heal();
      timeOut();
      await connectsAgain();
      await eventually(() => heard.length > 0, soonMs, "it is told");
      assert.deepEqual(heard, ["reconnected"]);
      await tell("things", "again");
      await eventually(() => heard.length > 1, soonMs, "it hears");
      assert.deepEqual(heard, ["reconnected", "again"]);
    });
  }

  test("keeps the connection while the server answers, however long nothing is sent", async (t) => {
    const { channels, line, listening, tell } = await mockedWorld(t);
    const { heard, listener } = newListener();
    await channels.listen("things", listener);
    for (let beat = 0; beat < 10; beat += 1) {
      t.mock.timers.tick(mocked.heartbeatMs);
      // Asked after the heartbeat, on the same connection.
      await channels.listen(`more ${beat}`, newListener().listener);
    }
    assert.deepEqual([line.opened, await listening()], [1, 1]);
    await tell("things", "1");
    await eventually(() => heard.length > 0, soonMs, "it hears");
    assert.deepEqual(heard, ["1"]);
  });

  test("listens without a connection, and says when there is one", async (t) => {
    const { channels, line, tell } = await world(t);
    const { heard, listener } = newListener();
    line.refuse();
    await channels.listen("things", listener);
    line.heal();
    await eventually(() => heard.includes("reconnected"), soonMs, "it is told");
    await tell("things", "1");
    await eventually(() => heard.includes("1"), soonMs, "it hears");
  });

  test("notifies no listener that has ended, and closes the connection with the last one", async (t) => {
    const { channels, listening, tell } = await world(t);
    const [a, b] = [newListener(), newListener()];
    const first = await channels.listen("things", a.listener);
    const second = await channels.listen("things", b.listener);
    await first.close();
    await tell("things", "1");
    await eventually(() => b.heard.length > 0, soonMs, "the other one hears");
    assert.deepEqual(a.heard, []);
    await second.close();
    await second.close();
    await eventually(async () => (await listening()) === 0, soonMs, "the connection ends");
    // And begins again.
    const c = newListener();
    await channels.listen("things", c.listener);
    await tell("things", "2");
    await eventually(() => c.heard.length > 0, soonMs, "it hears");
  });

  test("somebody who comes while the last one leaves is heard", async (t) => {
    const { channels, tell } = await world(t);
    for (let round = 0; round < 5; round += 1) {
      const [before, after] = [newListener(), newListener()];
      const opening = channels.listen("things", before.listener).then((listening) => listening.close());
      const [listening] = await Promise.all([channels.listen(`things ${round}`, after.listener), opening]);
      const leaving = listening.close();
      const last = newListener();
      await channels.listen("things", last.listener);
      await leaving;
      await tell("things", "1");
      await eventually(() => last.heard.includes("1"), soonMs, "it hears");
    }
  });

  for (const cut of ["refuse", "vanish", "hold"] as const) {
    // The timeout does not measure speed: no time-out of a query ends in it.
    test(`${cut}: closes at once, whatever the connection does`, { timeout: 60_000 }, async (t) => {
      const { channels, line, tell } = await mockedWorld(t);
      const { heard, listener } = newListener();
      await channels.listen("things", listener);
      line[cut]();
      await channels.close();
      line.heal();
      // Whatever is due begins now, and arrives before another one who listens.
      t.mock.timers.tick(1e6);
      const other = newListener();
      const others = new Channels({ connectionString: line.url }, patient);
      t.after(() => others.close());
      const { opened } = line;
      await others.listen("things", other.listener);
      await tell("things", "1");
      await eventually(() => other.heard.length > 0, soonMs, "the other one hears");
      assert.deepEqual([heard, line.opened], [[], opened + 1]);
      await assert.rejects(channels.listen("things", listener), Unavailable);
    });
  }

  test("closes while it connects, and leaves no connection", async (t) => {
    const { channels, listening } = await world(t);
    const opening = channels.listen("things", newListener().listener);
    await channels.close();
    await opening;
    await eventually(async () => (await listening()) === 0, soonMs, "there is no connection");
  });
});
