import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { form } from "./form.ts";
import { factsOf, formRequest, readInput } from "./input.fixture.ts";

const libraries = {
  zod: form(
    z.object({ name: z.string(), age: z.int().optional(), agree: z.boolean().optional(), tags: z.array(z.string()).optional() }),
  ),
  valibot: form(
    toStandardJsonSchema(
      v.object({
        name: v.string(),
        age: v.optional(v.pipe(v.number(), v.integer())),
        agree: v.optional(v.boolean()),
        tags: v.optional(v.array(v.string())),
      }),
    ),
  ),
  arktype: form(type({ name: "string", "age?": "number.integer", "agree?": "boolean", "tags?": "string[]" })),
};

for (const [library, dep] of Object.entries(libraries)) {
  test(`${library}: reads fields as their schema says`, async () => {
    assert.deepEqual(await readInput(dep, formRequest("name=A+B&age=7&agree=true&tags=x")), {
      name: "A B",
      age: 7,
      agree: true,
      tags: ["x"],
    });
    assert.deepEqual(await readInput(dep, formRequest("name=&tags=x&tags=y")), { name: "", tags: ["x", "y"] });
  });

  test(`${library}: tells everything wrong together`, async () => {
    assert.deepEqual(await readInput(dep, formRequest("age=07&isAdmin=true")), [
      "form /age: expected an integer",
      "form /isAdmin: unknown field",
      "form /name: required",
    ]);
  });

  test(`${library}: D-10: a repeated field is refused unless it is an array`, async () => {
    assert.equal(await readInput(dep, formRequest("name=a&name=b")), "400 repeated_parameter");
    assert.equal(await readInput(dep, formRequest("name=a&x=1&x=2")), "400 repeated_parameter");
    assert.deepEqual(await readInput(dep, formRequest("name=a")), { name: "a" });
  });
}

const name = libraries.zod;

test("names that reach a prototype are refused", async () => {
  for (const field of ["__proto__", "constructor", "prototype", "__pr%6Fto__"])
    assert.equal(await readInput(name, formRequest(`name=a&${field}=x`)), "400 forbidden_key");
});

test("only application/x-www-form-urlencoded in UTF-8 is a form", async () => {
  for (const other of ["application/json", "multipart/form-data; boundary=x", "text/plain"])
    assert.equal(await readInput(name, formRequest("name=a", other)), "415 unsupported_media_type");
  assert.equal(
    await readInput(name, formRequest("name=a", "application/x-www-form-urlencoded;charset=latin1")),
    "415 unsupported_charset",
  );
  assert.deepEqual(await readInput(name, formRequest("name=a", "application/x-www-form-urlencoded; charset=UTF-8")), { name: "a" });
});

test("an empty form has no fields; without a Content-Type there is no form", async () => {
  assert.deepEqual(await readInput(name, formRequest("")), ["form /name: required"]);
  assert.deepEqual(await readInput(name, {}), ["form : required"]);
  assert.equal(await readInput(name, { body: "name=a" }), "415 unsupported_media_type");
});

test("fields are counted, bytes must be UTF-8 (D-07)", async () => {
  assert.equal(await readInput(name, formRequest("a=1&".repeat(5000))), "413 too_many");
  assert.equal(await readInput(name, formRequest(Uint8Array.from([0x61, 0x3d, 0xff]))), "400 malformed_request");
  assert.equal(await readInput(name, formRequest("name=%ff")), "400 malformed_request");
});

test("the fields of every alternative are known", async () => {
  const grant = form(
    z.discriminatedUnion("grant", [
      z.object({ grant: z.literal("a"), count: z.int() }),
      z.object({ grant: z.literal("b"), text: z.string() }),
    ]),
  );
  assert.deepEqual(await readInput(grant, formRequest("grant=a&count=1")), { grant: "a", count: 1 });
  assert.deepEqual(await readInput(grant, formRequest("grant=b&text=1")), { grant: "b", text: "1" });
  assert.deepEqual(await readInput(grant, formRequest("grant=b&text=1&count=1")), ["form /count: unknown field"]);
});

test("an open form keeps further fields as text", async () => {
  assert.deepEqual(await readInput(form(z.looseObject({ a: z.string() })), formRequest("a=1&b=2")), { a: "1", b: "2" });
  assert.deepEqual(await readInput(form(z.record(z.string(), z.int())), formRequest("a=1&b=2")), { a: 1, b: 2 });
});

test("a form is a record of what text can be", () => {
  assert.throws(() => form(z.string()), { code: "wrong_input" });
  assert.throws(() => form(z.object({ a: z.object({}) })), { code: "wrong_input", message: /field "a"/u });
  assert.deepEqual(factsOf(form(z.object({ a: z.string(), noteId: z.string() }))), ["input", "object-id:form.noteId"]);
  assert.deepEqual(factsOf(form(z.object({ a: z.string() }), { identifies: { a: "object" } })), ["input", "object-id:form.a"]);
  assert.deepEqual(factsOf(form(z.object({ a: z.string() }))), ["input"]);
});
