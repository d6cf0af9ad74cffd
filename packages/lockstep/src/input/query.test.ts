import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { factsOf, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";
import { query } from "./query.ts";

test("reads a number with its default, whatever the library", async () => {
  const limits = [
    query("limit", z.coerce.number().max(100).default(20)),
    query("limit", z.int().max(100).default(20)),
    query("limit", toStandardJsonSchema(v.optional(v.pipe(v.number(), v.maxValue(100)), 20))),
  ];
  for (const limit of limits) {
    assert.equal(await readInput(limit, { query: "limit=50" }), 50);
    assert.equal(await readInput(limit, {}), 20);
    assert.match(String(await readInput(limit, { query: "limit=101" })), /^query \/limit: /u);
    assert.match(String(await readInput(limit, { query: "limit=" })), /^query \/limit: expected (?:a number|an integer)$/u);
  }
  assert.equal(await readInput(query("limit", type("number<=100")), { query: "limit=50" }), 50);
});

test("a missing parameter is required", async () => {
  assert.deepEqual(await readInput(query("q", z.string()), { query: "other=1" }), ["query /q: required"]);
  assert.equal(await readInput(query("q", z.string().optional()), {}), undefined);
  assert.equal(await readInput(query("q", z.string()), { query: "q=" }), "");
});

test("a repeated parameter is refused unless an array is declared (D-10)", async () => {
  assert.equal(await readInput(query("q", z.string()), { query: "q=1&q=2" }), "400 repeated_parameter");
  assert.equal(await readInput(query("q", z.any()), { query: "q=1&q=1" }), "400 repeated_parameter");
  assert.equal(await readInput(query("q", z.string()), { query: "q=1" }), "1");
  assert.deepEqual(await readInput(query("q", z.array(z.string())), { query: "q=1&q=2" }), ["1", "2"]);
  assert.deepEqual(await readInput(query("q", z.array(z.int())), { query: "q=1&q=x" }), ["query /q/1: expected an integer"]);
});

test("brackets and semicolons name other parameters (D-10)", async () => {
  const id = query("id", z.string().optional(), { identifies: "object" });
  for (const text of ["id[]=1", "id[a]=1", "id.a=1", "id;x=1"]) assert.equal(await readInput(id, { query: text }), undefined, text);
  assert.equal(await readInput(id, { query: "id=1;id=2" }), "1;id=2");
});

test("no other source stands in for the query (D-10)", async () => {
  const dep = query("role", z.string());
  const record = {
    params: { role: "admin" },
    headers: { role: "admin", cookie: "role=admin", "content-type": "application/x-www-form-urlencoded" },
    body: "role=admin",
  };
  assert.deepEqual(await readInput(dep, record), ["query /role: required"]);
  assert.equal(await readInput(dep, { ...record, query: "role=user" }), "user");
});

test("a malformed query is 400, too many parameters are 413", async () => {
  assert.equal(await readInput(query("q", z.string()), { query: "q=%ff" }), "400 malformed_request");
  assert.equal(await readInput(query("q", z.string()), { query: "a=1&".repeat(1001) }), "413 too_many");
});

test("one named like an id, or that says so, identifies an object, unless it says that it does not", () => {
  const cursor = nothing("a position in the caller's own list");
  assert.deepEqual(factsOf(query("noteId", z.string())), ["input", "object-id:query.noteId"]);
  assert.deepEqual(factsOf(query("noteId", z.string(), { identifies: cursor })), ["input"]);
  assert.deepEqual(factsOf(query("note", z.string(), { identifies: "object" })), ["input", "object-id:query.note"]);
  assert.deepEqual(factsOf(query("after", z.uuid())), ["input", "object-id:query.after"]);
  assert.deepEqual(factsOf(query("after", z.uuid(), { identifies: cursor })), ["input"]);
  assert.deepEqual(factsOf(query("noteIds", z.array(z.int()))), ["input", "object-id:query.noteIds"]);
  assert.deepEqual(factsOf(query("owner", z.enum(["me", "all"]))), ["input"]);
  assert.deepEqual(factsOf(query("limit", z.int())), ["input"]);
});

test("a wrong declaration does not build", () => {
  assert.throws(() => query("", z.string()), { code: "wrong_input" });
  assert.throws(() => query("filter", z.object({ a: z.string() })), {
    code: "wrong_input",
    message: /one parameter for each field/u,
  });
  assert.throws(() => query("since", z.date()), { code: "wrong_schema" });
});
