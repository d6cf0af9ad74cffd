/** Senders that have no function of their own, described by how they sign. */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { z } from "zod";
import { depends, nothing, path, post } from "../index.ts";
import type { WebhookDefinition } from "./definition.ts";
import { clock, mac, now, Paid, paid, receiverOf, receiving } from "./webhook.fixture.ts";
import { webhookSignature } from "./webhook-signature.ts";

const secret = randomBytes(16).toString("hex");

const slack = {
  sender: "slack",
  secrets: [secret],
  signatureHeader: "X-Slack-Signature",
  signedHeaders: { timestamp: "X-Slack-Request-Timestamp" },
  read: ({ signature, headers: { timestamp }, body }) =>
    signature.startsWith("v0=") ? { signatures: [signature.slice(3)], signed: [`v0:${timestamp}:`, body], timestamp } : undefined,
  payload: Paid,
  clock,
} as const satisfies WebhookDefinition<typeof Paid, "timestamp">;

const slackHeaders = (body: string, at: number | string = now, key = secret) => ({
  "x-slack-request-timestamp": String(at),
  "x-slack-signature": `v0=${mac(key, `v0:${at}:${body}`)}`,
});

test("Slack: the signature covers the time in a header of its own", async () => {
  const { send, api } = receiverOf(webhookSignature(slack));
  const { status, body } = await send(paid, slackHeaders(paid));
  assert.deepEqual([status, (body as { sentAt: number }).sentAt], [200, now * 1000]);
  for (const at of [now - 301, now + 301, `0${now}`])
    assert.equal((await send(paid, slackHeaders(paid, at))).outcome, "401 invalid_token");
  const other = { ...slackHeaders(paid), "x-slack-request-timestamp": String(now + 1) };
  assert.equal((await send(paid, other)).outcome, "401 invalid_token");
  assert.equal((await send(paid, { "x-slack-signature": slackHeaders(paid)["x-slack-signature"] })).outcome, "401 unauthenticated");
  const { securitySchemes } = api.openapi().components ?? {};
  assert.deepEqual(Object.keys(securitySchemes ?? {}), ["slack.X-Slack-Signature", "slack.X-Slack-Request-Timestamp"]);
});

test("Slack: a slash command is a form", async () => {
  const payload = z.object({ command: z.literal("/deploy"), channel_id: z.string(), count: z.int().optional() });
  const { send, api } = receiverOf(webhookSignature({ ...slack, format: "form", payload }));
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const form = "command=%2Fdeploy&channel_id=C1&count=2&added=1";
  const { status, body } = await send(form, { ...slackHeaders(form), ...type });
  assert.equal(status, 200);
  assert.deepEqual((body as { payload: unknown }).payload, { command: "/deploy", channel_id: "C1", count: 2 });
  assert.equal((await send(`${form}&count=3`, { ...slackHeaders(form), ...type })).outcome, "401 invalid_token");
  const twice = `${form}&count=3`;
  assert.equal((await send(twice, { ...slackHeaders(twice), ...type })).outcome, "400 repeated_parameter");
  assert.equal((await send(paid, slackHeaders(paid))).outcome, "415 unsupported_media_type");
  assert.deepEqual(Object.keys(api.openapi().paths["/hooks"]?.post?.requestBody?.content ?? {}), [type["content-type"]]);
});

const shopify = {
  sender: "shopify",
  secrets: [secret],
  signatureHeader: "X-Shopify-Hmac-SHA256",
  encoding: "base64",
  read: ({ signature, body }) => ({ signatures: [signature], signed: [body] }),
  payload: Paid,
} as const satisfies WebhookDefinition<typeof Paid>;

test("Shopify: the header is the signature in base64", async () => {
  const { send } = receiverOf(webhookSignature(shopify));
  const good = mac(secret, paid, "base64");
  const sent = async (value: string) => (await send(paid, { "x-shopify-hmac-sha256": value })).outcome;
  assert.equal(await sent(good), "200");
  for (const value of [
    mac(secret, paid),
    good.replace(/=+$/, ""),
    good.replaceAll("+", "-").replaceAll("/", "_") + "x",
    `${good}, ${good}`,
  ])
    assert.equal(await sent(value), "401 invalid_token", value);
});

test("Twilio: the signature covers the address of the webhook and the sorted fields, with SHA-1", async () => {
  const origin = "https://hooks.test";
  const twilio = webhookSignature({
    sender: "twilio",
    secrets: [secret],
    signatureHeader: "X-Twilio-Signature",
    encoding: "base64",
    hash: "SHA-1",
    read({ signature, path, query, body }) {
      const fields = [...new URLSearchParams(new TextDecoder().decode(body))].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return { signatures: [signature], signed: [`${origin}${path}?${query}`, ...fields.flat()] };
    },
    format: "form",
    payload: z.object({ From: z.string(), Body: z.string() }),
  });
  const { send } = receiverOf(twilio);
  const sign = (target: string, content: string) =>
    createHmac("sha1", secret).update(`${origin}${target}${content}`).digest("base64");
  const form = "From=%2B14155550100&Body=Hi";
  const headers = (target: string, content = "BodyHiFrom+14155550100") => ({
    "x-twilio-signature": sign(target, content),
    "content-type": "application/x-www-form-urlencoded",
  });
  assert.equal((await send(form, headers("/hooks?region=eu"), "/hooks?region=eu")).outcome, "200");
  assert.equal((await send(form, headers("/hooks?region=eu"), "/hooks?region=us")).outcome, "401 invalid_token");
  assert.equal(
    (await send(form, headers("/hooks?region=eu", "BodyHoFrom+14155550100"), "/hooks?region=eu")).outcome,
    "401 invalid_token",
  );
});

test("the hash is the definition's, and no other verifies", async () => {
  for (const hash of ["SHA-256", "SHA-384", "SHA-512", "SHA-1"] as const) {
    const { send } = receiverOf(webhookSignature({ ...shopify, hash }));
    for (const used of ["sha256", "sha384", "sha512", "sha1"]) {
      const value = createHmac(used, secret).update(paid).digest("base64");
      const expected = used === hash.replace("-", "").toLowerCase() ? "200" : "401 invalid_token";
      assert.equal((await send(paid, { "x-shopify-hmac-sha256": value })).outcome, expected, `${hash} ${used}`);
    }
  }
});

test("secrets may be bytes: those that a sender shows in hexadecimal or base64", async () => {
  const bytes = randomBytes(32);
  const { send } = receiverOf(webhookSignature({ ...shopify, secrets: [bytes] }));
  assert.equal((await send(paid, { "x-shopify-hmac-sha256": mac(bytes, paid, "base64") })).outcome, "200");
  assert.equal(
    (await send(paid, { "x-shopify-hmac-sha256": mac(bytes.toString("hex"), paid, "base64") })).outcome,
    "401 invalid_token",
  );
});

test("the id of an event is read from the signed content, and from nothing else", async () => {
  const event = webhookSignature({ ...slack, eventId: ({ payload }) => (payload as { id: string }).id });
  const { send } = receiverOf(event);
  const idOf = async (body: string) => ((await send(body, slackHeaders(body))).body as { eventId?: string }).eventId;
  assert.equal(await idOf(paid), "evt_1");
  // Without an id it is the digest of the signed content.
  assert.match((await idOf('{"type":"paid","amount":1}')) ?? "", /^[0-9a-f]{64}$/);
  for (const wrong of ['{"id":7,"type":"paid","amount":1}', '{"id":"","type":"paid","amount":1}'])
    assert.equal((await send(wrong, slackHeaders(wrong))).outcome, "500 internal_error");
});

test("an empty body is signed like any other; whether the event may be empty is the schema's to say", async () => {
  const headers = { "x-shopify-hmac-sha256": mac(secret, "", "base64") };
  const optional = receiverOf(webhookSignature({ ...shopify, payload: Paid.optional() }));
  const empty = async ({ api }: typeof optional, given: Record<string, string>) =>
    (await api.fetch(new Request("http://x/hooks", { method: "POST", headers: given }))).status;
  assert.equal(await empty(optional, headers), 200);
  assert.equal(await empty(receiverOf(webhookSignature(shopify)), headers), 422);
  assert.equal(await empty(optional, { "x-shopify-hmac-sha256": mac(secret, " ", "base64") }), 401);
});

test("a body of another encoding is refused after its signature, and a compressed one before", async () => {
  const { send } = receiverOf(webhookSignature(shopify));
  const signed = (bytes: Uint8Array) => ({ "x-shopify-hmac-sha256": mac(secret, bytes, "base64") });
  const utf16 = Uint8Array.from(Buffer.from(paid, "utf16le"));
  assert.equal((await send(utf16, signed(utf16))).outcome, "400 malformed_json");
  assert.equal((await send(utf16, signed(Buffer.from(paid)))).outcome, "401 invalid_token");
  const marked = Uint8Array.from(Buffer.from(`\uFEFF${paid}`));
  assert.equal((await send(marked, signed(marked))).outcome, "400 malformed_json");
  const latin = { ...signed(Buffer.from(paid)), "content-type": "application/json; charset=iso-8859-1" };
  assert.equal((await send(paid, latin)).outcome, "415 unsupported_charset");
  assert.equal(
    (await send(paid, { ...signed(Buffer.from(paid)), "content-encoding": "gzip" })).outcome,
    "415 unsupported_encoding",
  );
});

test("a request without a credential is refused before its body is read, and a body too large before it is verified", async () => {
  let pulled = 0;
  const receiver = receiving([post("/hooks", { deps: { event: webhookSignature(shopify) }, maxBodyBytes: 100 }, () => undefined)]);
  const stream = () =>
    new ReadableStream<Uint8Array>(
      { pull: (controller) => void ((pulled += 1) > 0 && controller.enqueue(new Uint8Array(64))) },
      { highWaterMark: 0 },
    );
  const ask = async (headers: Record<string, string>) => {
    const init = { method: "POST", body: stream(), headers: { "content-type": "application/json", ...headers }, duplex: "half" };
    return (await receiver.api.fetch(new Request("http://x/hooks", init as RequestInit))).status;
  };
  assert.equal(await ask({}), 401);
  assert.equal(pulled, 0);
  assert.equal(await ask({ "x-shopify-hmac-sha256": mac(secret, paid, "base64") }), 413);
});

test("secrets are looked up for each request, for example those of the tenant that the path names", async () => {
  const known = new Map([
    ["acme", [randomBytes(16).toString("hex")]],
    ["gone", []],
    ["weak", ["short"]],
  ]);
  const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose secret verifies") });
  const secrets = depends({ tenant }, ({ tenant: name }) => known.get(name) ?? []);
  const event = webhookSignature({ ...shopify, secrets });
  const { send, api } = receiving([post("/hooks/:tenant", { deps: { event }, status: 204 }, () => undefined)]);
  const ask = async (name: string, key: string) =>
    (await send(paid, { "x-shopify-hmac-sha256": mac(key, paid, "base64") }, `/hooks/${name}`)).outcome;
  const [acme = ""] = known.get("acme") ?? [];
  assert.equal(await ask("acme", acme), "204");
  // A new secret counts from the next request on, beside the old one.
  const next = randomBytes(16).toString("hex");
  known.set("acme", [next, acme]);
  assert.deepEqual([await ask("acme", acme), await ask("acme", next)], ["204", "204"]);
  known.set("acme", [next]);
  assert.equal(await ask("acme", acme), "401 invalid_token");
  // The answer does not say whether a tenant exists; a weak secret is the developer's mistake.
  for (const name of ["gone", "nobody"]) assert.equal(await ask(name, acme), "401 invalid_token", name);
  assert.equal(await ask("weak", "short"), "500 internal_error");
  assert.ok(api.openapi().paths["/hooks/{tenant}"]?.post !== undefined);
});

test("what a client may choose freely does not decide which secret verifies", () => {
  const tenant = path("tenant", z.string());
  const secrets = depends({ tenant }, () => [secret]);
  assert.throws(() => webhookSignature({ ...shopify, secrets }), { code: "wrong_dependency", message: /remove the input/ });
});

test("a definition that cannot be used does not build, and the message says what to write", () => {
  const build = (change: object) => () => webhookSignature({ ...slack, ...change });
  const wrong = (message: RegExp, code = "wrong_option") => ({ code, message });
  build({})();
  for (const sender of [undefined, "", "a b", 1])
    assert.throws(build({ sender }), wrong(/^webhookSignature\(\): set sender to a name/));
  for (const signatureHeader of [undefined, "", "X Signature", "X-Sig:"])
    assert.throws(build({ signatureHeader }), wrong(/write each header as a token/));
  assert.throws(build({ signedHeaders: { timestamp: "a b" } }), wrong(/write each header as a token/));
  for (const signedHeaders of [null, "X-Time", { a: "x-slack-signature" }, { a: "X-Time", b: "x-time" }])
    assert.throws(build({ signedHeaders }), { code: "wrong_option" }, JSON.stringify(signedHeaders));
  assert.throws(build({ encoding: "base64url" }), wrong(/set encoding to "hex" or "base64"/));
  for (const hash of ["sha256", "MD5", null]) assert.throws(build({ hash }), wrong(/set hash to one of SHA-256/));
  assert.throws(build({ format: "xml" }), wrong(/set format to "json" or "form"/));
  assert.throws(build({ read: undefined }), wrong(/set read to a function/));
  assert.throws(build({ eventId: "id" }), wrong(/set eventId to a function/));
  assert.throws(build({ clock: now }), wrong(/set clock to a function/));
  assert.throws(build({ payload: undefined }), { code: "wrong_schema" });
  assert.throws(build({ payload: {} }), { code: "wrong_schema" });
  assert.throws(build({ signatureHeader: "Authorization", signedHeaders: {} }), { code: "wrong_scheme" });
  assert.throws(build({ signedHeaders: { a: "Cookie" } }), { code: "wrong_scheme" });
  for (const secrets of [[], "secret", undefined, [""], ["short"], [null]])
    assert.throws(build({ secrets }), { name: "BuildError" });
});

test("read that returns anything else, or throws, ends the request with 500", async () => {
  for (const read of [
    () => ({}),
    () => null,
    () => ({ signatures: "a", signed: [] }),
    () => ({ signatures: [], signed: [1] }),
    () => assert.fail("a bug"),
    async () => undefined,
  ]) {
    const { send } = receiverOf(webhookSignature({ ...slack, read: read as unknown as typeof slack.read }));
    assert.equal((await send(paid, slackHeaders(paid))).outcome, "500 internal_error");
  }
});

test("a right signature that does not cover the body is 500, and a wrong one still 401", async () => {
  const signing = (signed: (id: string, body: Uint8Array) => readonly (string | Uint8Array)[]) =>
    receiverOf(
      webhookSignature({
        ...shopify,
        signedHeaders: { id: "X-Id" },
        read: ({ signature, headers: { id }, body }) => ({ signatures: [signature], signed: signed(id, body) }),
      }),
    );
  const headers = (content: string) => ({ "x-id": "msg_1", "x-shopify-hmac-sha256": mac(secret, content, "base64") });

  // Anyone who has recorded the headers could send any event with them.
  const forgotten = signing((id) => [id]);
  assert.equal((await forgotten.send(paid, headers("msg_1"))).outcome, "500 internal_error");
  assert.equal((await forgotten.send(paid, headers("msg_2"))).outcome, "401 invalid_token");

  const asBytes = signing((id, body) => [id, body]);
  const asText = signing((id, body) => [`${id}${new TextDecoder().decode(body)}`]);
  for (const { send } of [asBytes, asText]) {
    assert.equal((await send(paid, headers("msg_1"))).outcome, "401 invalid_token");
    assert.equal((await send(paid, headers(`msg_1${paid}`))).outcome, "200");
  }
});

test("a header full of signatures costs one computation for each secret", async (t) => {
  const sign = t.mock.method(crypto.subtle, "sign");
  const many = webhookSignature({
    ...shopify,
    secrets: [secret, randomBytes(16).toString("hex")],
    read: ({ signature, body }) => ({ signatures: signature.split(" "), signed: [body] }),
  });
  const wrong = randomBytes(32).toString("base64");
  const header = Array.from({ length: 180 }, () => wrong).join(" ");
  assert.equal((await receiverOf(many).send(paid, { "x-shopify-hmac-sha256": header })).outcome, "401 invalid_token");
  assert.equal(sign.mock.callCount(), 2);
});

test("an event can be replaced in a test of the handler", async () => {
  const event = webhookSignature(slack);
  const { api } = receiving([post("/hooks", { status: 200, deps: { event } }, ({ event: { payload } }) => payload.amount)]);
  const stand = {
    sender: "slack",
    eventId: "e1",
    sentAt: undefined,
    payload: { type: "paid", amount: 7 } as const,
    body: new Uint8Array(),
  };
  const answer = await api.with([[event, stand]]).fetch(new Request("http://x/hooks", { method: "POST" }));
  assert.deepEqual([answer.status, await answer.text()], [200, "7"]);
});
