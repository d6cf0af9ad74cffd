import assert from "node:assert/strict";
import { test } from "node:test";
import { stream, StreamReply } from "./stream.ts";

test("a stream keeps its chunks unread, and what it says of itself", () => {
  let read = 0;
  const rows = function* () {
    read += 1;
    yield "row";
  };
  const chunks = rows();
  const options = { type: "application/x-ndjson", status: 206, headers: { "content-range": "rows 0-0/1" } };
  const it = stream(chunks, options);
  assert.ok(it instanceof StreamReply);
  assert.equal(it.chunks, chunks);
  assert.deepEqual(it.status, options.status);
  assert.deepEqual(it.headers, { "content-range": "rows 0-0/1", "content-type": "application/x-ndjson" });
  assert.equal(read, 0);
  assert.deepEqual([...rows()], ["row"]);
});

test("takes bytes and text, from synchronous and asynchronous sources", async () => {
  const later = async function* () {
    yield new Uint8Array([1]);
  };
  const seen: unknown[] = [];
  for await (const chunk of stream(later(), { type: "application/octet-stream" }).chunks) seen.push(chunk);
  for await (const chunk of stream(["a"], { type: "text/plain" }).chunks) seen.push(chunk);
  assert.deepEqual(seen, [new Uint8Array([1]), "a"]);
});

test("a value that is not iterable and an invalid status fail when the stream is made", () => {
  for (const chunks of [undefined, null, 1, {}, () => {}]) {
    // Values that JavaScript callers may pass.
    assert.throws(() => stream(chunks as Iterable<string>, { type: "text/plain" }), { code: "wrong_result", message: /iterable/ });
  }
  for (const status of [0, 99, 199, 600, 200.5]) {
    assert.throws(() => stream([], { type: "text/plain", status }), { code: "wrong_result", message: /from 200 to 599/ });
  }
});
