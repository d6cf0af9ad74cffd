import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { checkClock, checkConnection, checkFile } from "./check-database.ts";
import type { Context } from "./command.ts";
import { Failure } from "./failure.ts";

describeOnEach("The checks of a database", ({ kind, open }) => {
  test("name its product and version, and look at a file or at the clock of a server", async (t) => {
    const context = over(await open(t));
    const message = (await checkConnection(context))?.message ?? "";
    assert.match(message, kind === "sqlite" ? /^SQLite \d\S+ answers$/ : /^PostgreSQL \d.* answers$/);
    const [file, clock] = [await checkFile(context), await checkClock(context)];
    assert.deepEqual([file !== undefined, clock !== undefined], [kind === "sqlite", kind === "postgres"]);
  });
});

describe("The checks of another kind of database", () => {
  for (const check of [checkConnection, checkFile, checkClock]) {
    test(`refuse it: they would ask it for PostgreSQL's version, or skip themselves (${check.name})`, async () => {
      await assert.rejects(
        check(over({ kind: "mysql" } as unknown as Database)),
        new Failure("Set DATABASE_URL to a SQLite or PostgreSQL database: no check knows a database of the kind mysql"),
      );
    });
  }
});

/** These checks use only the database of their context. */
function over(database: Database): Context {
  return { database: async () => database } as unknown as Context;
}
