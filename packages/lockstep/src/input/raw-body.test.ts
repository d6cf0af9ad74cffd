import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { body } from "./body.ts";
import { requestSource } from "./host-request.fixture.ts";
import { factsOf, jsonRequest, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";
import { rawBody } from "./raw-body.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("returns the bytes as they were sent, of any media type or none", async () => {
  assert.deepEqual(await readInput(rawBody(), { body: '{ "a": 1 }' }), bytes('{ "a": 1 }'));
  assert.deepEqual(await readInput(rawBody(), jsonRequest("not json", "text/plain; charset=utf-16")), bytes("not json"));
  assert.deepEqual(await readInput(rawBody(), {}), new Uint8Array());
});

test("a route may limit the media types", async () => {
  const image = rawBody({ mediaTypes: ["image/png", "image/*+xml"] });
  assert.deepEqual(await readInput(image, jsonRequest("x", "image/png")), bytes("x"));
  assert.deepEqual(await readInput(image, jsonRequest("x", "image/svg+xml")), bytes("x"));
  assert.equal(await readInput(image, jsonRequest("x", "image/gif")), "415 unsupported_media_type");
  assert.equal(await readInput(image, { body: "x" }), "415 unsupported_media_type");
});

test("a compressed body is refused, since it is not what was signed (D-09)", async () => {
  assert.equal(await readInput(rawBody(), { headers: { "content-encoding": "gzip" }, body: "x" }), "415 unsupported_encoding");
});

test("the body is read once, beside a JSON body of the same route too", async () => {
  const read = { times: 0 };
  const source = requestSource(jsonRequest('{"a":1}'), () => {
    read.times += 1;
  });
  const raw = rawBody()["~dep"];
  const json = body(z.object({ a: z.number() }))["~dep"];
  assert.ok(raw.kind === "input" && json.kind === "input");
  assert.deepEqual(await Promise.all([raw.read(source, {}), json.read(source, {})]), [bytes('{"a":1}'), { a: 1 }]);
  assert.equal(read.times, 1);
});

test("declares itself without a schema, and needs media types that are some", () => {
  const node = rawBody({ mediaTypes: ["image/png"] })["~dep"];
  assert.ok(node.kind === "input");
  const objectIds = { ids: [], nothing: {}, unsaid: "bytes that may hold anything" };
  assert.deepEqual(node.input, { kind: "raw-body", name: "", schema: undefined, objectIds, mediaTypes: ["image/png"] });
  assert.deepEqual(factsOf(rawBody()), []);
  assert.deepEqual(factsOf(rawBody({ identifies: "object" })), ["object-id:rawBody"]);
  assert.deepEqual(factsOf(rawBody({ identifies: nothing("signed by the sender") })), []);
  for (const wrong of ["png", "Image/PNG", "image/png;q=1", ""])
    assert.throws(() => rawBody({ mediaTypes: [wrong] }), { code: "wrong_input" }, wrong);
});
