import assert from "node:assert/strict";
import { test } from "node:test";
import { Stripe } from "stripe";
import { stripeWebhook } from "./stripe-webhook.ts";
import { clock, mac, now, Paid, paid, receiverOf, whsec } from "./webhook.fixture.ts";

const secret = whsec();
const stripe = new Stripe("sk_test_1");
const receiver = receiverOf(stripeWebhook({ secrets: [secret], payload: Paid, clock }));

/** The header that Stripe's own library makes for tests. */
function signedBy(given: string, payload = paid, timestamp = now): string {
  return stripe.webhooks.generateTestHeaderString({ payload, secret: given, timestamp });
}

const outcome = async (header: string, body = paid) => (await receiver.send(body, { "stripe-signature": header })).outcome;
const good = signedBy(secret);
const value = good.slice(good.indexOf("v1=") + 3);

test("accepts what Stripe's library signs, and hands on the event with the id that Stripe gave it", async () => {
  const { status, body } = await receiver.send(paid, { "stripe-signature": good });
  assert.equal(status, 200);
  const payload = { type: "paid", amount: 20 };
  assert.deepEqual(body, { sender: "stripe", eventId: "evt_1", sentAt: now * 1000, payload, body: paid });
});

test("refuses what Stripe's library refuses, too", async () => {
  const theirs = (header: string, body = paid) => {
    try {
      stripe.webhooks.constructEvent(body, header, secret, 300, undefined, now * 1000);
      return "200";
    } catch {
      return "401 invalid_token";
    }
  };
  const headers = [
    good,
    `t=${now},v1=${value},v1=00,v0=${value}`,
    `t=${now},v0=${value}`,
    `t=${now + 1},v1=${value}`,
    `v1=${value}`,
    `t=${now}`,
  ];
  for (const header of [...headers, signedBy(secret, paid, now - 301), signedBy(whsec())]) {
    assert.equal(await outcome(header), theirs(header), header);
  }
  assert.equal(await outcome(good, paid.replace("20", "90")), theirs(good, paid.replace("20", "90")));
});

test("commas are part of the header: it is not taken for several credentials", async () => {
  assert.ok(good.includes(","));
  assert.equal(await outcome(good), "200");
});

test("several signatures of version 1 are tried, and other versions ignored", async () => {
  const zeros = "0".repeat(64);
  for (const header of [
    `t=${now},v1=${zeros},v1=${value}`,
    `t=${now},v1=${value},v1=${zeros},v0=${zeros}`,
    `v2=x,v1=${value},t=${now}`,
    `t=${now},v1=${value},v1=`,
  ])
    assert.equal(await outcome(header), "200", header);
  for (const header of [
    `t=${now},v1=${zeros}`,
    `t=${now},v0=${value}`,
    `t=${now},V1=${value}`,
    `t=${now},${value}`,
    `t=${now},v1=${value}=`,
  ])
    assert.equal(await outcome(header), "401 invalid_token", header);
});

test("a header without exactly one time is refused: a proxy may have joined two headers", async () => {
  const later = signedBy(secret, paid, now + 1);
  for (const header of [
    `v1=${value}`,
    `t=,v1=${value}`,
    `t=${now},t=${now},v1=${value}`,
    `${good}, ${later}`,
    `${good},${later}`,
    "",
    ",",
    "=",
  ])
    assert.equal(await outcome(header), header === "" ? "401 unauthenticated" : "401 invalid_token", header);
});

test("the time is signed, may be five minutes off, and has one spelling", async () => {
  for (const at of [now - 300, now + 300]) assert.equal(await outcome(signedBy(secret, paid, at)), "200");
  for (const at of [now - 301, now + 301]) assert.equal(await outcome(signedBy(secret, paid, at)), "401 invalid_token");
  assert.equal(await outcome(`t=${now + 1},v1=${value}`), "401 invalid_token");
  for (const at of [`0${now}`, `-${now}`, "1.75e9", `${now}.5`, " 1"])
    assert.equal(await outcome(`t=${at},v1=${mac(secret, `${at}.${paid}`)}`), "401 invalid_token", at);
});

test("a signature is hexadecimal, in any case; other spellings of the same bytes are refused", async () => {
  assert.equal(await outcome(`t=${now},v1=${value.toUpperCase()}`), "200");
  for (const other of [
    value.slice(1),
    value.slice(2),
    `${value}00`,
    `0x${value}`,
    Buffer.from(value, "hex").toString("base64").slice(0, 43),
    " ".repeat(64),
  ])
    assert.equal(await outcome(`t=${now},v1=${other}`), "401 invalid_token", other);
});

test("the secret is the whole text with its prefix, not what the prefix is in front of", async () => {
  const bytes = Buffer.from(secret.slice(6), "base64");
  assert.equal(await outcome(`t=${now},v1=${mac(bytes, `${now}.${paid}`)}`), "401 invalid_token");
  assert.equal(await outcome(`t=${now},v1=${mac(secret, `${now}.${paid}`)}`), "200");
});

test("an API key in the place of the secret does not build, and no message shows a secret", () => {
  for (const [wrong, code] of [
    ["sk_live_51H8ZqYJ3nCk9d7Lw2", "wrong_key"],
    ["whsec_1", "weak_key"],
    ["", "wrong_key"],
    ["whsec_this_is_my_secret_password", "weak_key"],
  ] as const) {
    assert.throws(
      () => stripeWebhook({ secrets: [wrong], payload: Paid }),
      (error: Error & { code: string }) =>
        error.code === code && error.message.startsWith("stripeWebhook(): ") && !(wrong && error.message.includes(wrong)),
    );
  }
});

test("an event without an id of its own has the digest of the signed content", async () => {
  const anonymous = '{"type":"paid","amount":1}';
  const { body } = await receiver.send(anonymous, { "stripe-signature": signedBy(secret, anonymous) });
  assert.match((body as { eventId: string }).eventId, /^[0-9a-f]{64}$/);
  const numbered = '{"id":1,"type":"paid","amount":1}';
  const second = await receiver.send(numbered, { "stripe-signature": signedBy(secret, numbered) });
  assert.match((second.body as { eventId: string }).eventId, /^[0-9a-f]{64}$/);
});

test("OpenAPI", () => {
  const { paths, components } = receiver.api.openapi();
  assert.deepEqual(paths["/hooks"]?.post?.security, [{ "stripe.Stripe-Signature": [] }]);
  assert.deepEqual(components?.securitySchemes, {
    "stripe.Stripe-Signature": {
      type: "apiKey",
      in: "header",
      name: "Stripe-Signature",
      description: "HMAC-SHA256 of `t.body`, as `t=seconds,v1=hexadecimal`.",
    },
  });
});
