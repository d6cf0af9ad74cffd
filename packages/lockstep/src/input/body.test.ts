import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { body } from "./body.ts";
import { factsOf, jsonRequest, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";

const note = body(z.object({ text: z.string(), tags: z.array(z.string()).default([]) }));

test("reads and validates JSON", async () => {
  assert.deepEqual(await readInput(note, jsonRequest('{"text":"x"}')), { text: "x", tags: [] });
  assert.deepEqual(await readInput(note, jsonRequest('{"text":"x"}', "application/merge-patch+json; charset=UTF-8")), {
    text: "x",
    tags: [],
  });
});

const libraries = {
  zod: note,
  valibot: body(toStandardJsonSchema(v.object({ text: v.string(), tags: v.optional(v.array(v.string()), []) }))),
  arktype: body(type({ text: "string", tags: "string[] = []" })),
};

for (const [library, dep] of Object.entries(libraries)) {
  test(`${library}: tells unknown fields and the schema's issues together, each with its pointer`, async () => {
    const issues = await readInput(dep, jsonRequest('{"isAdmin":true,"tags":["a",1]}'));
    assert.ok(Array.isArray(issues));
    assert.deepEqual(issues.slice(0, 1), ["body /isAdmin: unknown field"]);
    assert.ok(issues.includes("body /text: required"));
    assert.ok(issues.some((issue) => String(issue).startsWith("body /tags/1: ")));
    assert.equal(issues.length, 3);
  });

  test(`${library}: accepts the same body without the flaws`, async () => {
    // A clone, since arktype hands on the very object that was read, which has no prototype.
    assert.deepEqual(structuredClone(await readInput(dep, jsonRequest('{"text":"x","tags":["a"]}'))), { text: "x", tags: ["a"] });
  });
}

test("syntax is 400 (D-01, D-03)", async () => {
  for (const [text, code] of [
    ["{", "malformed_json"],
    ["", "malformed_json"],
    ['{"__proto__":{}}', "forbidden_key"],
    ['{"text":"a","text":"b"}', "duplicate_member"],
  ] as const) {
    assert.equal(await readInput(note, jsonRequest(text)), `400 ${code}`);
  }
});

test("what JavaScript makes of odd numbers is the schema's to judge (D-04)", async () => {
  const int = body(z.object({ n: z.int() }));
  assert.deepEqual(await readInput(int, jsonRequest('{"n":12}')), { n: 12 });
  for (const text of ["1e300", "9007199254740993", "1.5", '"1"'])
    assert.match(String(await readInput(int, jsonRequest(`{"n":${text}}`))), /^body \/n: /u);
  for (const text of ["01", "NaN", "+1", "1e400"])
    assert.equal(await readInput(int, jsonRequest(`{"n":${text}}`)), "400 malformed_json");
});

test("depth and members are limited (D-05, D-07)", async () => {
  const any = body(z.any());
  assert.equal(await readInput(any, jsonRequest("[".repeat(100_000))), "413 too_deep");
  assert.equal(await readInput(any, jsonRequest(`[${"1,".repeat(10_000)}1]`)), "413 too_many");
  assert.equal(await readInput(any, { ...jsonRequest("[[1]]"), limits: { maxJsonDepth: 1 } }), "413 too_deep");
});

test("a body beyond the limit is 413 even if the host has read it (D-06)", async () => {
  assert.equal(await readInput(note, { ...jsonRequest('{"text":"x"}'), limits: { maxBodyBytes: 11 } }), "413 too_large");
  assert.deepEqual(await readInput(note, { ...jsonRequest('{"text":"x"}'), limits: { maxBodyBytes: 12 } }), {
    text: "x",
    tags: [],
  });
});

test("the media type, charset and encoding are judged before the body is read (D-08, D-09)", async () => {
  const read = { times: 0 };
  const count = () => {
    read.times += 1;
  };
  const refused = [
    [{ "content-type": "text/json" }, "415 unsupported_media_type"],
    [{ "content-type": "application/json\ta" }, "415 unsupported_media_type"],
    [{ "content-type": ["application/json", "application/json"] }, "415 unsupported_media_type"],
    [{ "content-type": "application/x-www-form-urlencoded" }, "415 unsupported_media_type"],
    [{ "content-type": "application/json; charset=utf-16" }, "415 unsupported_charset"],
    [{ "content-type": "application/json", "content-encoding": "gzip" }, "415 unsupported_encoding"],
    [{ "content-encoding": "br" }, "415 unsupported_encoding"],
  ] as const;
  for (const [headers, answer] of refused) assert.equal(await readInput(note, { headers, body: '{"text":"x"}' }, count), answer);
  assert.equal(read.times, 0);
  await readInput(note, jsonRequest('{"text":"x"}'), count);
  assert.equal(read.times, 1);
});

test("without a Content-Type the body must be empty, and is undefined", async () => {
  assert.equal(await readInput(note, { body: '{"text":"x"}' }), "415 unsupported_media_type");
  assert.deepEqual(await readInput(note, {}), ["body : required"]);
  assert.equal(await readInput(body(z.object({ a: z.string() }).optional()), {}), undefined);
});

test("an asynchronous schema is awaited", async () => {
  const free = body(z.object({ name: z.string().refine(async (name) => name !== "taken", "is taken") }));
  assert.deepEqual(await readInput(free, jsonRequest('{"name":"free"}')), { name: "free" });
  assert.deepEqual(await readInput(free, jsonRequest('{"name":"taken"}')), ["body /name: is taken"]);
});

test("declares itself, and carries the fact of each member that identifies an object", () => {
  const schema = z.object({ to: z.string(), noteId: z.string() });
  const node = body(schema, { identifies: { to: "object", noteId: nothing("a name that the client chose") } })["~dep"];
  assert.ok(node.kind === "input");
  const objectIds = { ids: ["body.to"], nothing: { "body.noteId": "a name that the client chose" }, unsaid: undefined };
  assert.deepEqual(node.input, { kind: "body", name: "", schema, objectIds, mediaTypes: ["application/json"] });
  assert.deepEqual([...node.facts], ["input", "object-id:body.to"]);
  assert.deepEqual(factsOf(body(schema)), ["input", "object-id:body.noteId"]);
  assert.deepEqual(factsOf(note), ["input"]);
  assert.throws(() => body(z.object({ at: z.date() })), { code: "wrong_schema", message: /z\.iso\.datetime/u });
  assert.throws(() => Reflect.apply(body, undefined, [schema, { identifies: "yes" }]), { code: "wrong_input" });
});
