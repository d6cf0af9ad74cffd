/** The two databases of the tests, and a transaction around each test that is rolled back at its end. */
import { randomBytes } from "node:crypto";
import { all, type Database, type Row, sql, type Step, type Work } from "lockstep-identity/database";
import { openPostgres } from "lockstep-identity/postgres";
import { openSqlite } from "lockstep-identity/sqlite";
import pg from "pg";

/** Something whose end a hook can follow: a test, or the suite around it. */
export interface Ending {
  after(end: () => Promise<unknown>): void;
}

export const databaseKinds = ["sqlite", "postgres"] as const;
export type DatabaseKind = Database["kind"];

/** Creates an empty database on the server that `npm test` starts. */
export async function createPostgres(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = process.env["LOCKSTEP_TEST_POSTGRES"];
  if (server === undefined) throw new Error("Run this test with `npm test -- <file>`, which starts a PostgreSQL");
  const name = `teams_${randomBytes(8).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return { url, drop: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database whose work a test can undo. */
export interface TestDatabase extends Database {
  /** Begins a transaction. Until `rollBack()`, every transaction of the application is a savepoint in it. */
  begin(): Promise<void>;
  rollBack(): Promise<void>;
}

/** One connection, which runs one statement after another. */
interface Connection {
  run(text: string): Promise<unknown>;
  query(step: Step): Promise<readonly Row[]>;
}

/** Makes a database that a test can undo of one that works as usual and a connection that keeps its transaction open. */
function undoable(database: Database, connection: Connection): TestDatabase {
  let isOpen = false;
  let lastTurn: Promise<unknown> = Promise.resolve();
  /** Savepoints of one connection cannot overlap, so everything takes turns. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = lastTurn.then(task);
    lastTurn = turn.catch(() => {});
    return turn;
  };
  const drive = async <T>(work: Work<T>): Promise<T> => {
    await connection.run("SAVEPOINT work");
    try {
      let next = work.next();
      while (next.done !== true) next = work.next(await connection.query(next.value));
      await connection.run("RELEASE SAVEPOINT work");
      return next.value;
    } catch (error) {
      await connection.run("ROLLBACK TO SAVEPOINT work");
      throw error;
    } finally {
      // A role is taken until the end of the transaction, which goes on.
      if (database.kind === "postgres") await connection.run("SET LOCAL ROLE NONE");
    }
  };
  const turnTo = (open: boolean, text: string): Promise<void> =>
    inTurn(async () => {
      isOpen = open;
      await connection.run(text);
    });
  return {
    kind: database.kind,
    run: (work) => inTurn(() => (isOpen ? drive(work) : database.run(work))),
    transaction: (work) => inTurn(() => (isOpen ? drive(work()) : database.transaction(work))),
    listen: (channel, listener) => database.listen(channel, listener),
    close: () => inTurn(() => database.close()),
    begin: () => turnTo(true, "BEGIN"),
    rollBack: () => turnTo(false, "ROLLBACK"),
  };
}

/** Opens SQLite in memory. It has one connection. */
function openTestSqlite(): TestDatabase {
  const database = openSqlite(":memory:");
  const run = (work: Work<readonly Row[]>): Promise<readonly Row[]> => database.run(work);
  return undoable(database, {
    run: (text) => run(all(sql(text))),
    query: async (step) => (step.kind === "query" ? run(all(step.statement, step.parameters)) : []),
  });
}

/** Opens a PostgreSQL database of its own, with one more connection for the transactions of tests. */
async function openTestPostgres(): Promise<TestDatabase> {
  const { url, drop } = await createPostgres();
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  await client.connect();
  const database = undoable(openPostgres(url, { connectTimeoutMs: 120_000, statementTimeoutMs: 120_000 }), {
    run: (text) => client.query(text),
    query: async (step) => {
      if (step.kind !== "query") return [];
      const { numbered, names } = step.statement;
      return (
        await client.query<Row>(
          numbered,
          names.map((name) => step.parameters[name] ?? null),
        )
      ).rows;
    },
  });
  const close = async (): Promise<void> => {
    await database.close();
    await client.end();
    await drop();
  };
  return { ...database, close };
}

/** Opens an empty database of a kind. Closing it removes it. */
export const openTestDatabase = async (kind: DatabaseKind): Promise<TestDatabase> =>
  kind === "sqlite" ? openTestSqlite() : openTestPostgres();
