import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import { Webhook as Foreign } from "standardwebhooks";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { unchecked } from "../route/unchecked.ts";
import { secret } from "../secret/redacted.ts";
import { outgoingWebhook } from "./outgoing-webhook.ts";
import { sendWebhook } from "./send-webhook.ts";
import { whsec } from "./webhook.fixture.ts";

const Note = z.object({ id: z.string(), at: z.iso.datetime(), tags: z.array(z.string()).optional() });
const noteCreated = outgoingWebhook({ payload: z.object({ type: z.literal("note.created"), data: Note }) });
const at = new Date(0);
const payload = { type: "note.created", data: { id: "n1", at } } as const;
const written = '{"type":"note.created","data":{"id":"n1","at":"1970-01-01T00:00:00.000Z"}}';
const secrets = [whsec()] as const;

const received: { readonly headers: Record<string, string>; readonly body: string }[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(204).end();
  });
});
let to: { readonly url: string; readonly allowPrivateHosts: readonly string[] };

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  to = { url: `http://${host}/hooks`, allowPrivateHosts: [host] };
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received.length = 0;
});

test("an event is sent as JSON of its schema, and the receiver verifies it with an existing library", async () => {
  assert.equal(await noteCreated.send({ ...to, id: "msg_1", payload, secrets }), 204);
  const [{ headers, body } = { headers: {}, body: "" }] = received;
  assert.equal(body, written);
  assert.deepEqual(new Foreign(secrets[0]).verify(body, headers), JSON.parse(written));
});

test("the request has exactly the headers and the body that the document shows", async () => {
  await noteCreated.send({ ...to, id: "msg_1", payload, secrets });
  const api = createApi({ title: "t", version: "1", routes: [], webhooks: { noteCreated } });
  const operation = api.openapi().webhooks?.["noteCreated"]?.post;
  const sent = Object.keys(received[0]?.headers ?? {}).filter((name) => name.startsWith("webhook-"));
  assert.deepEqual(sent.toSorted(), operation?.parameters?.map(({ name }) => name).toSorted());
  assert.deepEqual(Object.keys(operation?.requestBody.content ?? {}), [received[0]?.headers["content-type"]]);
});

test("members that the schema does not declare are not sent", async () => {
  const wide = { ...payload, data: { ...payload.data, passwordHash: "hash" } };
  await noteCreated.send({ ...to, id: "msg_1", payload: wide, secrets });
  assert.equal(received[0]?.body, written);
});

test("an event that does not fit, holds a secret or cannot be JSON is not sent", async () => {
  const open = outgoingWebhook({ payload: unchecked("whatever the test sends") });
  const send = (given: unknown) => open.send({ ...to, id: "msg_1", payload: given, secrets });
  const misfit = { ...payload, data: { id: 1, at } } as unknown as typeof payload;
  await assert.rejects(noteCreated.send({ ...to, id: "msg_1", payload: misfit, secrets }), {
    code: "wrong_result",
    message: "the payload of a webhook: correct the result or the schema at /data/id: they do not fit",
  });
  await assert.rejects(send({ hash: secret("a") }), { code: "secret_in_response" });
  await assert.rejects(send(new Map()), {
    code: "wrong_result",
    message: /^the payload of a webhook: write\(\) received a collection/,
  });
  await assert.rejects(send(undefined), { code: "wrong_result" });
  assert.deepEqual(received, []);
  // The control: the same webhook sends what JSON has.
  assert.equal(await send({ a: 1 }), 204);
});

test("what write() returns is stored and sent later, with a new signature", async () => {
  const body = await noteCreated.write(payload);
  assert.equal(body, written);
  assert.equal(await sendWebhook({ ...to, id: "msg_1", body, secrets }), 204);
  assert.equal(received[0]?.body, written);
});

test("an asynchronous schema is waited for", async () => {
  const later = outgoingWebhook({ payload: z.object({ a: z.string().refine(async (value) => value === "x") }) });
  assert.equal(await later.write({ a: "x" }), '{"a":"x"}');
  await assert.rejects(later.write({ a: "y" }), { code: "wrong_result" });
});

test("a schema without JSON Schema, one that anything fits, and an unknown option do not start", () => {
  assert.throws(() => outgoingWebhook({ payload: z.unknown() }), {
    code: "wrong_schema",
    message: /^the payload of a webhook: list the members that may leave/,
  });
  assert.throws(() => outgoingWebhook({ payload: z.object({ at: z.date() }) }), { code: "wrong_schema" });
  assert.throws(() => outgoingWebhook({ payload: Note, mispelt: 1 } as { payload: typeof Note }), { code: "wrong_option" });
});
