import assert from "node:assert/strict";
import { test } from "node:test";
import { Stripe } from "stripe";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, invoices, secret } from "./main.ts";

const stored = new Map<string, number>();
const testing = api.with([[invoices, stored]]);

/** Sends an event as Stripe does: signed by Stripe's own library, and with many members that the example does not use. */
function send(type: string, id: string, { paid = 2000, key = secret } = {}): Promise<string> {
  const object = { id, object: "invoice", amount_paid: paid, currency: "eur" };
  const raw = JSON.stringify({ id: `evt_${id}`, object: "event", api_version: "2026-01-01", type, data: { object } }, undefined, 2);
  const signature = new Stripe("sk_test_1").webhooks.generateTestHeaderString({ payload: raw, secret: key });
  const headers = { "content-type": "application/json; charset=utf-8", "stripe-signature": signature };
  return outcome(testing, "POST /hooks/stripe", { raw, headers });
}

test("stores a paid invoice that Stripe signed, once", async () => {
  assert.deepEqual([await send("invoice.paid", "in_1"), await send("invoice.paid", "in_1")], ["204", "200"]);
  assert.deepEqual([...stored], [["in_1", 2000]]);
});

test("accepts other types of events, and does nothing", async () => {
  assert.equal(await send("invoice.created", "in_2"), "204");
  assert.ok(!stored.has("in_2"));
});

test("refuses an event with the signature of somebody else", async () => {
  assert.equal(await send("invoice.paid", "in_3", { key: `${secret}x` }), "401 invalid_token");
  assert.ok(!stored.has("in_3"));
});

test("the document names the header", () => {
  assert.deepEqual(api.openapi().paths["/hooks/stripe"]?.post?.security, [{ "stripe.Stripe-Signature": [] }]);
});
