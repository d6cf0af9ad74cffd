/** A real Redis for the tests: the one of `REDIS_URL`, or one that is started from the local `redis-server`. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A running server. */
export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

const binaries = ["redis-server", "valkey-server"];

/** Starts a server whose data is in memory only. Returns `undefined` if the machine has none. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const given = process.env["REDIS_URL"];
  if (given !== undefined && given !== "") return { url: given, stop: async () => {} };
  const binary = binaries.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (binary === undefined) return undefined;
  const port = await freePort();
  const server = spawn(binary, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  await Promise.race([
    listening(server.stdout),
    ended.then(() => {
      throw new Error(`${binary} did not start`);
    }),
  ]);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

async function listening(output: AsyncIterable<unknown>): Promise<void> {
  let text = "";
  for await (const piece of output) {
    text += String(piece);
    if (text.includes("Ready to accept connections")) return;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || address === null) throw new TypeError("A listening server has a port");
  return address.port;
}
