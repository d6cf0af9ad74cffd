import assert from "node:assert/strict";
import { test } from "node:test";
import { testSettings } from "../settings.fixture.ts";
import { migrate } from "../store/migration.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const fails = (): never => {
  throw new RangeError("canary");
};

test("a wall clock that fails in the background is reported, and ends neither the process nor the feed", async (t) => {
  const db = openSqlite(":memory:");
  t.after(() => db.close());
  await migrate(db, identitySchema);
  const { settings, clock } = testSettings(db);
  let read = clock.read;
  const feed = await RevocationFeed.open({ ...settings, clock: () => read() }, { pollMs: 5 });
  t.after(() => feed.close());
  const told = Promise.withResolvers<string>();
  t.mock.method(console, "error", (line: string) => told.resolve(line));
  read = fails;
  assert.equal(await told.promise, "Following the revocation log failed: RangeError");
  read = clock.read;
  assert.equal(await feed.isRevoked(tokenClaims({ rev: feed.position })), false);
});

test("a monotonic clock that returns no time does not make the copy count as fresh", async (t) => {
  const db = openSqlite(":memory:");
  t.after(() => db.close());
  await migrate(db, identitySchema);
  let now: unknown = 1;
  // A wrong result is what the test is about.
  const options = { pollMs: 1_000_000_000, whenSilent: "refuse", monotonicClock: () => now as number } as const;
  const feed = await RevocationFeed.open(testSettings(db).settings, options);
  t.after(() => feed.close());
  const claims = tokenClaims({ rev: feed.position });
  assert.equal(await feed.isRevoked(claims), false);
  for (now of [Number.NaN, undefined, "1"]) assert.throws(() => feed.isRevoked(claims), TypeError);
});
