import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "../access/owned.ts";
import { scopes } from "../access/scopes.ts";
import { body } from "../input/body.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { anyOf } from "./any-of.ts";
import { service, serviceKey, user, userKey } from "./caller.fixture.ts";
import type { AnyDependency } from "./dependency.ts";
import { depends } from "./depends.ts";
import { begin, failureOf, prepare, runAll } from "./execution.fixture.ts";
import { optional } from "./optional.ts";
import { phase } from "./rank.ts";
import { resource } from "./resource.ts";

const note = path("id", z.string());
const limit = query("limit", z.string());
const text = body(z.object({ text: z.string() }));
const request = {
  params: { id: "1" },
  query: "limit=5",
  headers: { "content-type": "application/json" },
  body: '{"text":"hello"}',
};

test("a value is created once for each request, however many paths lead to it", async () => {
  let made = 0;
  const base = depends({}, () => ({ number: (made += 1) }));
  const left = depends({ base }, ({ base }) => base);
  const right = depends({ base, left }, ({ base, left }) => [base, left]);
  const deps = { left, right, base };
  const first = await runAll(deps);
  assert.deepEqual(first, { values: { left: { number: 1 }, right: [{ number: 1 }, { number: 1 }], base: { number: 1 } } });
  assert.equal(made, 1);
  await runAll(deps);
  assert.equal(made, 2);
});

test("two dependencies that are built alike are two dependencies", async () => {
  let made = 0;
  const build = () => depends({}, () => (made += 1));
  assert.deepEqual(await runAll({ a: build(), b: build() }), { values: { a: 1, b: 2 } });
});

test("an asynchronous value is created once, even if several dependents wait for it", async () => {
  let made = 0;
  const base = depends({}, async () => {
    await Promise.resolve();
    return (made += 1);
  });
  const deps = Object.fromEntries(["a", "b", "c"].map((key) => [key, depends({ base }, ({ base }) => base)]));
  assert.deepEqual(await runAll(deps), { values: { a: 1, b: 1, c: 1 } });
  assert.equal(made, 1);
});

test("undefined and null are values: a function that returns them is not called again", async () => {
  let made = 0;
  const nothing = depends({}, () => {
    made += 1;
    return undefined;
  });
  assert.deepEqual(await runAll({ a: depends({ nothing }, () => null), nothing }), { values: { a: null, nothing: undefined } });
  assert.equal(made, 1);
});

test("a fully synchronous graph makes no promise, even with resources and guards", () => {
  const closed: string[] = [];
  const db = resource({}, function* () {
    yield { id: "db" };
    closed.push("db");
  });
  const caller = authenticate({ key: userKey, db }, ({ db }) => db);
  const mine = owned(
    { note, caller, db },
    ({ note }) => ({ note }),
    (_object, _values) => true,
  );
  const deps = { mine, either: anyOf({ user, service }), maybe: optional(service), limit, page: depends({ limit }, () => 1) };
  const execution = begin(deps, { present: [userKey], request });
  assert.equal(execution.advance(phase.body), undefined);
  assert.equal(execution.advance(Infinity), undefined);
  assert.deepEqual(execution.values()["mine"], { note: "1" });
  assert.equal(execution.close(), undefined);
  assert.deepEqual(closed, ["db"]);
});

test("positive control: one asynchronous value makes a promise", async () => {
  const advanced = begin({ user, later: depends({ user }, async () => 1) }, { present: [userKey] }).advance(Infinity);
  assert.ok(advanced instanceof Promise);
  assert.equal(await advanced, undefined);
});

test("a synchronous failure makes no promise", () => {
  const refused = begin({ user }, { present: [[userKey, "bad"]] }).advance(Infinity);
  assert.ok(refused !== undefined && !(refused instanceof Promise));
  assert.equal(refused.kind, "refused");
});

test("the phases run in order: authentication, head inputs, object guards, body, guards on the body, handler", async () => {
  const seen: string[] = [];
  const log = <T>(name: string, value: T): T => {
    seen.push(name);
    return value;
  };
  const caller = authenticate({ key: userKey }, () => log("authenticate", { id: "ada" }));
  const active = authorize({ caller }, () => log("authorize", { id: 1 }));
  const head = query(
    "q",
    z.string().transform((given) => log("head", given)),
  );
  const mine = owned(
    { note, caller },
    () => log("owned", {}),
    (_object, _values) => true,
  );
  const sent = body(z.object({ text: z.string() }).transform((given) => log("body", given)));
  const content = authorize({ caller, sent }, () => log("content", { id: 1 }));
  const page = depends({}, () => log("handler value", 1));
  // The order of the record is the reverse of the order of the phases.
  const deps = { page, content, sent, mine, head, active, caller };
  assert.ok("values" in Object(await runAll(deps, { present: [userKey], request: { ...request, query: "q=1" } })));
  assert.deepEqual(seen, ["authenticate", "authorize", "head", "owned", "body", "content", "handler value"]);
});

test("within a phase, authenticate() runs before authorize(), and authorize() before owned()", async () => {
  const seen: string[] = [];
  const signed = rawBody();
  const caller = authenticate({ key: userKey, signed }, () => ({ id: seen.push("authenticate") }));
  const other = authenticate({ key: userKey, signed }, () => ({ id: seen.push("authenticate") }));
  const active = authorize({ other, signed }, () => ({ id: seen.push("authorize") }));
  const mine = owned(
    { note, caller },
    () => ({ at: seen.push("owned") }),
    (_object, _values) => true,
  );
  await runAll({ mine, active }, { present: [userKey], request });
  assert.deepEqual(seen, ["authenticate", "authenticate", "authorize", "owned"]);
});

test("the body is read only after everything that does not need it has passed", () => {
  let reads = 0;
  const mine = owned(
    { note, user },
    () => undefined,
    (_object, _values) => true,
  );
  const setting = { present: [userKey], request, onRead: () => (reads += 1) };
  const refused = begin({ text, mine }, setting).advance(Infinity);
  assert.ok(refused !== undefined && !(refused instanceof Promise) && refused.kind === "refused");
  assert.equal(reads, 0);
});

test("positive control: the body is read once if the guards pass", async () => {
  let reads = 0;
  const deps = {
    text,
    raw: rawBody(),
    mine: owned(
      { note, user },
      () => ({}),
      (_object, _values) => true,
    ),
  };
  const ended = await runAll(deps, { present: [userKey], request, onRead: () => (reads += 1) });
  assert.ok(typeof ended === "object");
  assert.deepEqual(ended.values["text"], { text: "hello" });
  assert.equal(reads, 1);
});

test("advance() stops before the body and goes on after it", async () => {
  const seen: string[] = [];
  const late = depends({ text }, ({ text }) => seen.push(text.text));
  const execution = begin({ user, late }, { present: [userKey], request, onRead: () => seen.push("read") });
  assert.equal(await execution.advance(phase.body), undefined);
  assert.deepEqual(seen, []);
  assert.equal(await execution.advance(Infinity), undefined);
  assert.deepEqual(seen, ["read", "hello"]);
});

test("a public upload opens its transaction only after its body is read", async () => {
  const seen: string[] = [];
  const db = resource({}, function* () {
    seen.push("open");
    yield {};
    seen.push("close");
  });
  await runAll({ db, text }, { request, onRead: () => seen.push("read") });
  assert.deepEqual(seen, ["read", "open", "close"]);
});

test("a resource opens only when a guard first needs it", async () => {
  const seen: string[] = [];
  const db = resource({}, function* () {
    seen.push("open");
    yield {};
  });
  const caller = authenticate({ key: userKey }, () => ({ id: seen.push("authenticate") }));
  const mine = owned(
    { note, caller, db },
    () => ({ at: seen.push("load") }),
    (_object, _values) => true,
  );
  await runAll({ db, mine }, { present: [userKey], request });
  assert.deepEqual(seen, ["authenticate", "open", "load"]);
});

test("an anonymous request opens no resource and runs no function: it is challenged", async () => {
  const seen: string[] = [];
  const db = resource({}, function* () {
    seen.push("open");
    yield {};
  });
  const caller = authenticate({ db, key: userKey }, () => ({ id: seen.push("authenticate") }));
  assert.deepEqual(prepare({ db, caller, limit }), ["user"]);
  assert.deepEqual(seen, []);
  await runAll({ db, caller }, { present: [userKey] });
  assert.deepEqual(seen, ["open", "authenticate"]);
});

test("a refused credential opens no resource that only the handler needs", async () => {
  let opened = 0;
  const db = resource({}, function* () {
    opened += 1;
    yield {};
  });
  assert.equal(await runAll({ db, user }, { present: [[userKey, "bad"]] }), "refused invalid at user");
  assert.equal(opened, 0);
  await runAll({ db, user }, { present: [userKey] });
  assert.equal(opened, 1);
});

test("deny() in a plain value refuses, synchronously or not", async () => {
  const plain: AnyDependency[] = [
    depends({}, () => deny("no")),
    depends({}, async () => deny("no")),
    depends({}, async () => deny("no"), { lifetime: "app" }),
    depends({}, () => deny("no"), { lifetime: "app" }),
    resource({}, function* () {
      yield deny("no");
    }),
    resource({}, async function* () {
      yield deny("no");
    }),
  ];
  for (const it of plain) assert.equal(await failureOf({ it }), "refused forbidden at it");
  assert.deepEqual(await runAll({ it: depends({}, async () => "yes") }), { values: { it: "yes" } });
});

test("the caller is recorded once for each credential", async () => {
  const execution = begin(
    { user, again: scopes(user, "read"), service },
    {
      present: [
        [userKey, "read"],
        [serviceKey, "write"],
      ],
    },
  );
  assert.equal(await execution.advance(Infinity), undefined);
  assert.deepEqual(execution.subjects(), ["user", "service"]);
  // Two credentials of one principal are recorded as one subject.
  const again = authenticate({ key: serviceKey }, () => ({ id: "user" }));
  const both = begin({ user, again }, { present: [userKey, serviceKey] });
  assert.equal(both.advance(Infinity), undefined);
  assert.deepEqual(both.subjects(), ["user"]);
});
