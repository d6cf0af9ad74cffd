import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { z } from "zod";
import { BuildError } from "../problem/error.ts";
import { resultShape } from "./result-shape.ts";

const stored = { id: "1", name: "alice", passwordHash: "argon2id" };

test("drops what the schema does not declare, whatever the library does with it", () => {
  const shapes = [
    z.object({ id: z.string(), name: z.string() }),
    z.strictObject({ id: z.string(), name: z.string() }),
    type({ id: "string", name: "string" }),
  ];
  for (const schema of shapes) assert.deepEqual({ ...(resultShape(schema, "test")(stored) as object) }, { id: "1", name: "alice" });
});

test("keeps what the schema says is open", () => {
  assert.deepEqual(resultShape(z.looseObject({ id: z.string() }), "test")(stored), stored);
});

test("a result that does not fit is an error that says where and not what", () => {
  assert.throws(
    () => resultShape(z.object({ id: z.number() }), "GET /me")({ id: "secret" }),
    (error: unknown) =>
      error instanceof BuildError &&
      error.code === "wrong_result" &&
      error.message.includes("/id") &&
      !error.message.includes("secret"),
  );
});

test("a schema that turns a Date into text is cut by its output", () => {
  const Row = z.object({
    at: z
      .date()
      .transform((at) => at.toISOString())
      .pipe(z.iso.datetime()),
  });
  assert.deepEqual(resultShape(Row, "test")({ at: new Date(0), secret: 1 }), { at: "1970-01-01T00:00:00.000Z" });
});

test("a schema with no JSON Schema on either side does not start", () => {
  assert.throws(() => resultShape(z.object({ at: z.date() }), "GET /at"), { code: "wrong_schema" });
});

test("an asynchronous schema is waited for", async () => {
  const Checked = z.object({ id: z.string() }).refine(() => Promise.resolve(true));
  const shaped = resultShape(Checked, "test")(stored);
  assert.ok(shaped instanceof Promise);
  assert.deepEqual(await shaped, { id: "1" });
});
