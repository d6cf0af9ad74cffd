import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf } from "../store/row.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { withOwnRevocations } from "./own-revocations.ts";
import { revocationPosition, revoke } from "./revocation-log.ts";

const entry = { kind: "subject", key: "a", at: 1, expiresAt: 2 } as const;
const count = sql("SELECT COUNT(*) AS entries FROM identity_revocations");

function* entries(): Work<number> {
  const [row] = yield* all(count);
  return row === undefined ? 0 : numberOf(row, "entries");
}

/** A feed that notes how far the log is when it is told to read. */
function newFeed(database: Database) {
  const asked: number[] = [];
  return { asked, catchUp: async () => void asked.push(await database.run(revocationPosition())) };
}

describeOnEach("a node's own revocations", (database) => {
  test("have their positions and are read before the transaction that adds them resolves", async (t) => {
    const db = await database.open(t);
    const feed = newFeed(db);
    const own = withOwnRevocations(db, feed);
    await own.transaction(function* () {
      yield* revoke(entry);
      yield* revoke({ ...entry, key: "b" });
    });
    assert.deepEqual(feed.asked, [2]);
    await own.transaction(() => revoke(entry));
    assert.deepEqual(feed.asked, [2, 3]);
  });

  test("nothing is read after a transaction that revokes nothing or fails", async (t) => {
    const db = await database.open(t);
    const feed = newFeed(db);
    const own = withOwnRevocations(db, feed);
    assert.equal(await own.transaction(entries), 0);
    assert.equal(await own.run(entries()), 0);
    let closed = 0;
    const failing = own.transaction(function* () {
      try {
        yield* revoke(entry);
        yield* all(sql("SELECT * FROM nowhere"));
      } finally {
        closed += 1;
      }
    });
    await assert.rejects(failing);
    const throwing = own.transaction(function* () {
      yield* revoke(entry);
      throw new RangeError("the work's own");
    });
    await assert.rejects(throwing, RangeError);
    assert.deepEqual([feed.asked, closed, await own.run(entries())], [[], 1, 0]);
  });
});
