/** Invalid inputs: the answer lists all of them, but no error lets a request past a guard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { allow } from "../outcome/allow.ts";
import { authorize } from "../access/authorize.ts";
import { owned } from "../access/owned.ts";
import { body } from "../input/body.ts";
import { header } from "../input/header.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { anyOf } from "./any-of.ts";
import { session, user, userKey } from "./caller.fixture.ts";
import type { Deps } from "./dependency.ts";
import { depends } from "./depends.ts";
import { begin, runAll, settled } from "./execution.fixture.ts";
import { optional } from "./optional.ts";
import { phase } from "./rank.ts";
import { resource } from "./resource.ts";

const id = path("id", z.string().regex(/^\d+$/));
const limit = query("limit", z.string().regex(/^\d+$/));
const size = header("X-Size", z.string().regex(/^\d+$/));
const text = body(z.object({ text: z.string().max(5) }));

const good = {
  params: { id: "1" },
  query: "limit=5",
  headers: { "content-type": "application/json", "x-size": "1" },
  body: '{"text":"hi"}',
};
const longText = { body: '{"text":"too long","more":1}' };
const present = [userKey];

const load = (result: object | undefined, seen: string[] = []) =>
  owned(
    { id, user },
    () => {
      seen.push("load");
      return result;
    },
    (_object, _values) => true,
  );

/** Runs a graph. Returns how it ended, and how often the body was read. */
async function run(deps: Deps, request: object): Promise<readonly [ended: unknown, reads: number]> {
  let reads = 0;
  const ended = await runAll(deps, { present, request: { ...good, ...request }, onRead: () => (reads += 1) });
  return [typeof ended === "string" ? ended : "passed", reads];
}

test("the issues of all inputs are reported together, including those of the body", async () => {
  const deps = { user, limit, size, text };
  assert.deepEqual(await run(deps, {}), ["passed", 1]);
  const headers = { ...good.headers, "x-size": "big" };
  assert.deepEqual(await run(deps, { query: "limit=x", headers, ...longText }), [
    "invalid query/limit, header/X-Size, body/more, body/text",
    1,
  ]);
});

test("issues are in the order of the inputs, whichever schema is slower", async () => {
  const later = Promise.withResolvers<boolean>();
  const a = query(
    "a",
    z.string().refine(() => later.promise, "no"),
  );
  const b = query(
    "b",
    z.string().refine(async () => false, "no"),
  );
  const ended = runAll({ a, b }, { request: { query: "a=1&b=1" } });
  await settled();
  later.resolve(false);
  assert.equal(await ended, "invalid query/a, query/b");
});

test("a caller without a valid credential learns nothing about the inputs: 401 comes first", async () => {
  const ended = await runAll(
    { user, limit, text },
    { present: [[userKey, "bad"]], request: { ...good, query: "limit=x", ...longText } },
  );
  assert.equal(ended, "refused invalid at user");
});

test("a guard that does not need the invalid input still runs, and its 404 wins over 422", async () => {
  assert.deepEqual(await run({ limit, note: load(undefined), text }, { query: "limit=x" }), ["refused hidden at note", 0]);
  assert.deepEqual(await run({ limit, note: load({}), text }, { query: "limit=x" }), ["invalid query/limit", 1]);
});

test("a guard that does not need the invalid input still runs, and its 403 wins over 422", async () => {
  const admin = authorize({ user, size }, () => undefined);
  assert.deepEqual(await run({ limit, admin }, { query: "limit=x" }), ["refused forbidden at admin", 0]);
});

test("a guard that needs the invalid input does not run, and neither do its dependents", async () => {
  const seen: string[] = [];
  const note = load({}, seen);
  const author = owned(
    { note, user },
    () => ({ seen: seen.push("author") }),
    (_object, _values) => true,
  );
  const page = depends({ author, limit }, () => seen.push("page"));
  assert.deepEqual(await run({ page }, { params: { id: "x" } }), ["invalid path/id", 0]);
  assert.deepEqual(seen, []);
  assert.deepEqual(await run({ page }, {}), ["passed", 0]);
  assert.deepEqual(seen, ["load", "author", "page"]);
});

test("the body stays unread if a guard could not run", async () => {
  assert.deepEqual(await run({ note: load({}), text }, { params: { id: "x" }, ...longText }), ["invalid path/id", 0]);
  // Positive control: if the guard passes, the body is read, and its issues are reported, too.
  assert.deepEqual(await run({ note: load({}), limit, text }, { query: "limit=x", ...longText }), [
    "invalid query/limit, body/more, body/text",
    1,
  ]);
});

test("the host learns before it reads the body that a blocked guard ends the request", async () => {
  const execution = begin({ note: load({}), text }, { present, request: { ...good, params: { id: "x" } } });
  const failed = await execution.advance(phase.body);
  assert.equal(failed?.kind, "invalid");
  const open = begin({ user, limit, text }, { present, request: { ...good, query: "limit=x" } });
  assert.equal(await open.advance(phase.body), undefined);
  assert.equal((await open.advance(Infinity))?.kind, "invalid");
});

test("another guard still runs if one was blocked, and its refusal wins", async () => {
  const admin = authorize({ user, size }, () => undefined);
  assert.deepEqual(await run({ note: load({}), admin }, { params: { id: "x" } }), ["refused forbidden at admin", 0]);
});

test("a signature over the body is checked before the issues of the body are reported", async () => {
  const seen: string[] = [];
  const signed = (accepts: boolean) =>
    authorize({ user, raw: rawBody() }, ({ raw }) => {
      seen.push(`signature over ${raw.length} bytes`);
      return accepts ? allow(raw) : undefined;
    });
  assert.deepEqual(await run({ text, signed: signed(false) }, longText), ["refused forbidden at signed", 1]);
  assert.deepEqual(await run({ limit, signed: signed(false) }, { query: "limit=x" }), ["refused forbidden at signed", 1]);
  assert.deepEqual(await run({ text, signed: signed(true) }, longText), ["invalid body/more, body/text", 1]);
  assert.equal(seen.length, 3);
});

test("a guard on the body that cannot run does not stop the other guards on the body", async () => {
  const amount = authorize({ user, text }, ({ user }) => user);
  const signature = owned(
    { user, raw: rawBody() },
    () => undefined,
    (_object, _values) => true,
  );
  assert.deepEqual(await run({ amount, signature }, longText), ["refused hidden at signature", 1]);
});

test("values that only the handler needs are not computed after an invalid input", async () => {
  const seen: string[] = [];
  const db = resource({}, function* () {
    seen.push("open");
    yield {};
  });
  assert.deepEqual(await run({ db, page: depends({}, () => seen.push("page")), limit }, { query: "limit=x" }), [
    "invalid query/limit",
    0,
  ]);
  assert.deepEqual(seen, []);
});

test("an alternative or an optional value that needs an invalid input is missing, too", async () => {
  const mine = load({});
  const deps = { maybe: optional(mine), either: anyOf({ mine, session }) };
  assert.deepEqual(await run(deps, { params: { id: "x" } }), ["invalid path/id", 0]);
  assert.deepEqual(await run(deps, {}), ["passed", 0]);
});

test("asynchronous schemas and guards end a run in the same way", async () => {
  const slow = query(
    "slow",
    z.string().refine(async () => false, "no"),
  );
  const note = (result: object | undefined) =>
    owned(
      { id, user },
      async () => result,
      (_object, _values) => true,
    );
  assert.deepEqual(await run({ slow, note: note(undefined) }, { query: "slow=1" }), ["refused hidden at note", 0]);
  assert.deepEqual(await run({ slow, note: note({}) }, { query: "slow=1" }), ["invalid query/slow", 0]);
  const needs = owned(
    { slow, user },
    async () => ({}),
    (_object, _values) => true,
  );
  assert.deepEqual(await run({ needs, text }, { query: "slow=1" }), ["invalid query/slow", 0]);
});

test("a syntax error ends the request at once", async () => {
  assert.deepEqual(await run({ user, limit, text }, { body: "{" }), ["threw The body is not valid JSON.", 1]);
});
