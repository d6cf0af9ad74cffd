import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test, type TestContext } from "node:test";
import pg from "pg";
import { newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { openLine } from "./cut.fixture.ts";
import { eventually, NodeProcess, nodeSettings } from "./node-process.fixture.ts";

// Long: the tests end with the event, and a busy machine must not make them fail.
const soonMs = 30_000;
const healedMs = 30_000;
/** A node that notices quickly that it is cut off. */
const alert = {
  feed: { pollMs: 100, silentAfterMs: 500, timeoutMs: 300 },
  database: { connectTimeoutMs: 500, statementTimeoutMs: 1000 },
};

async function newDatabase(t: TestContext): Promise<string> {
  const url = await newPostgresUrl(t);
  const database = openPostgres(url, patientTimes);
  await migrate(database, identitySchema);
  await database.close();
  return url;
}

/** Ends the connections that listen, as a restart of the server does. */
async function endListeners(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(
    // The last statement is LISTEN, or a heartbeat.
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')`,
  );
  await client.end();
  return rowCount ?? 0;
}

function refused(node: NodeProcess, token: string, withinMs: number): Promise<void> {
  return eventually(async () => (await node.status(token)) === 401, withinMs, "a revoked token is refused");
}

function accepted(node: NodeProcess, token: string): Promise<void> {
  return eventually(async () => (await node.status(token)) === 200, healedMs, "a good token is accepted");
}

describe("nodes on one PostgreSQL", () => {
  test("a credential that is revoked on one of three nodes is refused on the others, and no other is (M-02)", async (t) => {
    const settings = nodeSettings(await newDatabase(t));
    const nodes = await Promise.all([1, 2, 3].map(() => NodeProcess.start(t, settings)));
    const [first] = nodes;
    assert.ok(first);
    const sid = randomUUID();
    const token = await first.token({ sub: "alice", sid });
    const other = await first.token({ sub: "alice" });
    // Verified and cached everywhere (S-09).
    for (const node of nodes) assert.equal(await node.status(token), 200);
    await first.revoke("session", sid);
    for (const node of nodes) await refused(node, token, soonMs);
    for (const node of nodes) assert.equal(await node.status(other), 200);
  });

  test("every kind that a token can be revoked by is refused on another node (M-01)", async (t) => {
    const settings = nodeSettings(await newDatabase(t));
    const [a, b] = await Promise.all([NodeProcess.start(t, settings), NodeProcess.start(t, settings)]);
    const matrix = {
      all: () => "",
      client: () => "notes",
      subject: () => "alice",
      session: (claims: Readonly<Record<string, string>>) => claims["sid"] ?? "",
      jti: (claims: Readonly<Record<string, string>>) => claims["jti"] ?? "",
    };
    for (const [kind, keyOf] of Object.entries(matrix)) {
      const token = await a.token({ sub: "alice" });
      assert.equal(await b.status(token), 200, kind);
      await a.revoke(kind, keyOf(payloadOf(token)));
      await refused(b, token, soonMs);
    }
  });

  test("a fresh route refuses a revoked token at once, however far the node is behind (S-09)", async (t) => {
    const url = await newDatabase(t);
    const line = await openLine(t, url);
    const settings = nodeSettings(url);
    const a = await NodeProcess.start(t, settings);
    // This one hears nothing: its listener is cut, and it polls once a minute.
    const b = await NodeProcess.start(t, { ...settings, url: line.url, feed: { pollMs: 60_000, silentAfterMs: 60_000 } });
    const token = await a.token({ sub: "alice" });
    assert.equal(await b.status(token, "/me/fresh"), 200);
    line.refuse();
    await a.revoke("subject", "alice");
    assert.equal(await b.status(token), 200, "the copy of this node is behind");
    line.heal();
    assert.equal(await b.status(token, "/me/fresh"), 401);
  });

  test("signing in right after signing out everywhere works on every node, and the old token does not", async (t) => {
    const settings = nodeSettings(await newDatabase(t));
    const nodes = await Promise.all([1, 2, 3].map(() => NodeProcess.start(t, settings)));
    const [first] = nodes;
    assert.ok(first);
    for (let round = 0; round < 20; round += 1) {
      const before = await first.token({ sub: "alice" });
      await first.revoke("subject", "alice");
      const after = await first.token({ sub: "alice" });
      // The new token carries a position that proves to a node that is behind that it is.
      for (const node of nodes) {
        assert.equal(await node.status(after), 200);
        assert.equal(await node.status(before), 401);
      }
    }
  });

  test("a node that was killed and started again still refuses", async (t) => {
    const settings = nodeSettings(await newDatabase(t));
    const [a, b] = await Promise.all([NodeProcess.start(t, settings), NodeProcess.start(t, settings)]);
    const [revoked, missed, good] = await Promise.all([
      a.token({ sub: "alice" }),
      a.token({ sub: "bob" }),
      a.token({ sub: "carol" }),
    ]);
    await a.revoke("subject", "alice");
    await refused(b, revoked, soonMs);
    await b.crash();
    await a.revoke("subject", "bob");
    const again = await NodeProcess.start(t, settings);
    assert.deepEqual(await Promise.all([revoked, missed, good].map((token) => again.status(token))), [401, 401, 200]);
  });

  test("tokens of a compromised signing key are refused on the other node (M-07)", async (t) => {
    const settings = nodeSettings(await newDatabase(t));
    const [a, b] = await Promise.all([NodeProcess.start(t, settings), NodeProcess.start(t, settings)]);
    const token = await a.token({ sub: "alice" });
    assert.equal(await b.status(token), 200);
    await a.compromise(partOf(token, 0)["kid"] ?? "");
    await refused(b, token, soonMs);
    assert.equal(await b.status(await b.token({ sub: "alice" })), 200);
  });
});

describe("a node whose feed is cut", () => {
  test("hears again after its listening connection was ended, without a restart", async (t) => {
    const url = await newDatabase(t);
    // Polls so rarely that only the channel can tell.
    const settings = nodeSettings(url, { pollMs: 60_000, silentAfterMs: 60_000 });
    const [a, b] = await Promise.all([NodeProcess.start(t, settings), NodeProcess.start(t, settings)]);
    const token = await a.token({ sub: "alice" });
    assert.equal(await b.status(token), 200);
    assert.equal(await endListeners(url), 2);
    await a.revoke("subject", "alice");
    await refused(b, token, healedMs);
  });

  for (const cut of ["refuse", "vanish", "hold"] as const) {
    test(`${cut}: answers 503 while PostgreSQL is away, and recovers by itself`, async (t) => {
      const url = await newDatabase(t);
      const line = await openLine(t, url);
      const settings = nodeSettings(url);
      const a = await NodeProcess.start(t, settings);
      const b = await NodeProcess.start(t, { ...settings, url: line.url, ...alert });
      const [revoked, good] = await Promise.all([a.token({ sub: "alice" }), a.token({ sub: "bob" })]);
      // A slow machine makes it silent for a moment.
      for (const token of [revoked, good]) await accepted(b, token);
      line[cut]();
      await a.revoke("subject", "alice");
      await eventually(async () => (await b.status(revoked)) === 503, soonMs, "the silence is noticed");
      assert.equal(await b.status(good), 503);
      line.heal();
      // Never 200: a decision is either right or not made.
      await eventually(
        async () => {
          const status = await b.status(revoked);
          assert.notEqual(status, 200);
          return status === 401;
        },
        healedMs,
        "a revoked token is refused after healing",
      );
      await accepted(b, good);
      await eventually(async () => (await b.state()).events.includes("revocation.feed_recovered"), healedMs, "recovery is told");
      assert.ok((await b.state()).events.includes("revocation.feed_silent"));
    });
  }

  test("refuses at once while it is silent, if whenSilent is refuse", { timeout: 100_000 }, async (t) => {
    const url = await newDatabase(t);
    const line = await openLine(t, url);
    const settings = nodeSettings(url);
    // If it asked the database, it would wait for longer than this test.
    const feed = { ...settings.feed, pollMs: 100, silentAfterMs: 500, whenSilent: "refuse" } as const;
    const b = await NodeProcess.start(t, { ...settings, url: line.url, feed });
    const token = await b.token({ sub: "alice" });
    await accepted(b, token);
    line.hold();
    await eventually(async () => (await b.status(token)) === 503, soonMs, "the silence is noticed");
    for (let round = 0; round < 20; round += 1) assert.equal(await b.status(token), 503);
    line.heal();
    await accepted(b, token);
  });
});

function payloadOf(token: string): Readonly<Record<string, string>> {
  return partOf(token, 1);
}

function partOf(token: string, index: number): Readonly<Record<string, string>> {
  // A part of a token of ours.
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString()) as Record<string, string>;
}
