import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { Denial } from "../outcome/deny.ts";
import { InvalidCredential, Problem, type Schema, Unavailable } from "../index.ts";
import { runSchema } from "./run-schema.ts";

const described: Schema = z.unknown();
const run = async (validate: () => unknown): Promise<unknown> => {
  // A wrong result is what the test is about.
  const schema = { "~standard": { ...described["~standard"], validate } } as Schema;
  return runSchema(schema, undefined, "the schema of body");
};

test("a result of Standard Schema is handed on, promised or not", async () => {
  for (const result of [
    { value: 1 },
    { value: undefined },
    { value: 1, issues: undefined },
    { issues: [{ message: "no" }] },
    { issues: [{ message: "no", path: ["a", { key: 0 }] }] },
    { issues: [] },
  ]) {
    assert.equal(await run(() => result), result);
    assert.equal(await run(async () => result), result);
  }
});

test("anything else is a wrong schema, which is named; it never passes a value", async () => {
  for (const result of [undefined, null, true, "ok", {}, [], { valid: true }, { issues: "no" }, { issues: null }]) {
    for (const validate of [() => result, async () => result])
      await assert.rejects(run(validate), { code: "wrong_schema", message: /the schema of body/ }, JSON.stringify(result));
  }
  for (const issues of [[null], ["no"], [{}], [{ message: "no", path: 1 }]])
    await assert.rejects(
      run(() => ({ value: 1, issues })),
      { code: "wrong_schema" },
      JSON.stringify(issues),
    );
});

test("what a schema throws is the cause; a problem or a denial that it throws on purpose stays one", async () => {
  const bug = new TypeError("canary");
  const throwing = (error: unknown) => () => {
    throw error;
  };
  for (const validate of [throwing(bug), () => Promise.reject(bug)]) {
    await assert.rejects(run(validate), (error: unknown) => {
      assert.ok(error instanceof Error && !error.message.includes("canary"));
      assert.equal(error.cause, bug);
      return true;
    });
  }
  for (const error of [
    new Problem(409, "taken", "Taken."),
    new Denial("no"),
    new Unavailable("away"),
    new InvalidCredential("no"),
  ]) {
    for (const validate of [throwing(error), () => Promise.reject(error)]) {
      await assert.rejects(run(validate), (thrown) => thrown === error);
    }
  }
});
