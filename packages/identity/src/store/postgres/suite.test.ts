import { after, mock } from "node:test";
import { storeSuite } from "../../testing/index.ts";
import type { Database } from "../database.ts";
import { newPostgresUrl, patientTimes } from "../database.fixture.ts";
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
  // No time-out ends while fifty wait for ten connections.
  mock.timers.enable({ apis: ["setTimeout"] });
  test.after(() => mock.timers.reset());
  const open = async (): Promise<Database> => {
    const database = openPostgres(inSchema.href, patientTimes);
    test.after(() => database.close());
    return {
      kind: database.kind,
      run: (work) => database.run(work),
      transaction: (work) => database.transaction(work),
      listen: (channel, listener) => database.listen(channel, listener),
      close: () => {
        const closing = database.close();
        // A caller that waits for a connection has now waited long enough.
        mock.timers.tick(patientTimes.connectTimeoutMs);
        return closing;
      },
    };
  };
  return { database: await open(), reopen: open, second: open };
});
