import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, payments, sign } from "./main.ts";

const received: number[] = [];
const testing = api.with([[payments, received]]);
const at = Math.floor(Date.now() / 1000);
const good = '{"type":"payment","amount":20}';

function send(
  raw: string,
  { sentAt = at, signature = "" }: { sentAt?: number | string; signature?: string } = {},
): Promise<string> {
  const headers = {
    "content-type": "application/json",
    "x-timestamp": String(sentAt),
    "x-signature": signature || sign(raw, sentAt),
  };
  return outcome(testing, "POST /webhooks/shop", { raw, headers });
}

test("accepts an event with a signature over its bytes and its time", async () => {
  assert.equal(await send(good), "204");
  assert.equal(await send('{ "amount": 30,  "type": "payment", "added": "later" }'), "204");
  assert.deepEqual(received, [20, 30]);
});

test("handles an event once", async () => {
  const count = received.length;
  const event = '{"type":"payment","amount":40}';
  assert.deepEqual([await send(event), await send(event)], ["204", "200"]);
  assert.equal(received.length, count + 1);
});

test("refuses a body that was changed after it was signed", async () => {
  assert.equal(await send(good.replace("20", "90"), { signature: sign(good, at) }), "401 invalid_token");
});

test("refuses an event that is sent again later, or whose time is not a number", async () => {
  for (const sentAt of [at - 400, at + 400, "now"]) assert.equal(await send(good, { sentAt }), "401 invalid_token");
  assert.equal(await send(good, { sentAt: at, signature: sign(good, at - 400) }), "401 invalid_token");
});

test("refuses an event without a signature or a time before it is read", async () => {
  const type = { "content-type": "application/json" };
  for (const one of [{ "x-timestamp": String(at) }, { "x-signature": sign(good, at) }]) {
    assert.equal(await outcome(testing, "POST /webhooks/shop", { raw: good, headers: { ...type, ...one } }), "401 unauthenticated");
  }
});

test("reports the errors of an event only to a sender with a valid signature", async () => {
  assert.equal(await send('{"type":"payment","amount":-1}'), "422 invalid_input");
  assert.equal(await send('{"type":"payment","amount":-1}', { signature: "0".repeat(64) }), "401 invalid_token");
});

test("documents the signature and its time as the credential of the route", async () => {
  const operation = api.openapi().paths["/webhooks/shop"]?.post;
  assert.deepEqual(operation?.security, [{ "shop.X-Signature": [], "shop.X-Timestamp": [] }]);
  assert.deepEqual(Object.keys(operation?.requestBody?.content ?? {}), ["application/json"]);
  assert.equal((await ask(api, "GET /docs")).status, 200);
});
