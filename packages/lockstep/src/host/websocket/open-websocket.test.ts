import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { eventually } from "../../testing/eventually.ts";
import type { HostResponse, HostSocket } from "../host.ts";
import { RawConnection, rawRequest } from "../raw-socket.fixture.ts";
import { type Handshake, isWebSocketHandshake, listenForHandshakes } from "./handshake.ts";
import { openWebSocket } from "./open-websocket.ts";

const fields = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A server that does `act` with each handshake, and an answer that logs what the host tells of it. */
async function serverOf(t: TestContext, act: (handshake: Handshake, response: HostResponse) => Promise<void> | void) {
  const log: string[] = [];
  const opened = Promise.withResolvers<HostSocket>();
  const upgrade: HostResponse["upgrade"] = {
    protocol: undefined,
    maxMessageBytes: 1000,
    open(socket) {
      log.push("open");
      opened.resolve(socket);
      return {
        message: (bytes) => void log.push(Buffer.from(bytes).toString()),
        closed: () => void log.push("closed"),
      };
    },
    failed: () => void log.push("failed"),
  };
  const response: HostResponse = { status: 101, headers: {}, body: undefined, upgrade, sent: () => void log.push("sent") };
  const server = createServer({ shouldUpgradeCallback: isWebSocketHandshake });
  listenForHandshakes(server, (handshake) => void act(handshake, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { log, opened: opened.promise, url: `http://127.0.0.1:${port}`, holds: (entry: string) => log.includes(entry) };
}

describe("openWebSocket()", () => {
  test("tells of a client that left before its handshake was answered", async (t) => {
    const { log, url, holds } = await serverOf(t, async (handshake, response) => {
      handshake.socket.destroy();
      await once(handshake.socket, "close");
      openWebSocket(handshake, response);
    });
    const connection = await RawConnection.open(url);
    connection.send(rawRequest("GET /", fields));
    await eventually(() => holds("sent"), 30_000, "it is over");
    assert.deepEqual(log, ["failed", "sent"]);
  });

  test("cuts off a client that answers no ping", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const { log, url, opened } = await serverOf(t, openWebSocket);
    const connection = await RawConnection.open(url);
    connection.send(rawRequest("GET /", fields));
    await opened;
    t.mock.timers.tick(30_000);
    assert.deepEqual(log, ["open"]);
    t.mock.timers.tick(30_000);
    assert.ok(await connection.closes());
    await eventually(() => log.length === 3, 30_000, "it is over");
    assert.deepEqual(log, ["open", "sent", "closed"]);
  });

  test("waits for a client whose answers it does not read itself", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const { log, url, opened, holds } = await serverOf(t, openWebSocket);
    const client = new WebSocket(url.replace("http", "ws"));
    await once(client, "open");
    const socket = await opened;
    socket.pause();
    for (let minute = 0; minute < 10; minute += 1) t.mock.timers.tick(60_000);
    client.send("still here");
    socket.resume();
    await eventually(() => holds("still here"), 30_000, "the message came");
    assert.deepEqual(log, ["open", "still here"]);
    client.close();
    await eventually(() => holds("sent"), 30_000, "it is over");
  });
});
