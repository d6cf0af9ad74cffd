/**
 * Schemas of PostgreSQL for tests. Making identity's tables takes twenty times as long as emptying them, so a schema is used
 * again after its test, unless the test changed its tables or still works on them.
 */
import pg from "pg";

/** A schema for one test. */
export interface TestSchema {
  /** Of its database, with the schema as `search_path`. */
  readonly url: string;
  /** Says that the migrations are done: the next test finds the schema as it is now. */
  isMigrated(): Promise<void>;
  /** Gives it back after the test, whose connections are closed. */
  release(): Promise<void>;
}

/** A schema as its migrations left it. */
interface Schema {
  readonly name: string;
  /** Changes with every change to a table, a column or an index, even one that was undone. */
  readonly shape: string;
  readonly tables: readonly string[];
  /** The rows that the migrations inserted, by table. */
  readonly rows: ReadonlyMap<string, string>;
}

/** All that this process made are in one database, which is not dropped: the data of the server is gone after the run. */
export class TestSchemas {
  readonly #url: URL;
  readonly #free: Schema[] = [];
  readonly #pool: pg.Pool;
  #count = 0;

  constructor(url: string) {
    this.#url = new URL(url);
    this.#pool = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
    // A test may end all connections to the database. The pool makes others.
    this.#pool.on("error", () => {});
  }

  /** A schema that no other test has meanwhile. */
  async take(): Promise<TestSchema> {
    let schema = this.#free.pop();
    const name = schema?.name ?? (await this.#create());
    const url = new URL(this.#url);
    url.searchParams.set("options", `-c search_path=${name}`);
    return {
      url: url.href,
      isMigrated: async () => {
        schema ??= await this.#look(name);
      },
      release: async () => {
        if (schema !== undefined && (await this.#empty(schema))) this.#free.push(schema);
      },
    };
  }

  async #create(): Promise<string> {
    this.#count += 1;
    const name = `test_${this.#count}`;
    await this.#pool.query(`CREATE SCHEMA ${name}`);
    return name;
  }

  async #look(name: string): Promise<Schema> {
    const found = await this.#pool.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1",
      [name],
    );
    const tables = found.rows.map((row) => row.name);
    const rows = new Map<string, string>();
    for (const table of tables) {
      const {
        rows: [all],
      } = await this.#pool.query<{ json: string | null }>(`SELECT json_agg(t)::text AS json FROM ${table} t`);
      if (typeof all?.json === "string") rows.set(table, all.json);
    }
    return { name, shape: await shapeOf(this.#pool, name), tables, rows };
  }

  /** Whether it is as it was before the test. */
  async #empty({ name, shape, tables, rows }: Schema): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      await client.query("BEGIN");
      const isSame = (await shapeOf(client, name)) === shape && (await canLock(client, tables));
      if (isSame) {
        // Foreign keys are not checked: every table is emptied.
        await client.query("SET LOCAL session_replication_role = replica");
        await client.query(tables.map((table) => `DELETE FROM ${table}`).join(";"));
        for (const [table, json] of rows) {
          await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [json]);
        }
      }
      await client.query(isSame ? "COMMIT" : "ROLLBACK");
      return isSame;
    } finally {
      client.release();
    }
  }
}

const shapeQuery = `
  SELECT md5(string_agg(line, ' ' ORDER BY line)) AS shape FROM (
    SELECT format('%s %s', oid, xmin) AS line FROM pg_class WHERE relnamespace = $1::regnamespace
    UNION ALL
    SELECT format('%s %s %s', attrelid, attnum, pg_attribute.xmin) FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = $1::regnamespace AND relkind = 'r'
    UNION ALL
    SELECT format('%s %s', oid, xmin) FROM pg_proc WHERE pronamespace = $1::regnamespace
    UNION ALL
    SELECT format('%s %s', pg_trigger.oid, pg_trigger.xmin) FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = $1::regnamespace) lines`;

async function shapeOf(database: pg.Pool | pg.PoolClient, name: string): Promise<string> {
  const { rows } = await database.query<{ shape: string }>(shapeQuery, [name]);
  return rows[0]?.shape ?? "";
}

/** Whether nobody works on the tables. */
async function canLock(client: pg.PoolClient, tables: readonly string[]): Promise<boolean> {
  try {
    await client.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE NOWAIT`);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === "55P03") return false;
    throw error;
  }
}
