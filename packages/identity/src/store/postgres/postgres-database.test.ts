import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import pg from "pg";
import { openLine } from "../../revocation/cut.fixture.ts";
import { eventually } from "../../revocation/node-process.fixture.ts";
import { newPostgresUrl, patientTimes } from "../database.fixture.ts";
import { numberOf, textOf } from "../row.ts";
import { all, first, lock, sql, type Work } from "../statement.ts";
import { openPostgres, type PostgresDatabase } from "./index.ts";
import { administer, isAtWork, meet, open, settled, terminateAll } from "./postgres.fixture.ts";

const make = sql("CREATE TABLE things (id TEXT PRIMARY KEY)");
const insert = sql("INSERT INTO things (id) VALUES (:id)");
const count = sql("SELECT COUNT(*) AS count FROM things");
const list = sql("SELECT * FROM things ORDER BY id");
const one = sql("SELECT 1 AS one");
const longRest = sql("SELECT pg_sleep(100)");

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
    await eventually(() => isAtWork(url, "SELECT pg_sleep(100)"), 30_000, "the transaction rests");
    await terminateAll(url);
    await refused;
    assert.equal(await countThings(database), 0);
  });

  test("a connection that breaks between two statements does not end the process", async (t) => {
    const { database } = await open(t);
    let breakOff = (): unknown => assert.fail("there is no connection");
    database.pool.on("acquire", (client) => {
      breakOff = () => client.emit("error", new Error("Connection terminated unexpectedly"));
    });
    await database.transaction(function* () {
      yield* all(one);
      breakOff();
      yield* all(one);
    });
    await database.transaction(() => all(one));
  });

  test("a connection that breaks in the moment when it is taken does not end the process", async (t) => {
    const { database } = await open(t);
    await database.run(all(one));
    let broken = 0;
    database.pool.on("acquire", (client) => {
      // The pool stops listening, and nobody else has begun.
      client.once("removeListener", () => {
        broken += 1;
        client.emit("error", new Error("Connection terminated unexpectedly"));
      });
    });
    await database.run(all(one));
    await database.transaction(() => all(one));
    assert.equal(broken, 2);
  });

  test("a commit whose answer is lost is unavailable: it may have happened, and here it has", async (t) => {
    const url = await newPostgresUrl(t);
    const line = await openDeafLine(t, url);
    const database = openPostgres(line.url, patientTimes);
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
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { database, url } = await open(t, { maxConnections: 2, connectTimeoutMs: 200 });
    let isOver = false;
    const busy = Promise.allSettled([1, 2].map(() => database.transaction(() => all(longRest)))).then(() => (isOver = true));
    await eventually(() => database.pool.totalCount === 2 && database.pool.idleCount === 0, 30_000, "both connections are taken");
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => database.run(all(one))));
    t.mock.timers.tick(200);
    const late = await waiting;
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
    // Only the server's time-out ends a statement: the client's would end the connection.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { database, url } = await open(t, { statementTimeoutMs: 200, maxConnections: 1 });
    await assert.rejects(database.run(all(longRest)), Unavailable);
    // A machine that takes as long for ROLLBACK is asked once more.
    const isUsedAgain = async (): Promise<boolean> => {
      await assert.rejects(
        database.transaction(() => all(longRest)),
        Unavailable,
      );
      return database.pool.idleCount === 1;
    };
    await eventually(isUsedAgain, 30_000, "the connection is used again");
    const other = openPostgres(url, patientTimes);
    t.after(() => other.close());
    const [held, released] = [Promise.withResolvers<void>(), new AbortController()];
    const holding = other.transaction(function* () {
      yield* lock("held");
      held.resolve();
      while (!released.signal.aborted) yield* all(sql("SELECT pg_sleep(0.05)"));
    });
    await held.promise;
    const isLocked = (): Promise<boolean> =>
      database
        .transaction(() => lock("held"))
        .then(
          () => true,
          (error: unknown) => (assert.ok(error instanceof Unavailable), false),
        );
    assert.equal(await isLocked(), false);
    released.abort();
    await holding;
    await eventually(isLocked, 30_000, "the lock is free");
  });

  test("a server that answers nothing is unavailable in time, and recovered from by itself", async (t) => {
    const url = await newPostgresUrl(t);
    const line = await openLine(t, url);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const database = openPostgres(line.url, patientTimes);
    t.after(() => database.close());
    await database.run(all(make));
    line.vanish();
    const working = assert.rejects(
      database.transaction(() => all(insert, { id: "a" })),
      Unavailable,
    );
    await new Promise((resolve) => setImmediate(resolve));
    // A server that does not answer is asked once: the time of a statement and a second more, without another wait for ROLLBACK.
    t.mock.timers.tick(patientTimes.statementTimeoutMs + 1000);
    await working;
    const connecting = assert.rejects(database.run(all(one)), Unavailable);
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(patientTimes.connectTimeoutMs);
    await connecting;
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
    const arrived = new Set();
    // At the same time, on a connection each.
    const listing = function* (): Work<void> {
      yield* all(list);
      yield* meet(arrived, 4);
    };
    await Promise.all(Array.from({ length: 4 }, () => database.transaction(listing)));
    await administer(url, "ALTER TABLE things ADD COLUMN more TEXT");
    await Promise.all(Array.from({ length: 4 }, () => database.transaction(() => all(list))));
  });

  test("transactions that wait for each other are tried again", async (t) => {
    const { database } = await open(t);
    let attempts = 0;
    const arrived = new Set();
    const crosswise = (names: readonly string[]) =>
      database.transaction(function* () {
        attempts += 1;
        for (const name of names) {
          yield* lock(name);
          yield* meet(arrived, 2);
        }
        return names.length;
      });
    assert.deepEqual(await Promise.all([crosswise(["a", "b"]), crosswise(["b", "a"])]), [2, 2]);
    assert.ok(attempts > 2, "they did not meet");
  });

  test("a process that vanishes in the middle of a transaction does not hold its locks for hours", async (t) => {
    const { database } = await open(t, { statementTimeoutMs: 30_000 });
    const row = await database.run(first(sql("SELECT current_setting('idle_in_transaction_session_timeout') AS kept")));
    assert.equal(row && textOf(row, "kept"), "30s");
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
    const database = openPostgres(url.href, patientTimes);
    t.after(() => database.close());
    await assert.rejects(database.run(all(one)), (error) => error instanceof pg.DatabaseError && !(error instanceof Unavailable));
  });
});

async function countThings(database: PostgresDatabase): Promise<number> {
  return numberOf((await database.run(first(count))) ?? {}, "count");
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
