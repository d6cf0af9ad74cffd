import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type AccessState, earlyEndOf, OpenLives, RequestLife } from "./request-life.ts";

/** A life whose caller's access is what `states` says, one check after another, and the time that only a test moves. */
function watched(t: TestContext, states: readonly (AccessState | "no answer")[]) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let checks = 0;
  const access = (): Promise<AccessState> => {
    const state = states[checks] ?? states.at(-1) ?? "holds";
    checks += 1;
    return state === "no answer" ? new Promise(() => {}) : Promise.resolve(state);
  };
  const open = new OpenLives();
  const life = new RequestLife({ access, recheckMs: 500, open });
  return {
    life,
    open,
    checks: () => checks,
    /** Half seconds pass; the answer of each check is there before the next. */
    async pass(halfSeconds: number): Promise<void> {
      for (let step = 0; step < halfSeconds; step += 1) {
        t.mock.timers.tick(500);
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      }
    },
  };
}

describe("a request that lasts", () => {
  test("goes on while access holds, and ends at the first check that says that it has ended", async (t) => {
    const { life, checks, pass } = watched(t, ["holds", "holds", "ended"]);
    await pass(2);
    assert.equal(life.signal.aborted, false);
    await pass(1);
    assert.equal(earlyEndOf(life.signal.reason), "access_ended");
    assert.equal(life.broken.aborted, true);
    await pass(20);
    assert.equal(checks(), 3, "nobody asks any more");
  });

  test("ends five seconds after access became unknown, and not before", async (t) => {
    const { life, pass } = watched(t, ["holds", "unknown"]);
    await pass(2 + 9);
    assert.equal(life.signal.aborted, false);
    await pass(1);
    assert.equal(earlyEndOf(life.signal.reason), "access_ended");
  });

  test("is given five seconds again after access was known", async (t) => {
    const { life, pass } = watched(t, [...Array.from({ length: 9 }, () => "unknown" as const), "holds", "unknown"]);
    await pass(10 + 10);
    assert.equal(life.signal.aborted, false);
    await pass(1);
    assert.equal(life.signal.aborted, true);
  });

  test("ends five seconds after a check that never answers", async (t) => {
    const { life, checks, pass } = watched(t, ["no answer"]);
    await pass(10);
    assert.deepEqual([life.signal.aborted, checks()], [false, 1]);
    await pass(1);
    assert.equal(earlyEndOf(life.signal.reason), "access_ended");
  });

  test("is not checked once it is over", async (t) => {
    const { life, checks, pass } = watched(t, ["unknown"]);
    await pass(1);
    life.over();
    await pass(20);
    assert.deepEqual([life.signal.aborted, checks()], [false, 1]);
  });

  test("breaks off an answer that begins after its end", async (t) => {
    const { life, pass } = watched(t, ["ended"]);
    await pass(1);
    const failures: (string | undefined)[] = [];
    life.answering({ fail: (error) => void failures.push(earlyEndOf(error)) });
    assert.deepEqual(failures, ["access_ended"]);
  });

  test("tells an answer that begins while the server closes, and breaks it off at the end of the grace", async (t) => {
    const { life, open, pass } = watched(t, ["holds"]);
    const closed = open.close(2);
    assert.equal(life.signal.aborted, false, "a handler may still finish");
    const failures: (string | undefined)[] = [];
    life.answering({ fail: (error) => void failures.push(earlyEndOf(error)) });
    assert.equal(earlyEndOf(life.signal.reason), "server_closing");
    await pass(3);
    assert.deepEqual(failures, []);
    await pass(1);
    assert.deepEqual(failures, ["server_closing"]);
    await closed;
  });
});
