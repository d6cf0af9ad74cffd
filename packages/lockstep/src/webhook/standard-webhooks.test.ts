import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Webhook as Foreign } from "standardwebhooks";
import { z } from "zod";
import type { AuditEvent } from "../audit/event.ts";
import { allow, authorize, createApi, deny, post } from "../index.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { clock, mac, now, Paid, paid, receiverOf, whsec } from "./webhook.fixture.ts";

const secret = whsec();
const key = Buffer.from(secret.slice(6), "base64");
const receiver = receiverOf(standardWebhooks({ secrets: [secret], payload: Paid, clock }));

/** The headers that the specification's own library makes. */
function signedBy(given: string, body = paid, { id = "msg_1", at = now } = {}) {
  const signature = new Foreign(given).sign(id, new Date(at * 1000), body);
  return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature };
}

const good = signedBy(secret);
const outcome = async (headers: Readonly<Record<string, string>>, body = paid) => (await receiver.send(body, headers)).outcome;
const changed = (change: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries({ ...good, ...change }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

test("accepts what the library of the specification signs, and hands on the event, its id and its time", async () => {
  const { status, body } = await receiver.send(paid, good);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    sender: "standard-webhooks",
    eventId: "msg_1",
    sentAt: now * 1000,
    payload: { type: "paid", amount: 20 },
    body: paid,
  });
});

test("the published example of the specification verifies", async () => {
  const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"test": 2432232314}';
  const at = 1_614_265_330;
  const event = standardWebhooks({ secrets: [published], payload: z.object({ test: z.number() }), clock: () => at * 1000 });
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": String(at),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  assert.equal((await receiverOf(event).send(body, headers)).outcome, "200");
  assert.equal((await receiverOf(event).send(body.replace("2", "3"), headers)).outcome, "401 invalid_token");
});

test("a body that was changed or only written again is refused: the signature covers its bytes", async () => {
  assert.equal(await outcome(good), "200");
  for (const body of [paid.replace("20", "90"), JSON.stringify(JSON.parse(paid), undefined, 1), `${paid}\n`, ` ${paid}`, ""])
    assert.equal(await outcome(good, body), "401 invalid_token", body);
});

test("a header of another request does not fit: the id and the time are signed, too", async () => {
  for (const change of [{ "webhook-id": "msg_2" }, { "webhook-timestamp": String(now + 1) }])
    assert.equal(await outcome(changed(change)), "401 invalid_token", JSON.stringify(change));
});

test("a request without one of the three headers, or with an empty one, is refused before its body is read", async () => {
  for (const name of Object.keys(good)) {
    for (const value of [undefined, ""]) assert.equal(await outcome(changed({ [name]: value })), "401 unauthenticated", name);
  }
});

test("the time may be five minutes off, in both directions and no further", async () => {
  for (const [at, expected] of [
    [now - 300, "200"],
    [now + 300, "200"],
    [now - 301, "401 invalid_token"],
    [now + 301, "401 invalid_token"],
    [0, "401 invalid_token"],
  ] as const)
    assert.equal(await outcome(signedBy(secret, paid, { at })), expected, String(at));
});

test("the tolerance can be narrower, and nothing switches it off", async () => {
  const narrow = receiverOf(standardWebhooks({ secrets: [secret], payload: Paid, clock, toleranceSeconds: 10 }));
  assert.equal((await narrow.send(paid, signedBy(secret, paid, { at: now - 10 }))).outcome, "200");
  assert.equal((await narrow.send(paid, signedBy(secret, paid, { at: now - 11 }))).outcome, "401 invalid_token");
  for (const toleranceSeconds of [0, -1, 3601, Infinity, NaN, 1.5, "300" as unknown as number])
    assert.throws(() => standardWebhooks({ secrets: [secret], payload: Paid, toleranceSeconds }), { code: "wrong_option" });
});

test("a time has one spelling, although the signature over another one is right", async () => {
  const signed = (timestamp: string) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac(key, `msg_1.${timestamp}.${paid}`, "base64")}`,
  });
  assert.equal(await outcome(signed(String(now))), "200");
  const others = [
    `0${now}`,
    `+${now}`,
    `-${now}`,
    `${now}.0`,
    `${now}e0`,
    "1.75e9",
    `${now}x`,
    `${now * 1000}`,
    "0x684ee180",
    "now",
    "NaN",
    "Infinity",
    `${now},${now}`,
  ];
  for (const other of others) assert.equal(await outcome(signed(other)), "401 invalid_token", other);
});

test("one right signature of version 1 among others is enough; unknown versions are ignored", async () => {
  const right = good["webhook-signature"];
  const wrong = `v1,${randomBytes(32).toString("base64")}`;
  const other = `v1a,${randomBytes(64).toString("base64")}`;
  for (const header of [`${wrong} ${right}`, `${right} ${wrong}`, `${other} ${right} v2,x`, `${right} ${right}`])
    assert.equal(await outcome(changed({ "webhook-signature": header })), "200", header);
  // The right bytes under another version, or none at all.
  const value = right.slice(3);
  for (const header of [
    wrong,
    other,
    `v1a,${value}`,
    `v2,${value}`,
    `V1,${value}`,
    value,
    "v1",
    "v1,",
    `v1=${value}`,
    `${right},`,
    `${right}, ${right}`,
  ])
    assert.equal(await outcome(changed({ "webhook-signature": header })), "401 invalid_token", header);
});

test("a signature that is not base64 with padding is refused, although a lenient reader would take it", async () => {
  const value = good["webhook-signature"].slice(3);
  const hex = Buffer.from(value, "base64").toString("hex");
  for (const other of [
    value.replace("=", ""),
    `${value}=`,
    value.replace("=", "%3D"),
    hex,
    value.toLowerCase(),
    value.slice(0, 20),
  ])
    assert.equal(await outcome(changed({ "webhook-signature": `v1,${other}` })), "401 invalid_token", other);
});

test("two headers are not one signature each", async () => {
  const request = (double: boolean) => {
    const headers = new Headers({ ...good, "content-type": "application/json" });
    if (double) headers.append("webhook-signature", good["webhook-signature"]);
    return receiver.api.fetch(new Request("http://x/hooks", { method: "POST", body: paid, headers }));
  };
  assert.equal((await request(false)).status, 200);
  // A host on fetch sees one header with a comma; others answer 400.
  assert.equal((await request(true)).status, 401);
});

test("a header of more than 16 KiB is refused without a signature being computed", async () => {
  const long = changed({ "webhook-signature": `${good["webhook-signature"]} ${"x".repeat(16384)}` });
  const { outcome: told, reasons } = await receiver.send(paid, long);
  assert.equal(told, "401 invalid_token");
  assert.deepEqual(reasons, ["header: longer than 16384 bytes (maxCredentialBytes)"]);
});

test("each of several secrets verifies, and a secret that is gone does not", async () => {
  const [old, next] = [whsec(), whsec(24)];
  const both = receiverOf(standardWebhooks({ secrets: [next, old], payload: Paid, clock }));
  assert.equal((await both.send(paid, signedBy(old))).outcome, "200");
  assert.equal((await both.send(paid, signedBy(next))).outcome, "200");
  assert.equal((await both.send(paid, good)).outcome, "401 invalid_token");
  const later = receiverOf(standardWebhooks({ secrets: [next], payload: Paid, clock }));
  assert.equal((await later.send(paid, signedBy(old))).outcome, "401 invalid_token");
  // The sender signs with both while it replaces one.
  const twice = {
    ...signedBy(old),
    "webhook-signature": `${signedBy(old)["webhook-signature"]} ${signedBy(next)["webhook-signature"]}`,
  };
  assert.equal((await later.send(paid, twice)).outcome, "200");
});

test("all failures of a signature have one answer, byte for byte; the audit log says which it was", async () => {
  const failures = {
    "no signature is right": changed({ "webhook-id": "msg_2" }),
    "the request is too old": signedBy(secret, paid, { at: now - 301 }),
    "the time is in the future": signedBy(secret, paid, { at: now + 301 }),
    "the time is not a number of seconds": changed({ "webhook-timestamp": "now" }),
  };
  const answers = new Set<string>();
  for (const [reason, headers] of Object.entries(failures)) {
    const { body, reasons, headers: answered } = await receiver.send(paid, headers);
    assert.deepEqual(reasons, [reason]);
    answers.add(JSON.stringify([body, answered.get("www-authenticate")]));
  }
  assert.equal(answers.size, 1);
  const text = [...answers].join();
  for (const part of ["secret", good["webhook-signature"], "old", "future"]) assert.ok(!text.includes(part), part);
});

test("headers of another prefix are read instead, such as those of Svix", async () => {
  const svix = receiverOf(standardWebhooks({ sender: "clerk", secrets: [secret], headerPrefix: "svix", payload: Paid, clock }));
  const renamed = Object.fromEntries(Object.entries(good).map(([name, value]) => [name.replace("webhook", "svix"), value]));
  assert.equal((await svix.send(paid, renamed)).outcome, "200");
  assert.equal((await svix.send(paid, good)).outcome, "401 unauthenticated");
  for (const headerPrefix of ["", "a b", "a:", 1 as unknown as string])
    assert.throws(() => standardWebhooks({ secrets: [secret], headerPrefix, payload: Paid }), { code: "wrong_option" });
});

test("a secret is base64 of at least 24 bytes, with or without whsec_", async () => {
  const build =
    (...secrets: unknown[]) =>
    () =>
      standardWebhooks({ secrets: secrets as [string], payload: Paid });
  for (const fine of [whsec(24), whsec(64), whsec().slice(6)]) build(fine)();
  for (const [weak, code] of [
    [whsec(23), "weak_key"],
    ["whsec_", "weak_key"],
    [`whsec_${Buffer.alloc(32).toString("base64")}`, "weak_key"],
    ["whsec_not base64", "wrong_key"],
    ["whpk_abc!", "wrong_key"],
    [undefined, "wrong_option"],
    [1, "wrong_option"],
  ] as const) {
    assert.throws(
      build(weak),
      (error: Error & { code: string }) => error.code === code && !error.message.includes(String(weak ?? "—")),
    );
  }
  assert.throws(build(), { code: "wrong_option", message: /set secrets to a list of at least one secret/ });
  assert.throws(build(whsec(), undefined), { message: /is the environment variable set\?/ });
});

test("an event that does not fit its schema is 422, and its errors are shown to the sender only", async () => {
  const body = '{"type":"paid","amount":"a lot"}';
  assert.equal(await outcome(signedBy(secret, body), body), "422 invalid_input");
  assert.equal(await outcome(good, body), "401 invalid_token");
  const broken = '{"type":';
  assert.equal(await outcome(signedBy(secret, broken), broken), "400 malformed_json");
  assert.equal(await outcome(good, broken), "401 invalid_token");
  const twice = '{"type":"paid","type":"paid","amount":1}';
  assert.equal(await outcome(signedBy(secret, twice), twice), "400 duplicate_member");
});

test("the principal is the sender: guards and the audit log see it", async () => {
  const event = standardWebhooks({ sender: "clerk", secrets: [secret], payload: Paid, clock });
  const large = authorize({ event }, ({ event: { payload } }) => (payload.amount > 100 ? allow(payload) : deny("small")));
  const events: AuditEvent[] = [];
  const routes = [post("/hooks", { deps: { large } }, () => undefined)];
  const api = createApi({ title: "t", version: "1", audit: (each) => void events.push(each), routes });
  const send = async (body: string) => {
    const headers = { ...signedBy(secret, body), "content-type": "application/json" };
    return (await api.fetch(new Request("http://x/hooks", { method: "POST", body, headers }))).status;
  };
  assert.equal(await send('{"type":"paid","amount":200}'), 204);
  assert.equal(events.length, 0);
  assert.equal(await send(paid), 403);
  assert.deepEqual(
    events.map((each) => [each.type, each.subjects]),
    [["authorization.denied", ["clerk"]]],
  );
});

test("OpenAPI", () => {
  const { paths, components } = receiver.api.openapi();
  const operation = paths["/hooks"]?.post;
  const names = ["signature", "id", "timestamp"].map((name) => `standard-webhooks.webhook-${name}`);
  assert.deepEqual(operation?.security, [Object.fromEntries(names.map((name) => [name, []]))]);
  assert.deepEqual(Object.keys(components?.securitySchemes ?? {}), names);
  assert.deepEqual(components?.securitySchemes?.[names[0] ?? ""], {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description: "HMAC-SHA256 of `id.timestamp.body`, as `v1,` and base64 (Standard Webhooks).",
  });
  assert.deepEqual(operation?.requestBody, {
    required: true,
    content: {
      "application/json": {
        schema: {
          type: "object",
          properties: {
            type: { type: "string", const: "paid" },
            amount: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
          },
          required: ["type", "amount"],
        },
      },
    },
  });
  assert.deepEqual(operation?.["x-lockstep-identifies-nothing"], {
    body: "signed by standard-webhooks",
    rawBody: "signed by standard-webhooks",
  });
  assert.deepEqual(Object.keys(operation?.responses ?? {}), ["400", "401", "413", "415", "422", "2XX"]);
});
