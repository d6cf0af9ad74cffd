import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import pg from "pg";
import { openLine } from "../../revocation/cut.fixture.ts";
import { eventually } from "../../revocation/node-process.fixture.ts";
import { newPostgresUrl } from "../database.fixture.ts";
import { numberOf, textOf } from "../row.ts";
import { all, first, lock, sql, type Work } from "../statement.ts";
import { openPostgres, type PostgresDatabase } from "./index.ts";
import { administer, isAtWork, open, settled, terminateAll } from "./postgres.fixture.ts";

const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY)");
const insert = sql("INSERT INTO things (id) VALUES (:id)");
const count = sql("SELECT COUNT(*) AS count FROM things");
const list = sql("SELECT * FROM things ORDER BY id");
const one = sql("SELECT 1 AS one");
const rest = sql("SELECT pg_sleep(0.3)");
const longRest = sql("SELECT pg_sleep(20)");

describe("a PostgreSQL that fails", () => {
  test("a connection that ends in the middle of a transaction undoes it, and the next one works", async (t) => {
    const { database, url } = await open(t);
    await database.run(all(make));
    const working = database.transaction(function* () {
      yield* all(insert, { id: "a" });
      yield* all(longRest);
      yield* all(insert, { id: "b" });
    });
    const refused = assert.rejects(working, Unavailable);
    await eventually(() => isAtWork(url, "SELECT pg_sleep(20)"), 30_000, "the transaction rests");
    await terminateAll(url);
    await refused;
    assert.equal(await countThings(database), 0);
  });

  test("a connection that breaks between two statements does not end the process", async (t) => {
    const { database } = await open(t);
    database.pool.on("acquire", (client) => {
      setTimeout(() => client.emit("error", new Error("Connection terminated unexpectedly")), 50);
    });
    await database.transaction(() => all(rest));
    await database.transaction(() => all(one));
  });

  test("a commit whose answer is lost is unavailable: it may have happened, and here it has", async (t) => {
    const url = await newPostgresUrl(t);
    const line = await openDeafLine(t, url);
    const database = openPostgres(line.url);
    t.after(() => database.close());
    await database.run(all(make));
    const working = database.transaction(function* () {
      yield* all(insert, { id: "a" });
      line.loseNextAnswer();
    });
    await assert.rejects(working, Unavailable);
    assert.equal(await countThings(database), 1);
  });

  test("waiting too long for a connection is unavailable, until a connection is free again", async (t) => {
    const { database, url } = await open(t, { maxConnections: 2, connectTimeoutMs: 200 });
    let isOver = false;
    const busy = Promise.allSettled([1, 2].map(() => database.transaction(() => all(longRest)))).then(() => (isOver = true));
    await eventually(() => database.pool.totalCount === 2 && database.pool.idleCount === 0, 30_000, "both connections are taken");
    const late = await Promise.allSettled(Array.from({ length: 20 }, () => database.run(all(one))));
    assert.equal(isOver, false, "it waited for a connection that became free");
    for (const { status, ...outcome } of late) {
      assert.equal(status, "rejected");
      assert.ok("reason" in outcome && outcome.reason instanceof Unavailable);
    }
    await terminateAll(url);
    await busy;
    await settled(database);
    await database.run(all(one));
  });

  test("a statement that takes too long, or waits too long for a lock, is unavailable; its connection is used again", async (t) => {
    const { database } = await open(t, { statementTimeoutMs: 200, maxConnections: 2 });
    await assert.rejects(database.run(all(longRest)), Unavailable);
    await assert.rejects(
      database.transaction(() => all(longRest)),
      Unavailable,
    );
    let isHeld = false;
    const over = new AbortController();
    const holding = database.transaction(function* () {
      yield* lock("held");
      isHeld = true;
      while (!over.signal.aborted) yield* all(sql("SELECT pg_sleep(0.05)"));
    });
    await eventually(() => isHeld, 30_000, "the lock is held");
    await assert.rejects(
      database.transaction(() => lock("held")),
      Unavailable,
    );
    over.abort();
    await holding;
    await database.transaction(() => lock("held"));
  });

  test("a server that answers nothing is unavailable in time, and recovered from by itself", async (t) => {
    const url = await newPostgresUrl(t);
    const line = await openLine(t, url);
    const database = openPostgres(line.url, { statementTimeoutMs: 200, connectTimeoutMs: 500 });
    t.after(() => database.close());
    await database.run(all(make));
    line.vanish();
    const begun = performance.now();
    await assert.rejects(
      database.transaction(() => all(insert, { id: "a" })),
      Unavailable,
    );
    // A server that does not answer is asked once: 200 ms for the statement and a second more, without another wait for ROLLBACK.
    assert.ok(performance.now() - begun < 2000, "it took too long");
    await assert.rejects(database.run(all(one)), Unavailable);
    line.heal();
    await database.transaction(() => all(insert, { id: "b" }));
    assert.equal(await countThings(database), 1);
  });

  test("prepared statements are prepared again on a new connection", async (t) => {
    const { database, url } = await open(t, { maxConnections: 1 });
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual({ ...(await database.run(first(one))) }, { one: 1 });
      await terminateAll(url);
      await settled(database);
    }
  });

  test("statements that were prepared before the schema changed are tried on another connection", async (t) => {
    const { database, url } = await open(t);
    await database.run(all(make));
    await Promise.all(Array.from({ length: 4 }, () => database.transaction(() => each(list, sql("SELECT pg_sleep(0.05)")))));
    await administer(url, "ALTER TABLE things ADD COLUMN more TEXT");
    await Promise.all(Array.from({ length: 4 }, () => database.transaction(() => all(list))));
  });

  test("transactions that wait for each other are tried again", async (t) => {
    const { database } = await open(t);
    let attempts = 0;
    const crosswise = (names: readonly string[]) =>
      database.transaction(function* () {
        attempts += 1;
        for (const name of names) {
          yield* lock(name);
          yield* all(sql("SELECT pg_sleep(0.1)"));
        }
        return names.length;
      });
    assert.deepEqual(await Promise.all([crosswise(["a", "b"]), crosswise(["b", "a"])]), [2, 2]);
    assert.ok(attempts > 2, "they did not meet");
  });

  test("a process that vanishes in the middle of a transaction does not hold its locks for hours", async (t) => {
    const { database } = await open(t, { statementTimeoutMs: 300 });
    const row = await database.run(first(sql("SELECT current_setting('idle_in_transaction_session_timeout') AS kept")));
    assert.equal(row && textOf(row, "kept"), "300ms");
  });

  test("an address that is not PostgreSQL's is refused, and not repeated in the message", () => {
    for (const url of ["", "localhost:5432", "mysql://u:canary@h/d", "canary"]) {
      assert.throws(
        () => openPostgres(url),
        (error: Error) => error instanceof TypeError && !error.message.includes("canary"),
      );
    }
  });

  test("a wrong password and a missing database are errors, not a database that is away", async (t) => {
    const url = new URL(await newPostgresUrl(t));
    url.pathname = "/nothing_of_this_name";
    const database = openPostgres(url.href);
    t.after(() => database.close());
    await assert.rejects(database.run(all(one)), (error) => error instanceof pg.DatabaseError && !(error instanceof Unavailable));
  });
});

async function countThings(database: PostgresDatabase): Promise<number> {
  return numberOf((await database.run(first(count))) ?? {}, "count");
}

function* each(...statements: readonly ReturnType<typeof sql>[]): Work<void> {
  for (const statement of statements) yield* all(statement);
}

/** A way to the server on which one answer gets lost, with the connection, after the question has arrived. */
async function openDeafLine(t: TestContext, target: string): Promise<{ readonly url: string; loseNextAnswer(): void }> {
  const url = new URL(target);
  const { hostname, port } = url;
  let isDeaf = false;
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    client
      .on("data", (data) => server.write(data))
      .on("close", () => server.destroy())
      .on("error", () => {});
    server.on("close", () => client.destroy()).on("error", () => {});
    server.on("data", (data) => {
      if (isDeaf) client.destroy();
      else client.write(data);
      isDeaf = false;
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => proxy.close());
  // A server that listens on a port has an address with one.
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    loseNextAnswer: () => {
      isDeaf = true;
    },
  };
}
