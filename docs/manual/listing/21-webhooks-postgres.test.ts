import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import pg from "pg";
import { Stripe } from "stripe";
import { schema, webhookApi } from "./21-webhooks-postgres.ts";
import { outcome } from "./ask.fixture.ts";

const server = process.env["LOCKSTEP_TEST_POSTGRES"] ?? "";
const database = `webhooks_${randomBytes(8).toString("hex")}`;
const secret = `whsec_${randomBytes(24).toString("base64url")}`;
let pool: pg.Pool;

before(async () => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${database}`;
  pool = new pg.Pool({ connectionString: url.href, max: 12 });
  await pool.query(schema);
});

// The database stays: the server ends with the tests, and the connections of a pool end a little after it.
after(() => pool.end());

/** Sends an event to an API, as Stripe does. Each attempt is signed again. */
async function send(api: ReturnType<typeof webhookApi>, id: string): Promise<string> {
  const object = { id: `in_${id}`, amount_paid: 2000 };
  const raw = JSON.stringify({ id, type: "invoice.paid", data: { object } });
  const signature = new Stripe("sk_test_1").webhooks.generateTestHeaderString({ payload: raw, secret });
  return outcome(api, "POST /hooks/stripe", {
    raw,
    headers: { "content-type": "application/json", "stripe-signature": signature },
  });
}

const stored = async (id: string) => {
  const { rows } = await pool.query<{ count: string }>(
    "SELECT (SELECT count(*) FROM invoices WHERE id = $1) + (SELECT count(*) FROM webhooks WHERE id = $2) AS count",
    [`in_${id}`, `stripe/${id}`],
  );
  return Number(rows[0]?.count);
};

test("the id of an event commits together with its work, or not at all", async () => {
  const failing = webhookApi(pool, secret, async () => assert.fail("a bug"));
  const working = webhookApi(pool, secret);
  assert.equal(await send(failing, "evt_1"), "500 internal_error");
  assert.equal(await stored("evt_1"), 0);
  assert.deepEqual([await send(working, "evt_1"), await send(working, "evt_1")], ["204", "200"]);
  assert.equal(await stored("evt_1"), 2);
});

test("of many attempts at once, on several nodes, one is handled", async () => {
  const nodes = Array.from({ length: 4 }, () => webhookApi(pool, secret));
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => send(nodes[index % 4] ?? webhookApi(pool, secret), "evt_2")),
  );
  assert.deepEqual(answers.toSorted(), [...Array.from({ length: 11 }, () => "200"), "204"]);
  assert.equal(await stored("evt_2"), 2);
});

test("an attempt on another node waits for the first one, and is handled if that fails", async () => {
  const started = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const first = webhookApi(pool, secret, async () => {
    started.resolve();
    await goOn.promise;
    throw new Error("the node is going down");
  });
  const failing = send(first, "evt_3");
  await started.promise;
  const second = send(webhookApi(pool, secret), "evt_3");
  // The second attempt waits in the database for the row of the first.
  for (;;) {
    const { rows } = await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) break;
  }
  goOn.resolve();
  assert.deepEqual([await failing, await second], ["500 internal_error", "204"]);
  assert.equal(await stored("evt_3"), 2);
});
