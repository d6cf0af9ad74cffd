import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { get } from "./route.ts";

const at = new Date(0);
const iso = "1970-01-01T00:00:00.000Z";

async function sent(schema: z.ZodType, result: unknown) {
  const errors: unknown[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error),
    // The types say what a handler may return; here every result is tried.
    routes: [get("/a", { public: "a test", response: schema as z.ZodType<unknown, string> }, () => result as string)],
  });
  const response = await api.fetch(new Request("http://x/a"));
  return response.status === 200 ? await response.json() : String(errors[0]);
}

test("a date is written where the schema says date-time, at every depth", async () => {
  const time = z.iso.datetime();
  assert.deepEqual(await sent(z.object({ at: time }), { at, hidden: 1 }), { at: iso });
  assert.deepEqual(await sent(z.array(z.object({ at: time.nullable() })), [{ at }, { at: null }]), [{ at: iso }, { at: null }]);
  assert.deepEqual(await sent(z.record(z.string(), time), { a: at }), { a: iso });
  assert.deepEqual(await sent(z.tuple([time, z.string()]), [at, "x"]), [iso, "x"]);
  assert.deepEqual(await sent(z.union([z.object({ at: time }), z.object({ id: z.string() })]), { at }), { at: iso });
  const Tree = z.object({
    at: time,
    get below() {
      return z.array(Tree).optional();
    },
  });
  assert.deepEqual(await sent(Tree, { at, below: [{ at }] }), { at: iso, below: [{ at: iso }] });
});

test("text that is a time stays as it is", async () => {
  assert.deepEqual(await sent(z.object({ at: z.iso.datetime() }), { at: iso }), { at: iso });
});

test("a date anywhere else is a 500 that names the place", async () => {
  assert.match(String(await sent(z.object({ at: z.string() }), { at })), /correct the result or the schema at \/at/);
  assert.match(String(await sent(z.object({ a: z.iso.datetime(), day: z.iso.date() }), { a: at, day: at })), /at \/day/);
  assert.match(String(await sent(z.object({ at: z.iso.datetime() }), { at: new Date(Number.NaN) })), /at \/at/);
});
