import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, now, sign } from "./main.ts";

const at = 1_750_000_000;
const testing = api.with([[now, at]]);
const good = '{"type":"payment","amount":20}';

function send(raw: string, { sentAt = at, signature = sign(raw, sentAt) } = {}): Promise<string> {
  const headers = { "content-type": "application/json", "x-timestamp": String(sentAt), "x-signature": signature };
  return outcome(testing, "POST /webhooks/shop", { raw, headers });
}

test("accepts an event with a signature over its bytes and its time", async () => {
  assert.equal(await send(good), "200");
  assert.equal(await send('{ "amount": 20,  "type": "payment" }'), "200");
});

test("refuses a body that was changed after it was signed", async () => {
  assert.equal(await send(good.replace("20", "90"), { signature: sign(good, at) }), "401 invalid_token");
});

test("refuses an event that is sent again later", async () => {
  assert.equal(await send(good, { sentAt: at - 299 }), "200");
  assert.equal(await send(good, { sentAt: at - 301 }), "401 invalid_token");
  assert.equal(await send(good, { sentAt: at, signature: sign(good, at - 301) }), "401 invalid_token");
});

test("refuses an event whose time is not a number", async () => {
  const headers = { "content-type": "application/json", "x-timestamp": "now", "x-signature": sign(good, "now") };
  assert.equal(await outcome(testing, "POST /webhooks/shop", { raw: good, headers }), "401 invalid_token");
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

test("documents the signature and its time as the credential of the route", () => {
  const operation = api.openapi().paths["/webhooks/shop"]?.post;
  assert.deepEqual(operation?.security, [{ APIKeyHeader: [], "SignedHeader.X-Timestamp": [] }]);
  assert.deepEqual(Object.keys(operation?.requestBody?.content ?? {}), ["application/json"]);
});
