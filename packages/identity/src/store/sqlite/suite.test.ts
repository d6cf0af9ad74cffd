import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeSuite } from "../../testing/index.ts";
import type { Database } from "../database.ts";
import { openSqlite } from "./index.ts";

storeSuite(
  "SQLite in memory",
  async (test) => {
    const database = openSqlite(":memory:");
    test.after(() => database.close());
    return { database };
  },
  // It lives as long as its process.
  { lacks: ["reopen", "second"] },
);

storeSuite("a SQLite file", async (test) => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-store-"));
  const open = async (): Promise<Database> => {
    const database = openSqlite(join(folder, "data", "app.db"));
    test.after(() => database.close());
    return database;
  };
  const database = await open();
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return { database, reopen: open, second: open };
});
