/** A process that writes rows until it is killed, and says of each, once it is acknowledged, that it is there. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Database } from "./database.ts";
import { patientTimes } from "./database.fixture.ts";
import { openPostgres } from "./postgres/index.ts";
import { openSqlite } from "./sqlite/index.ts";
import { all, sql, type Work } from "./statement.ts";

const insert = sql("INSERT INTO written (id, half) VALUES (:id, :half)");

/** What a writer writes to. */
export const writtenTable = sql("CREATE TABLE written (id TEXT NOT NULL, half BIGINT NOT NULL, PRIMARY KEY (id, half))");

/** Writes one row in two halves, in one transaction. */
export function* writeRow(id: string): Work<void> {
  for (const half of [1, 2]) yield* all(insert, { id, half });
}

/** Starts a writer, and kills it (-9) once it has written `count` rows. Returns the rows whose commit it knew of. */
export async function killedWriter(address: string, rows: number): Promise<readonly string[]> {
  const told: string[] = [];
  const child = fork(import.meta.filename, [address], { execArgv: ["--conditions=lockstep-source"] });
  child.on("message", (id) => {
    if (typeof id === "string") told.push(id);
    if (told.length === rows) child.kill("SIGKILL");
  });
  await once(child, "exit");
  return told;
}

async function write(database: Database): Promise<void> {
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let index = 0; ; index += 1) {
      const id = `${process.pid} ${writer} ${index}`;
      await database.transaction(() => writeRow(id));
      process.send?.(id);
      // SQLite never waits: others must get their turn, the channel of the messages too.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  await Promise.all(writers);
}

const [, script, address] = process.argv;
if (script === import.meta.filename && address !== undefined) {
  await write(address.startsWith("postgres") ? openPostgres(address, patientTimes) : openSqlite(address));
}
