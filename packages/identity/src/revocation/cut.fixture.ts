/** A way to PostgreSQL that can be cut, as networks are. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** A line between a node and its database. */
export interface Line {
  /** Of the database, over this line. */
  readonly url: string;
  /** Ends every connection, and each new one. */
  refuse(): void;
  /** Says nothing any more, for ever on connections that are there; new ones are taken and not answered until `heal`. */
  vanish(): void;
  /** Says nothing until `heal`, and then all that was held. */
  hold(): void;
  /** Lets everything pass. */
  heal(): void;
  /** How many connections there are. */
  readonly connections: number;
  /** How many connections have been opened since it began. */
  readonly opened: number;
}

type State = "open" | "refusing" | "vanished" | "holding";

/** Opens a line to the server of a URL; it ends with the test. */
export async function openLine(test: Pick<TestContext, "after">, target: string): Promise<Line> {
  const url = new URL(target);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let state: State = "open";
  let opened = 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const relay = (client: Socket): void => {
    const server = keep(connect(Number(port), hostname));
    client.on("data", (data) => server.write(data)).on("close", () => server.destroy());
    server.on("data", (data) => client.write(data)).on("close", () => client.destroy());
    if (client.destroyed) server.destroy();
  };
  const proxy = createServer((client) => {
    keep(client);
    opened += 1;
    if (state === "refusing") client.destroy();
    if (state === "holding") held.push(() => relay(client));
    if (state === "open") relay(client);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  // A server that listens on a port has an address with one.
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    get connections() {
      return sockets.size / 2;
    },
    get opened() {
      return opened;
    },
    refuse: () => {
      state = "refusing";
      for (const socket of sockets) socket.destroy();
    },
    vanish: () => {
      state = "vanished";
      for (const socket of sockets) socket.removeAllListeners("data").pause();
    },
    hold: () => {
      state = "holding";
      for (const socket of sockets) socket.pause();
    },
    heal: () => {
      // What vanished has no listeners for data, and stays silent.
      if (state === "holding") for (const socket of sockets) socket.resume();
      state = "open";
      for (const pass of held.splice(0)) pass();
    },
  };
}
