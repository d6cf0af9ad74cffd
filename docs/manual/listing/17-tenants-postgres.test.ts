import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import pg from "pg";
import { schema, tenantApi } from "./17-tenants-postgres.ts";
import { ask } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const server = process.env["LOCKSTEP_TEST_POSTGRES"] ?? "";
const database = `tenants_${randomBytes(8).toString("hex")}`;
let pool: pg.Pool;

before(async () => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${database}`;
  pool = new pg.Pool({ connectionString: url.href, max: 2 });
  await pool.query(schema);
  await pool.query("INSERT INTO projects VALUES ('p1', 'acme', 'Rocket'), ('p2', 'globex', 'Reactor')");
});

// The database stays: the server ends with the tests, and the connections of a pool end a little after it.
after(() => pool.end());

test("a query without a condition returns the rows of the caller's organisation only", async () => {
  const api = tenantApi(pool);
  const listOf = async (organisation: string) =>
    (await ask(api, `GET /organisations/${organisation}/projects`, { token: tokenOf("bob") })).body;
  assert.deepEqual(await listOf("acme"), [{ id: "p1", name: "Rocket" }]);
  assert.deepEqual(await listOf("globex"), [{ id: "p2", name: "Reactor" }]);
  const everything = await pool.query("SELECT id FROM projects");
  assert.equal(everything.rowCount, 2, "the control: the same query, outside of a request");
});
