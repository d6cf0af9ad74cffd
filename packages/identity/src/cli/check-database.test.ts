import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { checkClock, checkConnection, checkFile } from "./check-database.ts";
import type { Context } from "./command.ts";
import { Failure } from "./failure.ts";

/** What the checks say of each kind: its product and version, and whether it is a file, or a server with a clock. */
const said: Readonly<Record<Database["kind"], { readonly connection: RegExp; readonly file: boolean; readonly clock: boolean }>> = {
  sqlite: { connection: /^SQLite \d\S+ answers$/, file: true, clock: false },
  postgres: { connection: /^PostgreSQL \d.* answers$/, file: false, clock: true },
};

describeOnEach("The checks of a database", ({ kind, open }) => {
  test("name its product and version, and look at a file or at the clock of a server", async (t) => {
    const context = over(await open(t));
    assert.match((await checkConnection(context))?.message ?? "", said[kind].connection);
    assert.equal((await checkFile(context)) !== undefined, said[kind].file);
    assert.equal((await checkClock(context)) !== undefined, said[kind].clock);
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
