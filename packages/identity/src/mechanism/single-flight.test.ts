import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import fc from "fast-check";
import { SingleFlight } from "./single-flight.ts";

/** Work whose runs end when they are told to. */
function heldWork() {
  const runs: PromiseWithResolvers<number>[] = [];
  const flight = new SingleFlight(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { flight, runs };
}

describe("SingleFlight", () => {
  test("run() joins the run that is under way, and begins one when that has ended", async () => {
    const { flight, runs } = heldWork();
    const both = [flight.run(), flight.run()];
    assert.equal(runs.length, 1);
    runs[0]?.resolve(1);
    assert.deepEqual(await Promise.all(both), [1, 1]);
    const another = flight.run();
    runs[1]?.resolve(2);
    assert.equal(await another, 2);
  });

  test("runAgain() returns a run that begins after the call, one for all callers that ask meanwhile", async () => {
    const { flight, runs } = heldWork();
    const first = flight.run();
    const again = [flight.runAgain(), flight.runAgain()];
    await later();
    assert.equal(runs.length, 1);
    runs[0]?.resolve(1);
    await first;
    await later();
    assert.equal(runs.length, 2);
    runs[1]?.resolve(2);
    assert.deepEqual(await Promise.all(again), [2, 2]);
    assert.equal(runs.length, 2);
  });

  test("a run that fails rejects for its own callers, and the next one begins", async () => {
    const { flight, runs } = heldWork();
    const [first, next] = [flight.run(), flight.runAgain()];
    runs[0]?.reject(new Error("away"));
    await assert.rejects(first, /away/);
    await later();
    runs[1]?.resolve(2);
    assert.equal(await next, 2);
  });

  test("work that throws before it returns a promise fails that run only", async () => {
    let count = 0;
    const flight = new SingleFlight((): Promise<number> => {
      count += 1;
      if (count === 1) throw new Error("at once");
      return Promise.resolve(count);
    });
    await assert.rejects(flight.run(), /at once/);
    assert.equal(await flight.run(), 2);
  });

  test("idle() waits for the run and for the one that follows it, and never rejects", async () => {
    const { flight, runs } = heldWork();
    await flight.idle();
    const [first, next] = [flight.run(), flight.runAgain()];
    const failed = assert.rejects(next);
    let isIdle = false;
    const idle = flight.idle().then(() => {
      isIdle = true;
    });
    runs[0]?.resolve(1);
    await first;
    await later();
    assert.equal(isIdle, false);
    runs[1]?.reject(new Error("away"));
    await failed;
    await idle;
  });

  test("no two runs are ever under way, and runAgain() never returns one that began before it was called", async () => {
    const calls = fc.array(fc.constantFrom("run", "runAgain", "end", "fail"), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(calls, async (steps) => {
        let underWay = 0;
        const runs: PromiseWithResolvers<number>[] = [];
        const flight = new SingleFlight(async () => {
          underWay += 1;
          assert.equal(underWay, 1);
          const run = Promise.withResolvers<number>();
          runs.push(run);
          return run.promise.finally(() => {
            underWay -= 1;
          });
        });
        const asked: Promise<void>[] = [];
        const ask = (call: "run" | "runAgain"): void => {
          const before = runs.length;
          const answered = flight[call]().then(
            (index) => assert.ok(call === "run" || index >= before),
            (error: unknown) => assert.equal(error, "failed"),
          );
          asked.push(answered);
        };
        for (const step of steps) {
          if (step === "run" || step === "runAgain") ask(step);
          else if (step === "end") runs.at(-1)?.resolve(runs.length - 1);
          else runs.at(-1)?.reject("failed");
          await later();
        }
        for (let end = 0; end < 2; end += 1) {
          runs.at(-1)?.resolve(runs.length - 1);
          await later();
        }
        await Promise.all(asked);
        await flight.idle();
      }),
      { numRuns: 100 },
    );
  });
});
