import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { lockstep } from "lockstep/fastify";
import { fastify } from "fastify";
import { Webhook } from "standardwebhooks";
import { outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, notes, secret, tell } from "./main.ts";

const stored = new Map<string, string>();
const testing = api.with([[notes, stored]]);

test("the program receives what it sends, over a socket, each event once", async (t) => {
  const server = fastify();
  t.after(() => server.close());
  await server.register(lockstep(testing));
  const url = `${await server.listen({ host: "127.0.0.1", port: 0 })}/hooks/notes`;
  assert.deepEqual(
    [await tell(url, "one", "msg_1"), await tell(url, "again", "msg_1"), await tell(url, "two", "msg_2")],
    [true, true, true],
  );
  assert.deepEqual(
    [...stored],
    [
      ["msg_1", "one"],
      ["msg_2", "two"],
    ],
  );
  assert.equal(await tell(`${url}/other`, "three"), false);
  const closed = once(server.server, "close");
  await server.close();
  await closed;
});

test("receives what the library of the specification signs, and nothing else", async () => {
  const raw = JSON.stringify({ type: "note.created", data: { text: "theirs", tags: [] } });
  const at = new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": "msg_3",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_3", at, raw),
  };
  assert.equal(await outcome(testing, "POST /hooks/notes", { raw: raw.replace("theirs", "mine"), headers }), "401 invalid_token");
  assert.equal(await outcome(testing, "POST /hooks/notes", { raw, headers }), "204");
  assert.equal(stored.get("msg_3"), "theirs");
});
