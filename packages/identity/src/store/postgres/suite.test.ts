import { after } from "node:test";
import { storeSuite } from "../../testing/index.ts";
import type { Database } from "../database.ts";
import { newPostgresUrl } from "../database.fixture.ts";
import { openPostgres } from "./index.ts";
import { administer } from "./postgres.fixture.ts";

// Making a schema takes a hundredth of the time that making a database takes.
const url = await newPostgresUrl({ after });
let count = 0;

storeSuite("PostgreSQL", async (test) => {
  count += 1;
  const schema = `store_${count}`;
  await administer(url, `CREATE SCHEMA ${schema}`);
  const inSchema = new URL(url);
  inSchema.searchParams.set("options", `-c search_path=${schema}`);
  const open = async (): Promise<Database> => {
    const database = openPostgres(inSchema.href);
    test.after(() => database.close());
    return database;
  };
  return { database: await open(), reopen: open, second: open };
});
