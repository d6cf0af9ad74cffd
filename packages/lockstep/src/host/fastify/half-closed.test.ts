/**
 * A client that closes its own side of the connection and goes on reading (TCP half-close). It is a client that has gone: nothing
 * is half done, and no connection stays open. `gone.test.ts` has the case before a handler has run.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { beforeEach, test } from "node:test";
import { eventually } from "../../testing/eventually.ts";
import { tokenOf } from "../../testing/world.ts";
import { type RawAnswer, RawConnection, rawRequest } from "../raw-socket.fixture.ts";
import { served } from "./served.fixture.ts";

const server = served();
const { calls, handled, errors } = server.world;
const good = `Authorization: Bearer ${tokenOf("alice")}`;
const json = "Content-Type: application/json";

beforeEach(() => {
  for (const list of [calls, handled, errors]) list.length = 0;
});

/** Sends a part of a request and half-closes; returns the answer, once the server has closed the connection. */
async function halfClosed(sent: string): Promise<RawAnswer | undefined> {
  const accepted = server.accepts();
  const connection = await RawConnection.open(server.url);
  try {
    const gone = accepted.then((socket) => once(socket, "close"));
    connection.send(sent);
    connection.end();
    const answer = await connection.next();
    assert.ok(await connection.closes());
    await gone;
    return answer;
  } finally {
    connection.destroy();
  }
}

const rolledBack = (): Promise<void> =>
  eventually(() => calls.some((call) => call.startsWith("rollback")), 30_000, "the resource rolls back");

test("in the middle of a body, it reaches no handler, and what was open is rolled back", async () => {
  const requests = [
    rawRequest("POST /notes", [good, json, "Content-Length: 12"], '{"text":'),
    rawRequest("POST /upload", [good, "Transfer-Encoding: chunked"], "3\r\nabc\r\n"),
    // Whole JSON, and the body is not at its end.
    rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked"], 'c\r\n{"text":"a"}\r\n'),
  ];
  for (const request of requests) {
    calls.length = 0;
    const answer = await halfClosed(request);
    assert.ok(answer === undefined || answer.status === 400, String(answer?.status));
    if (calls.length > 0) await rolledBack();
    assert.ok(!calls.includes("commit"), calls.join());
  }
  assert.deepEqual([handled, errors], [[], []]);
  // The control: the whole body is taken.
  const whole = rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked"], 'c\r\n{"text":"a"}\r\n0\r\n\r\n');
  assert.equal((await server.ask(whole)).status, 201);
  assert.deepEqual([handled, calls.at(-1)], [["POST /notes"], "commit"]);
});

test("in the middle of a head, it is told so or cut off", async () => {
  const answer = await halfClosed(`GET /me HTTP/1.1\r\nHost: api.test\r\n${good}`);
  assert.ok(answer === undefined || answer.status === 400, String(answer?.status));
  assert.deepEqual([handled, calls], [[], []]);
});

test("while a stream is sent, the stream ends and rolls back", async () => {
  const connection = await RawConnection.open(server.url);
  try {
    connection.send(rawRequest("GET /stream/endless", [good]));
    await eventually(() => calls.includes("chunk 1"), 30_000, "pieces are sent");
    connection.end();
    await rolledBack();
    assert.ok(await connection.closes());
  } finally {
    connection.destroy();
  }
  assert.deepEqual(errors, []);
});
