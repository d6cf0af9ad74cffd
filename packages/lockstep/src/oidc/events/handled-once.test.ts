import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryReplays } from "../../webhook/memory-replays.ts";
import { type EventReplays, handledOnce } from "./handled-once.ts";
import type { ProviderEvent } from "./provider-event.ts";

const event: ProviderEvent = {
  type: "logout",
  name: "logout",
  issuer: "https://idp.test",
  jti: "j1",
  at: 1,
  expiresAt: Date.now() + 60_000,
  revokes: true,
  targets: [],
};

describe("handledOnce()", () => {
  test("lets a second attempt wait for the first one, whose failure makes it the first", async () => {
    const attempts: PromiseWithResolvers<void>[] = [];
    const sink = handledOnce(memoryReplays(), () => {
      const attempt = Promise.withResolvers<void>();
      attempts.push(attempt);
      return attempt.promise;
    });
    const outcomes = [sink(event), sink(event), sink(event)].map((each) => each.catch((error: unknown) => error));
    const another = sink({ ...event, jti: "j2" });
    await new Promise(setImmediate);
    // The first attempt, and that of the other event, which waits for nobody.
    assert.equal(attempts.length, 2);
    const failure = new Error("away");
    attempts[0]?.reject(failure);
    await new Promise(setImmediate);
    assert.equal(attempts.length, 3);
    for (const { resolve } of attempts.slice(1)) resolve();
    assert.deepEqual(await Promise.all(outcomes), [failure, "handled", "replayed"]);
    assert.equal(await another, "handled");
  });

  test("tells events of two issuers and of two ids apart", async () => {
    const sink = handledOnce(memoryReplays(), async () => {});
    assert.equal(await sink(event), "handled");
    assert.equal(await sink({ ...event, issuer: "https://other.test" }), "handled");
    assert.equal(await sink({ ...event, jti: 'j1","x' }), "handled");
    assert.equal(await sink({ ...event, type: "unknown" }), "replayed");
  });

  test("waits for a store that forgets asynchronously, and accepts one that never forgets", async () => {
    const steps: string[] = [];
    const failing = async (): Promise<void> => {
      throw new Error("away");
    };
    const store: EventReplays = {
      seen: async () => false,
      forget: async () => {
        await new Promise(setImmediate);
        steps.push("forgotten");
      },
    };
    await assert.rejects(handledOnce(store, failing)(event), /away/);
    assert.deepEqual(steps, ["forgotten"]);
    await assert.rejects(handledOnce({ seen: () => false }, failing)(event), /away/);
  });

  test("refuses anything else than a store and a function, and an answer that is neither yes nor no", async () => {
    for (const wrong of [[], [{}], [{ seen: 1 }, async () => {}], [memoryReplays()], [null, async () => {}], [memoryReplays(), 5]])
      assert.throws(() => handledOnce(...(wrong as unknown as Parameters<typeof handledOnce>)), { code: "wrong_option" });
    for (const answer of [1, "OK", undefined, null]) {
      let calls = 0;
      const sink = handledOnce({ seen: () => answer as never }, async () => void (calls += 1));
      await assert.rejects(sink(event), { code: "wrong_result" });
      assert.equal(calls, 0);
    }
  });
});
