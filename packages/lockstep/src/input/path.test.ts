import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { factsOf, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";
import { path } from "./path.ts";

test("reads and validates the parameter", async () => {
  const id = path("id", z.uuid());
  const value = "6f1c1f5e-6b0e-4f63-9a53-0d3c5f0f7a11";
  assert.equal(await readInput(id, { params: { id: value } }), value);
  assert.deepEqual(await readInput(id, { params: { id: "1" } }), ["path /id: Invalid UUID"]);
  assert.deepEqual(await readInput(id, {}), ["path /id: required"]);
});

test("identifies an object unless it says that it does not", () => {
  const id = ["param:id", "input", "object-id:path.id"];
  assert.deepEqual(factsOf(path("id", z.string())), id);
  assert.deepEqual(factsOf(path("id", z.string(), { identifies: "object" })), id);
  assert.deepEqual(factsOf(path("slug", z.string())), ["param:slug", "input", "object-id:path.slug"]);
  // A segment that surely names no object may choose the key that verifies a credential.
  assert.deepEqual(factsOf(path("year", z.int(), { identifies: nothing("a calendar year") })), ["param:year", "segment"]);
  // One of a few values names none either, and is what the client chose.
  assert.deepEqual(factsOf(path("format", z.enum(["json", "csv"]))), ["param:format", "input"]);
});

test("declares itself for documentation", () => {
  const schema = z.string();
  const node = path("id", schema)["~dep"];
  assert.ok(node.kind === "input");
  const objectIds = { ids: ["path.id"], nothing: {}, unsaid: undefined };
  assert.deepEqual(node.input, { kind: "path", name: "id", schema, objectIds, mediaTypes: [] });
});

test("no other spelling reaches the object of an id (Z-06)", async () => {
  for (const schema of [z.number(), z.coerce.number(), z.int(), z.coerce.number().int().positive()]) {
    const id = path("id", schema);
    assert.equal(await readInput(id, { params: { id: "1" } }), 1);
    for (const text of ["1.0", "01", " 1", "1 ", "1e0", "[1]", '{"$ne":0}', "1;", "１", "", "0x1", "+1"]) {
      assert.match(String(await readInput(id, { params: { id: text } })), /^path \/id: expected (?:a number|an integer)$/u, text);
    }
  }
});

test("a name of Object.prototype does not count as a parameter", async () => {
  assert.deepEqual(
    await readInput(
      path(
        "toString",
        z.any().refine((value) => value !== undefined, "absent"),
      ),
      {},
    ),
    ["path /toString: absent"],
  );
});

test("names that no template can have, arrays and misspelt options do not build", () => {
  for (const name of ["", ":id", "a/b", "*", "id?", "a b"])
    assert.throws(() => path(name, z.string()), { code: "wrong_input" }, name);
  assert.throws(() => path("ids", z.array(z.string())), { code: "wrong_input", message: /one value/u });
  assert.throws(() => Reflect.apply(path, undefined, ["id", z.string(), { identifies: "objects" }]), { code: "wrong_input" });
  assert.throws(() => path("at", z.date()), { code: "wrong_schema", message: /^path\("at"\)/u });
});
