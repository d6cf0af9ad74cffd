import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "lockstep";
import { openLine } from "../../revocation/cut.fixture.ts";
import { newPostgresUrl } from "../database.fixture.ts";
import { textOf } from "../row.ts";
import { all, sql } from "../statement.ts";
import { killedWriter, writeRow, writtenTable } from "../writer.fixture.ts";
import { openPostgres, type PostgresDatabase } from "./index.ts";
import { open, settled, terminateAll } from "./postgres.fixture.ts";

const complete = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) = 2");
const halves = sql("SELECT id FROM written GROUP BY id HAVING COUNT(*) <> 2");

describe("nothing that was acknowledged is lost", () => {
  test("while every connection is ended again and again under load", async (t) => {
    const { database, url } = await open(t);
    await expectNothingLost(database, async () => {
      for (let round = 0; round < 5; round += 1) {
        await sleep(100);
        await terminateAll(url);
      }
    });
  });

  test("while the way to the server is cut, silent, held up and there again", async (t) => {
    const line = await openLine(t, await newPostgresUrl(t));
    const database = openPostgres(line.url, { statementTimeoutMs: 200, connectTimeoutMs: 300 });
    t.after(() => database.close());
    await expectNothingLost(database, async () => {
      for (const cut of [line.refuse, line.hold, line.vanish, line.refuse]) {
        await sleep(100);
        cut();
        await sleep(200);
        line.heal();
      }
    });
  });

  test("when the process is killed", async (t) => {
    const { database, url } = await open(t);
    await database.run(all(writtenTable));
    await expectAcknowledged(database, await killedWriter(url, 100));
  });
});

/** Writes rows through whatever happens; those that were acknowledged are there, whole, and the database recovers by itself. */
async function expectNothingLost(database: PostgresDatabase, happen: () => Promise<void>): Promise<void> {
  await database.run(all(writtenTable));
  const acknowledged: string[] = [];
  const over = new AbortController();
  let refused = 0;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const id = `${writer} ${index}`;
      try {
        await database.transaction(() => writeRow(id));
        acknowledged.push(id);
      } catch (error) {
        assert.ok(error instanceof Unavailable, String(error));
        refused += 1;
        await sleep(10);
      }
    }
  });
  await happen();
  over.abort();
  await Promise.all(writers);
  await settled(database);
  assert.ok(refused > 0, "nothing was cut");
  await expectAcknowledged(database, acknowledged);
}

async function expectAcknowledged(database: PostgresDatabase, acknowledged: readonly string[]): Promise<void> {
  const there = new Set((await database.run(all(complete))).map((row) => textOf(row, "id")));
  assert.ok(acknowledged.length > 20, `${acknowledged.length} were acknowledged`);
  assert.deepEqual(
    acknowledged.filter((id) => !there.has(id)),
    [],
  );
  assert.deepEqual([...(await database.run(all(halves)))], []);
}
