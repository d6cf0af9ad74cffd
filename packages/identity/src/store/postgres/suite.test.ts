import { storeSuite } from "../../testing/index.ts";
import type { Database } from "../database.ts";
import { newPostgresUrl } from "../database.fixture.ts";
import { openPostgres } from "./index.ts";

storeSuite("PostgreSQL", async (test) => {
  const url = await newPostgresUrl(test);
  const open = async (): Promise<Database> => {
    const database = openPostgres(url);
    test.after(() => database.close());
    return database;
  };
  return { database: await open(), reopen: open, second: open };
});
