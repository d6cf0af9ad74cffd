/** Work after the answer: it starts when the answer is out and the request's resources are closed, or not at all. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.ts";
import { behaviour, type Behaviour, expectJson, type HostUnderTest } from "../host-under-test.ts";
import { tokenOf } from "../world.ts";

const alice = tokenOf("alice");
const isStep = (call: string): boolean => /^(?:commit|rollback.*|last piece|work|work done)$/.test(call);

/** Waits until something has been called so often since then. */
function called(host: HostUnderTest, call: string, since: number, times = 1): Promise<void> {
  const isCalled = (): boolean => host.world.calls.slice(since).filter((each) => each === call).length === times;
  return eventually(isCalled, 30_000, `${call} is called`);
}

/** What every host shows. */
export const laterBehaviours: readonly Behaviour[] = [
  behaviour(
    "an answer does not wait for the work that it left, which starts when the request's resources are closed",
    async (host) => {
      const gate = Promise.withResolvers<void>();
      host.world.gate = gate.promise;
      const since = host.world.calls.length;
      expectJson(await host.askAs(alice, "GET", "/later"), { ok: true });
      await called(host, "work", since);
      assert.ok(!host.world.calls.slice(since).includes("work done"), "it still runs");
      gate.resolve();
      await called(host, "work done", since);
      assert.deepEqual(host.world.calls.slice(since).filter(isStep), ["commit", "work", "work done"]);
    },
  ),
  behaviour("the work of a stream starts after its last piece", async (host) => {
    const since = host.world.calls.length;
    assert.equal((await host.askAs(alice, "GET", "/later/stream")).text, "ab");
    await called(host, "work done", since);
    assert.deepEqual(host.world.calls.slice(since).filter(isStep), ["last piece", "commit", "work", "work done"]);
  }),
  behaviour("a handler that returns another status has succeeded, too", async (host) => {
    const since = host.world.calls.length;
    expectJson(await host.askAs(alice, "GET", "/later/reply"), { ok: false }, 409);
    await called(host, "work done", since);
  }),
  behaviour("work is dropped if the request is refused or fails, or if its stream breaks off", async (host) => {
    const since = host.world.calls.length;
    assert.equal((await host.askAs(alice, "GET", "/later/conflict")).status, 409);
    assert.equal((await host.askAs(alice, "GET", "/later/refused")).status, 403);
    await assert.rejects(host.askAs(alice, "GET", "/later/broken"), "the client must notice that the stream is incomplete");
    // The work of a later request comes after all work that an earlier one would have started.
    expectJson(await host.askAs(alice, "GET", "/later"), { ok: true });
    await called(host, "work done", since);
    assert.deepEqual(
      host.world.calls.slice(since).filter((call) => call.startsWith("work")),
      ["work", "work done"],
    );
  }),
  behaviour("an error of the work is reported with the route and the id of the request, and other work goes on", async (host) => {
    const since = host.world.calls.length;
    const { errors, events } = await host.observe(async () => {
      const answer = await host.askAs(alice, "GET", "/later/failing");
      assert.deepEqual([answer.status, answer.text], [200, '"sent"']);
      await called(host, "next work", since);
    });
    assert.deepEqual(errors.map(String), ["TypeError: the mail server is away"]);
    assert.deepEqual(events, [], "the audit log has none of it");
  }),
];
