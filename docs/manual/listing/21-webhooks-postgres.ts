import { createApi, depends, post, resource } from "lockstep";
import { stripeWebhook } from "lockstep/webhook";
import type { Pool } from "pg";
import { z } from "zod";

const InvoicePaid = z.object({
  type: z.literal("invoice.paid"),
  data: z.object({ object: z.object({ id: z.string(), amount_paid: z.int() }) }),
});

/** Makes the API; `afterwards` is for the test. */
export function webhookApi(pool: Pool, secret: string, afterwards: (eventId: string) => Promise<void> = async () => {}) {
  // #region transaction
  const transaction = resource({}, async function* () {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      yield client;
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  });

  const replays = depends({ transaction }, ({ transaction }) => ({
    async seen(id: string, expiresAt: number) {
      const insert = "INSERT INTO webhooks (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id";
      const { rows } = await transaction.query(insert, [id, expiresAt]);
      return rows.length === 0;
    },
  }));

  const event = stripeWebhook({ secrets: [secret], payload: InvoicePaid, replays });

  const paid = post("/hooks/stripe", { deps: { event, transaction }, status: 204 }, async ({ event, transaction }) => {
    const { id, amount_paid: amount } = event.payload.data.object;
    await transaction.query("INSERT INTO invoices (id, paid) VALUES ($1, $2)", [id, amount]);
    await afterwards(event.eventId);
  });
  // #endregion

  return createApi({ title: "Webhooks", version: "1.0.0", routes: [paid] });
}

// #region schema
export const schema = `
  CREATE TABLE webhooks (id text PRIMARY KEY, expires_at bigint NOT NULL);
  CREATE TABLE invoices (id text PRIMARY KEY, paid bigint NOT NULL)`;
// #endregion
