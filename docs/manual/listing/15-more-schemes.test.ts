import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { api, prove, sign, ticketScheme } from "./15-more-schemes.ts";
import { ask, outcome } from "./ask.fixture.ts";

test("any scheme of Authorization: the ticket is found, its scope is asked for, and the document shows both", async () => {
  assert.equal((await ask(api, "GET /ticket", { headers: { authorization: "Ticket reader" } })).body, "reader");
  assert.equal(await outcome(api, "GET /ticket", { headers: { authorization: "Ticket other" } }), "401 invalid_token");
  assert.equal(await outcome(api, "GET /ticket", { headers: { authorization: "Bearer reader" } }), "401 unauthenticated");
  assert.equal(await outcome(api, "GET /ticket", { headers: { authorization: "Ticket a b" } }), "401 invalid_token");
  const { components, paths } = api.openapi();
  assert.deepEqual(components?.securitySchemes?.["Ticket"], { type: "http", scheme: "ticket" });
  assert.deepEqual(paths["/ticket"]?.get?.security, [{ Ticket: ["notes:read"] }]);
});

test("a scope that the scheme does not declare does not build", () => {
  assert.deepEqual([...ticketScheme({ scopes: { "notes:read": "Read notes" } })["~dep"].facts], ["credential", "scope:notes:read"]);
  assert.throws(() => ticketScheme({ scopes: { "a b": "" } }), { code: "wrong_scheme" });
});

test("a gateway that signs the request: several headers are one credential, and each is needed", async () => {
  const now = Math.floor(Date.now() / 1000);
  const headersFor = (signed: string, time: number | string = now) => ({
    "x-user": "alice",
    "x-time": String(time),
    "x-signature": sign(signed),
  });
  const signed = `GET /gateway?page=2 alice ${now}`;
  assert.equal((await ask(api, "GET /gateway?page=2", { headers: headersFor(signed) })).body, "alice");
  // Another target, another user, another time, an old time.
  assert.equal(await outcome(api, "GET /gateway?page=3", { headers: headersFor(signed) }), "401 invalid_token");
  const asBob = { ...headersFor(signed), "x-user": "bob" };
  assert.equal(await outcome(api, "GET /gateway?page=2", { headers: asBob }), "401 invalid_token");
  for (const time of [now + 1, "soon"])
    assert.equal(await outcome(api, "GET /gateway?page=2", { headers: headersFor(signed, time) }), "401 invalid_token");
  for (const time of [now - 61, "soon"]) {
    const headers = headersFor(`GET /gateway?page=2 alice ${time}`, time);
    assert.equal(await outcome(api, "GET /gateway?page=2", { headers }), "401 invalid_token");
  }
  for (const missing of ["x-user", "x-time", "x-signature"]) {
    const headers = Object.fromEntries(Object.entries(headersFor(signed)).filter(([name]) => name !== missing));
    assert.equal(await outcome(api, "GET /gateway?page=2", { headers }), "401 unauthenticated", missing);
  }
  assert.deepEqual(api.openapi().paths["/gateway"]?.get?.security, [
    { GatewaySignature: [], "SignedHeader.X-User": [], "SignedHeader.X-Time": [] },
  ]);
});

test("a challenge with a nonce: the client proves that it has the key, and each challenge is a new one", async () => {
  const { status, headers } = await ask(api, "GET /device");
  const challenge = headers.get("www-authenticate") ?? "";
  const [, nonce = ""] = /^Proof realm="Notes", nonce="(\d+\.[0-9a-f]{64})", algorithm=SHA-256$/.exec(challenge) ?? [];
  assert.deepEqual([status, nonce.length > 64], [401, true], challenge);
  const proof = prove("sensor-1", nonce);
  const answering = (key: string, given: string, of = nonce) => ({
    headers: { authorization: `Proof key="${key}", nonce="${of}", proof=${given}` },
  });
  assert.equal((await ask(api, "GET /device", answering("sensor-1", proof))).body, "sensor-1");
  assert.equal(await outcome(api, "GET /device", answering("sensor-2", proof)), "401 invalid_token");
  assert.equal(await outcome(api, "GET /device", answering("sensor-1", proof.replace(/^./, "x"))), "401 invalid_token");
  const made = `${Math.floor(Date.now() / 1000)}.${"0".repeat(64)}`;
  assert.equal(await outcome(api, "GET /device", answering("sensor-1", prove("sensor-1", made), made)), "401 invalid_token");
  assert.deepEqual(api.openapi().components?.securitySchemes?.["Proof"], { type: "http", scheme: "proof" });
});

test("each scheme is at most 15 lines", () => {
  const lines = readFileSync(join(import.meta.dirname, "15-more-schemes.ts"), "utf8").split("\n");
  const starts = lines.flatMap((line, index) => (/(?:return|digest =|signature =) scheme\(\{$/.test(line) ? [index] : []));
  assert.equal(starts.length, 3);
  for (const start of starts) {
    const indent = /^ */.exec(lines[start] ?? "")?.[0] ?? "";
    const end = lines.findIndex((line, index) => index > start && line.startsWith(`${indent}});`));
    assert.ok(end - start + 1 <= 15, `${end - start + 1} lines`);
  }
});
