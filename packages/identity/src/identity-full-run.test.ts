/** After a run that issues every kind of secret, none of them is in the data that a thief of the database or of the logs has. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { consoleAudit, pinoAudit, type StructuredLogger } from "lockstep";
import { pino } from "pino";
import { tableAudit } from "./audit/table-audit.ts";
import { type AnyEvent, openIdentityApi } from "./identity.fixture.ts";
import { agent, chosen, fullRun, moved, Secrets } from "./identity-full-run.fixture.ts";
import { generateIdentityKey } from "./secret/identity-key.ts";
import { newPostgresUrl, patientTimes } from "./store/database.fixture.ts";
import type { Database } from "./store/database.ts";
import { openPostgres } from "./store/postgres/index.ts";
import { openSqlite } from "./store/sqlite/index.ts";
import { all, sql } from "./store/statement.ts";

/** The place where a run leaves its data. */
interface Place {
  readonly database: Database;
  /** Reads every table, and the bytes of the files if there are any. */
  dump(): Promise<Buffer>;
}

const places: Readonly<Record<Database["kind"], (t: TestContext) => Promise<Place>>> = {
  sqlite: async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "identity-"));
    const database = openSqlite(join(folder, "app.db"));
    t.after(async () => {
      await database.close();
      rmSync(folder, { recursive: true });
    });
    const files = () => readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    const names = sql("SELECT name FROM sqlite_master WHERE type = 'table'");
    return { database, dump: async () => Buffer.concat([await tablesOf(database, names), ...files()]) };
  },
  postgres: async (t) => {
    const database = openPostgres(await newPostgresUrl(t), patientTimes);
    t.after(() => database.close());
    const names = sql("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()");
    return { database, dump: () => tablesOf(database, names) };
  },
};

async function tablesOf(database: Database, names: ReturnType<typeof sql>): Promise<Buffer> {
  const tables = await database.run(all(names));
  assert.ok(tables.length >= 12);
  const contents = await Promise.all(tables.map(({ name }) => database.run(all(sql(`SELECT * FROM ${String(name)}`)))));
  return Buffer.from(JSON.stringify(contents));
}

/** A log as applications have it: pino and the console. */
function collectingLog(t: TestContext): { readonly lines: string[]; readonly logger: StructuredLogger } {
  const lines: string[] = [];
  const write = t.mock.method(console, "error", (...values: unknown[]) => void lines.push(values.map(String).join(" ")));
  t.after(() => write.mock.restore());
  return { lines, logger: pino({ level: "trace" }, { write: (line) => void lines.push(line) }) };
}

for (const [kind, open] of Object.entries(places)) {
  describe(`a full run on ${kind}`, () => {
    test("no secret that was issued is in a table, a file, an event, a log line or an error (K-03, A-52, I-05)", async (t) => {
      const { database, dump } = await open(t);
      const { lines, logger } = collectingLog(t);
      const secrets = new Secrets();
      const key = generateIdentityKey();
      secrets.add("IDENTITY_KEY", key.reveal());
      const before = generateIdentityKey();
      secrets.add("IDENTITY_KEY, previous", before.reveal());
      const table = tableAudit(database);
      const toLog = pinoAudit(logger);
      const audit = (event: AnyEvent): void => {
        table.sink(event);
        toLog(event);
        consoleAudit(event);
      };
      const app = await openIdentityApi(t, database, { key: [key, before], audit });
      const known = await fullRun(app, secrets);
      await app.auth.apiKeys.close();
      await table.close();

      const [stored, told] = [await dump(), Buffer.from(JSON.stringify([app.events, lines, app.errors]))];
      assert.deepEqual(secrets.foundIn(stored), []);
      assert.deepEqual(secrets.foundIn(told), []);
      assert.deepEqual(app.errors, []);
      assert.ok(secrets.names.length > 40, secrets.names.join("\n"));

      // The positive controls: the dump contains public texts, and the search finds secrets.
      for (const [name, value] of Object.entries({ ...known, email: moved, agent })) {
        assert.ok(stored.includes(value), name);
      }
      for (const value of [known.account, known.client, known.keyId, known.kid]) assert.ok(told.includes(value));
      const leaks = [Buffer.from(key.reveal(), "base64url"), Buffer.from(Buffer.from(chosen).toString("hex"))];
      const leaky = Buffer.concat([stored, ...leaks]);
      assert.deepEqual(secrets.foundIn(leaky), ["IDENTITY_KEY", "password"]);
    });

    test("no e-mail address is in an event or a log line (I-05, I-14)", async (t) => {
      const { database } = await open(t);
      const { lines, logger } = collectingLog(t);
      const app = await openIdentityApi(t, database, { audit: pinoAudit(logger) });
      await fullRun(app, new Secrets());
      const told = JSON.stringify([app.events, lines]);
      assert.ok(told.includes("account.address_changed"));
      assert.ok(!told.includes("carla"), "an e-mail address");
      assert.ok(!told.includes(agent));
    });

    test("no object of the application shows a secret when it is printed (M-08)", async (t) => {
      const { database } = await open(t);
      const key = generateIdentityKey();
      const app = await openIdentityApi(t, database, { key });
      const { settings, auth } = app;
      const printed = [
        inspect(settings, { depth: 9, showHidden: true }),
        inspect(auth, { depth: 9 }),
        JSON.stringify(settings.keys),
      ];
      for (const text of printed) assert.ok(!text.includes(key.reveal()));
      assert.ok(printed[0]?.includes(settings.keys.current.id), "the control: the public part of the key is there");
    });
  });
}
