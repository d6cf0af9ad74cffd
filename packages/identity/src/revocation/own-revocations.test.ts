import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf } from "../store/row.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { withOwnRevocations } from "./own-revocations.ts";
import { revoke } from "./revocation-log.ts";

const entry = { kind: "subject", key: "a", at: 1, expiresAt: 2 } as const;
const count = sql("SELECT COUNT(*) AS entries FROM identity_revocations");

function* entries(): Work<number> {
  const [row] = yield* all(count);
  return row === undefined ? 0 : numberOf(row, "entries");
}

/** A feed that notes what it is asked to read. */
function newFeed() {
  const asked: number[] = [];
  return { asked, catchUp: async (position: number) => void asked.push(position) };
}

describeOnEach("a node's own revocations", (database) => {
  test("are read before the transaction that adds them resolves; the last position counts", async (t) => {
    const feed = newFeed();
    const own = withOwnRevocations(await database.open(t), feed);
    const seqs = await own.transaction(function* () {
      return [yield* revoke(entry), yield* revoke({ ...entry, key: "b" })];
    });
    assert.deepEqual([seqs, feed.asked], [[1, 2], [2]]);
    assert.equal(await own.transaction(() => revoke(entry)), 3);
    assert.deepEqual(feed.asked, [2, 3]);
  });

  test("nothing is read after a transaction that revokes nothing or fails", async (t) => {
    const feed = newFeed();
    const own = withOwnRevocations(await database.open(t), feed);
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
