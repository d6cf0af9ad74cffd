import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, mock, test } from "node:test";
import { Webhook as Foreign } from "standardwebhooks";
import { BuildError, Unavailable } from "../problem/error.ts";
import { sendWebhook } from "./send-webhook.ts";
import { whsec } from "./webhook.fixture.ts";

const secrets = [whsec()] as const;
const message = { id: "msg_1", body: '{"text":"žluťoučký 🐎"}', secrets };

/** A receiver: the requests that reached it, and its next answer. */
const received: { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: string }[] = [];
let answer: (response: ServerResponse) => unknown;
let asked = Promise.withResolvers<void>();
const server = createServer((request, response) => {
  void text(request).then((body) => {
    received.push({ path: request.url ?? "", headers: request.headers, body });
    asked.resolve();
    answer(response);
  });
});
let host = "";

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received.length = 0;
  asked = Promise.withResolvers();
  answer = (response) => response.writeHead(204).end();
});

const send = (added: object = {}): Promise<number> =>
  sendWebhook({ ...message, url: `http://${host}/hooks?a=1`, allowPrivateHosts: [host], ...added });

const unsent = (reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Unavailable);
  assert.match(error.message, reason);
  return true;
};

test("the receiver verifies the bytes that arrive", async () => {
  assert.equal(await send(), 204);
  const length = String(Buffer.byteLength(message.body));
  const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = received;
  assert.deepEqual([path, headers["content-type"], headers["content-length"]], ["/hooks?a=1", "application/json", length]);
  const signed = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("webhook-")));
  assert.deepEqual(new Foreign(secrets[0]).verify(body, signed as Record<string, string>), JSON.parse(message.body));
});

test("bytes and another media type are sent as they are", async () => {
  assert.equal(await send({ body: Buffer.from("a=1"), type: "application/x-www-form-urlencoded" }), 204);
  assert.deepEqual([received[0]?.body, received[0]?.headers["content-type"]], ["a=1", "application/x-www-form-urlencoded"]);
});

test("every answer is a status, and a redirect is not followed", async () => {
  for (const status of [200, 302, 410, 500]) {
    answer = (response) => response.writeHead(status, { location: "/elsewhere" }).end("x".repeat(1_000_000));
    assert.equal(await send(), status);
  }
  assert.deepEqual(new Set(received.map(({ path }) => path)), new Set(["/hooks?a=1"]));
});

test("a URL that leads into the sender's own network is not requested", async () => {
  const port = host.split(":")[1] ?? "";
  const urls = [
    `http://${host}/`,
    `https://localhost:${port}/`,
    `https://2130706433:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    "https://169.254.169.254/latest/meta-data",
    "https://intranet/",
    "http://hooks.example.com/",
    `https://user:pass@hooks.example.com/`,
    "ftp://hooks.example.com/",
    "/hooks",
  ];
  for (const url of urls) await assert.rejects(send({ url, allowPrivateHosts: [] }), unsent(/^A webhook was not sent: its/), url);
  assert.deepEqual(received, []);
  assert.equal(await send(), 204, "the control");
});

test("a name is resolved once, and each of its addresses must be public", async () => {
  const names: string[] = [];
  const resolveTo = (...addresses: string[]) => ({
    url: "https://hooks.example.com/",
    allowPrivateHosts: [],
    resolve: async (name: string) => {
      names.push(name);
      return addresses;
    },
  });
  for (const addresses of [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], []])
    await assert.rejects(send(resolveTo(...addresses)), unsent(/its host has no address, or one that is not public/));
  assert.deepEqual(names, Array(3).fill("hooks.example.com"));
  // The control: a name that is allowed leads to the address that was resolved, and no other lookup is made.
  const url = `https://hooks.example.com:${host.split(":")[1] ?? ""}/`;
  const allowed = { ...resolveTo("127.0.0.1"), url, allowPrivateHosts: ["hooks.example.com"] };
  // The receiver has no TLS, so the connection was made and the handshake fails.
  await assert.rejects(send(allowed), unsent(/could not be sent/));
});

test("a receiver that does not answer in time, or hangs up, is an error", async () => {
  answer = (response) => response.destroy();
  await assert.rejects(send(), unsent(/could not be sent/));
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    asked = Promise.withResolvers();
    answer = () => {};
    const sent = assert.rejects(send({ timeoutMs: 5000 }), unsent(/was not answered within 5000 ms/));
    await asked.promise;
    mock.timers.tick(5000);
    await sent;
  } finally {
    mock.timers.reset();
  }
});

test("wrong options are told to the developer", async () => {
  for (const added of [{ timeoutMs: 0 }, { timeoutMs: 60_001 }, { timeOutMs: 1 }, { id: "" }, { body: {} }])
    await assert.rejects(send(added), BuildError, JSON.stringify(added));
  assert.deepEqual(received, []);
});
