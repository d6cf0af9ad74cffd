import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Webhook as Foreign } from "standardwebhooks";
import { Redacted } from "../index.ts";
import { signWebhook } from "./sign-webhook.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { clock, now, Paid, paid, receiverOf, whsec } from "./webhook.fixture.ts";

const secret = whsec();

test("the library of the specification verifies its signatures, and so does this package", async () => {
  const signed = await signWebhook({ id: "msg_1", body: paid, secrets: [secret] });
  assert.deepEqual(new Foreign(secret).verify(paid, { ...signed }), JSON.parse(paid));
  assert.throws(() => new Foreign(secret).verify(paid.replace("20", "90"), { ...signed }));
  const receiver = receiverOf(standardWebhooks({ secrets: [secret], payload: Paid }));
  assert.equal((await receiver.send(paid, { ...signed })).outcome, "200");
});

test("the signature is the library's, for text and for bytes", async () => {
  for (const body of [paid, "", '{"text":"žluťoučký 🐎"}']) {
    const wanted = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(now),
      "webhook-signature": new Foreign(secret).sign("msg_1", new Date(now * 1000), body),
    };
    assert.deepEqual(await signWebhook({ id: "msg_1", body, secrets: [secret], clock }), wanted);
    assert.deepEqual(await signWebhook({ id: "msg_1", body: Buffer.from(body), secrets: [new Redacted(secret)], clock }), wanted);
  }
});

test("signs with each secret while the receiver replaces one", async () => {
  const next = whsec();
  const signed = await signWebhook({ id: "msg_1", body: paid, secrets: [next, secret], clock });
  assert.equal(signed["webhook-signature"].split(" ").length, 2);
  for (const known of [secret, next]) {
    const receiver = receiverOf(standardWebhooks({ secrets: [known], payload: Paid, clock }));
    assert.equal((await receiver.send(paid, { ...signed })).outcome, "200");
  }
});

test("refuses what would not be signed, or not verified", async () => {
  const fine = { id: "msg_1", body: paid, secrets: [secret] } as const;
  await signWebhook(fine);
  for (const [change, code] of [
    [{ id: "" }, "wrong_option"],
    [{ id: "a b" }, "wrong_option"],
    [{ id: "a\r\nb" }, "wrong_option"],
    [{ id: "é" }, "wrong_option"],
    [{ body: {} }, "wrong_option"],
    [{ body: undefined }, "wrong_option"],
    [{ secrets: [] }, "wrong_option"],
    [{ secrets: secret }, "wrong_option"],
    [{ secrets: [randomBytes(20)] }, "weak_key"],
    [{ secrets: ["whsec_?"] }, "wrong_key"],
  ] as const)
    await assert.rejects(signWebhook({ ...fine, ...(change as object) }), { code }, JSON.stringify(change));
});
