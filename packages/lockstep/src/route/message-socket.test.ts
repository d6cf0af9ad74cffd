import assert from "node:assert/strict";
import { test } from "node:test";
import { inputLimits } from "../input/limits.ts";
import { MessageSocket } from "./message-socket.ts";

/** A connection that remembers what happens to it, and sends at once unless told otherwise. */
function connected(send: (text: string) => Promise<void> = async () => {}) {
  const log: string[] = [];
  const messages = new MessageSocket({ read: (value) => value, write: JSON.stringify, maxMessageBytes: 100 });
  const socket = {
    send: (text: string) => (log.push(text), send(text)),
    close: (code: number, reason: string) => void log.push(`close ${code} ${reason}`),
    pause: () => void log.push("pause"),
    resume: () => void log.push("resume"),
  };
  messages.open(socket, inputLimits({}), undefined);
  return { log, messages, come: (value: unknown) => messages.came(Buffer.from(JSON.stringify(value)), true) };
}

test("a client is slowed down while the handler does not read, and goes on when it has caught up", async () => {
  const { log, messages, come } = connected();
  for (let value = 0; value < 15; value += 1) come(value);
  assert.deepEqual(log, []);
  come(15);
  assert.deepEqual(log, ["pause"]);
  for (let value = 0; value < 7; value += 1) assert.equal(await messages.receive(), value);
  assert.deepEqual(log, ["pause"]);
  await messages.receive();
  assert.deepEqual(log, ["pause", "resume"]);
});

test("messages that came before the client left are still read, and then the end", async () => {
  const { messages, come } = connected();
  come("last");
  messages.closed();
  come("too late");
  assert.equal(await messages.receive(), "last");
  assert.equal(await messages.receive(), undefined);
});

test("a handler that waits is woken by a message, and by the end", async () => {
  const { messages, come } = connected();
  const both = Promise.all([messages.receive(), messages.receive()]);
  come(1);
  messages.closed();
  assert.deepEqual((await both).toSorted(), [1, undefined]);
});

test("after its end nothing is read and nothing is sent", async () => {
  const { log, messages, come } = connected();
  come("unread");
  const reason = new Error("no more");
  messages.end(reason, 1008, "access_ended");
  messages.end(new Error("again"), 1001, "closing");
  assert.equal(await messages.receive(), undefined);
  await assert.rejects(messages.send("a"), reason);
  assert.deepEqual(log, ["resume", "close 1008 access_ended"]);
});

test("sending waits for the connection, and a connection that breaks tells that the client left", async () => {
  const gate = Promise.withResolvers<void>();
  const { log, messages } = connected(() => gate.promise);
  let isSent = false;
  const sent = messages.send("a").then(() => (isSent = true));
  await new Promise(setImmediate);
  assert.equal(isSent, false);
  gate.resolve();
  await sent;
  assert.deepEqual(log, ['"a"']);
  const broken = connected(async () => {
    throw new Error("EPIPE");
  });
  await assert.rejects(broken.messages.send("a"), { name: "ReaderGone" });
});

test("the handler closes with codes and reasons that may be sent", () => {
  const { log, messages } = connected();
  for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000, 1000.5]) {
    assert.throws(() => messages.close(code), { code: "wrong_result" });
  }
  assert.throws(() => messages.close(4000, "é".repeat(62)), { code: "wrong_result" });
  messages.close(4000, "é".repeat(61));
  assert.deepEqual(log, ["resume", `close 4000 ${"é".repeat(61)}`]);
});

test("before the connection is open, sending is the developer's mistake", async () => {
  const messages = new MessageSocket({ read: (value) => value, write: JSON.stringify, maxMessageBytes: 100 });
  await assert.rejects(messages.send("a"), { code: "wrong_result" });
});
