/** Streams: each piece arrives as soon as it is produced, and resources stay open until the last one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { eventually } from "../eventually.ts";
import { behaviour, type Behaviour, checkAnswer, expectProblem, type HostUnderTest, problems } from "../host-under-test.ts";
import { canary, tokenOf } from "../world.ts";

const good = tokenOf("alice");
const headers = [["authorization", `Bearer ${good}`]] as const;

/** Facts about streams. */
export const streamBehaviours: readonly Behaviour[] = [
  behaviour("a stream is sent completely, with its type and headers, and resources close after its last piece", async (host) => {
    const { calls } = await host.observe(async () => {
      const answer = await host.ask("GET", "/stream", { headers });
      assert.deepEqual([answer.status, answer.text], [200, "0\n1\n2\n"]);
      assert.deepEqual(
        [answer.headers["content-type"], answer.headers["x-extra"], answer.headers["cache-control"]],
        [["text/plain"], ["a"], ["no-store"]],
      );
    });
    assert.deepEqual(calls, ["open", "verify", "chunk 0", "chunk 1", "chunk 2", "commit"]);
  }),
  behaviour("a stream may consist of bytes and have its own status", async (host) => {
    const answer = await host.ask("GET", "/stream/bytes");
    assert.deepEqual([answer.status, [...answer.bytes]], [203, [1, 2, 0xc3, 0xa9]]);
  }),
  behaviour("a guard runs before a stream", async (host) => {
    const { calls } = await host.observe(async () => expectProblem(await host.ask("GET", "/stream"), 401, problems.absent));
    assert.deepEqual(calls, []);
  }),
  behaviour("pieces arrive while later ones are still being produced", async (host) => {
    const { calls } = await host.observe(async () => {
      const message = await host.client.open("GET", "/stream/endless", { headers });
      await once(message, "data");
      message.destroy();
    });
    assert.ok(!calls.includes("chunk 4999"));
    await closed(host, calls);
  }),
  behaviour("if the client disconnects, an error is thrown into the open resources, so nothing commits", async (host) => {
    const { calls } = await host.observe(async () => {
      const message = await host.client.open("GET", "/stream/endless", { headers });
      await once(message, "data");
      message.destroy();
      await rolledBack(host);
    });
    assert.ok(calls.includes("rollback ReaderGone"), calls.join());
    assert.ok(!calls.includes("commit"));
  }),
  behaviour(
    "an error in the middle of a stream ends the connection and rolls back, and the client does not see it",
    async (host) => {
      const happened = await host.observe(async () => {
        const message = await host.client.open("GET", "/stream/broken", { headers });
        let text = "";
        const end = await read(message, (piece) => (text += piece));
        assert.equal(end, "aborted", "the client must notice that the stream is incomplete");
        assert.ok(!text.includes(canary), text);
        await rolledBack(host);
      });
      assert.ok(happened.calls.includes("rollback TypeError"), happened.calls.join());
    },
  ),
  behaviour("HEAD of a stream sends no piece and keeps nothing open", async (host) => {
    const { calls } = await host.observe(async () => {
      const answer = await host.ask("HEAD", "/stream/endless", { headers });
      checkAnswer(answer, "HEAD /stream/endless");
      assert.deepEqual([answer.status, answer.text], [200, ""]);
      await rolledBack(host);
    });
    assert.ok(calls.filter((call) => call.startsWith("chunk")).length <= 1, calls.join());
    assert.ok(
      calls.some((call) => call === "commit" || call.startsWith("rollback")),
      calls.join(),
    );
  }),
];

async function read(message: AsyncIterable<unknown>, take: (piece: string) => void): Promise<"ended" | "aborted"> {
  try {
    for await (const piece of message) take(String(piece));
    return "ended";
  } catch {
    return "aborted";
  }
}

/** Waits until the last resource that opened has closed. */
function rolledBack(host: HostUnderTest): Promise<void> {
  const isClosed = (): boolean =>
    host.world.calls.findLast((call) => call === "open" || call === "commit" || call.startsWith("rollback")) !== "open";
  return eventually(isClosed, 30_000, "the resource closes");
}

async function closed(host: HostUnderTest, calls: readonly string[]): Promise<void> {
  assert.ok(calls.includes("open"));
  await rolledBack(host);
}
