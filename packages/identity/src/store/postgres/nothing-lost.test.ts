import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "lockstep";
import { openLine } from "../../revocation/cut.fixture.ts";
import { eventually } from "../../revocation/node-process.fixture.ts";
import { textOf } from "../row.ts";
import { all, sql } from "../statement.ts";
import { killedWriter, writeRow, writtenTable } from "../writer.fixture.ts";
import { openPostgres, type PostgresDatabase } from "./index.ts";
import { open, settled, terminateAll } from "./postgres.fixture.ts";

const complete = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) = 2");
const halves = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) <> 2");

/** What the writers have come to. */
class Progress {
  readonly acknowledged: string[] = [];
  refused = 0;

  /** Waits until more rows have been acknowledged. */
  goesOn(): Promise<void> {
    const enough = this.acknowledged.length + 10;
    return eventually(() => this.acknowledged.length >= enough, 30_000, "rows are written");
  }

  /** Waits until a row is refused; what refuses it may be done again. */
  isRefused(again: () => unknown = () => {}): Promise<void> {
    const { refused } = this;
    return eventually(async () => (await again(), this.refused > refused), 30_000, "a row is refused");
  }
}

describe("nothing that was acknowledged is lost", () => {
  test("while every connection is ended again and again under load", async (t) => {
    const { database, url } = await open(t);
    await database.run(all(writtenTable));
    const acknowledged = await written(database, async (progress) => {
      for (let round = 0; round < 5; round += 1) {
        await progress.goesOn();
        await progress.isRefused(() => terminateAll(url));
      }
    });
    await expectAcknowledged(database, acknowledged);
  });

  test("while the way to the server is cut, silent, held up and there again", async (t) => {
    const { database: beside, url } = await open(t);
    const line = await openLine(t, url);
    await beside.run(all(writtenTable));
    const database = openPostgres(line.url, { statementTimeoutMs: 200, connectTimeoutMs: 300 });
    t.after(() => database.close());
    const acknowledged = await written(database, async (progress) => {
      for (const cut of [line.refuse, line.hold, line.vanish, line.refuse]) {
        await progress.goesOn();
        cut();
        await progress.isRefused();
        line.heal();
      }
    });
    await expectAcknowledged(beside, acknowledged);
  });

  test("when the process is killed", async (t) => {
    const { database, url } = await open(t);
    await database.run(all(writtenTable));
    await expectAcknowledged(database, await killedWriter(url, 100));
  });
});

/** Writes rows through whatever happens, and returns those that were acknowledged; the database recovers by itself. */
async function written(database: PostgresDatabase, happen: (progress: Progress) => Promise<void>): Promise<readonly string[]> {
  const progress = new Progress();
  const over = new AbortController();
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const id = `${writer} ${index}`;
      try {
        await database.transaction(() => writeRow(id));
        progress.acknowledged.push(id);
      } catch (error) {
        assert.ok(error instanceof Unavailable, String(error));
        progress.refused += 1;
        // Not all processor time for what fails at once.
        await sleep(10);
      }
    }
  });
  try {
    await happen(progress);
  } finally {
    over.abort();
    await Promise.all(writers);
  }
  await settled(database);
  return progress.acknowledged;
}

/** They are there, and whole. */
async function expectAcknowledged(database: PostgresDatabase, acknowledged: readonly string[]): Promise<void> {
  const there = new Set((await database.run(all(complete))).map((row) => textOf(row, "id")));
  assert.ok(acknowledged.length > 20, `${acknowledged.length} were acknowledged`);
  assert.deepEqual(
    acknowledged.filter((id) => !there.has(id)),
    [],
  );
  assert.deepEqual([...(await database.run(all(halves)))], []);
}
