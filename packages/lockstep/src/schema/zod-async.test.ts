import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { z } from "zod";
import { runSchema } from "./run-schema.ts";
import { asynchronousRun } from "./zod-async.ts";

const rejects = async (): Promise<boolean> => {
  throw new TypeError("the database is away");
};

test("a schema counts as asynchronous if a function of the application is anywhere in it", () => {
  const Tree: z.ZodType = z.object({ below: z.lazy(() => z.array(Tree)), name: z.string().refine(rejects) });
  const with_ = [
    z.string().refine(rejects),
    z.string().transform((text) => text.length),
    z.object({ a: z.array(z.string().check(() => {})) }),
    z.union([z.number(), z.string().refine(rejects)]),
    z.record(z.string(), z.custom<string>()),
    z.preprocess((value) => value, z.string()),
    z.codec(z.string(), z.number(), { decode: Number, encode: String }),
    z.tuple([z.string()]).rest(z.string().refine(rejects)),
    z.string().refine(rejects).optional().default("x"),
    Tree,
  ];
  for (const schema of with_) assert.ok(asynchronousRun(schema), JSON.stringify(schema._zod.def));
  const without = [
    z.object({ a: z.email().max(3), b: z.iso.datetime().optional(), c: z.enum(["x"]).default("x") }),
    z.discriminatedUnion("k", [z.object({ k: z.literal("a") }), z.object({ k: z.literal("b") })]),
    z.record(z.string(), z.array(z.int().min(1))),
  ];
  for (const schema of without) assert.equal(asynchronousRun(schema), undefined, JSON.stringify(schema._zod.def));
});

describe("the result is zod's own", () => {
  const even = z.object({ n: z.number().refine((n) => n % 2 === 0, "odd") });
  const evenLater = z.object({ n: z.number().refine(async (n) => n % 2 === 0, "odd") });
  test("at once, if no function is asynchronous", () => {
    assert.deepEqual(runSchema(even, { n: 2 }, "here"), { value: { n: 2 } });
    const { issues } = runSchema(even, { n: 1 }, "here") as { issues: readonly { message: string; path: unknown }[] };
    assert.deepEqual(
      issues.map(({ message, path }) => [message, path]),
      [["odd", ["n"]]],
    );
  });
  test("promised, if one is", async () => {
    assert.deepEqual(await runSchema(evenLater, { n: 2 }, "here"), { value: { n: 2 } });
    const { issues = [] } = await runSchema(evenLater, { n: 1 }, "here");
    assert.deepEqual(
      issues.map(({ message, path }) => [message, path]),
      [["odd", ["n"]]],
    );
  });
});

test("a function that rejects fails the request, and does not end the process", () => {
  const source = `
    const { z } = await import("zod");
    const { body, createApi, post, query, get } = await import("lockstep");
    const rejects = async () => { throw new TypeError("the database is away"); };
    const later = async () => { await null; await null; throw new TypeError("the database is away"); };
    const open = { public: "a test" };
    const sent = z.object({ a: z.string().refine(rejects), b: z.string().refine(later).optional() });
    const api = createApi({ title: "t", version: "1", audit() {}, onError: (error) => console.log("error", error.code), routes: [
      post("/body", { ...open, deps: { it: body(sent) } }, () => "x"),
      post("/union", { ...open, deps: { it: body(z.union([sent, z.object({ a: z.string(), c: z.string() })])) } }, () => "x"),
      get("/query", { ...open, deps: { q: query("q", z.string().refine(rejects)) } }, () => "x"),
      get("/response", { ...open, response: z.string().refine(later) }, () => "x"),
    ] });
    api.openapi();
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":"x","b":"y"}' };
    for (const [path, init] of [["/body", json], ["/union", json], ["/query?q=1", {}], ["/response", {}]])
      console.log(path, (await api.fetch(new Request("http://x" + path, init))).status);
    await new Promise((resolve) => setImmediate(resolve));
    console.log("alive");
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=lockstep-source", "--input-type=module", "--eval", source],
    {
      cwd: join(import.meta.dirname, "../.."),
      encoding: "utf8",
    },
  );
  assert.deepEqual(
    stdout.trim().split("\n"),
    [...["/body 500", "/union 500", "/query?q=1 500", "/response 500"].flatMap((line) => ["error wrong_schema", line]), "alive"],
    stderr,
  );
});
