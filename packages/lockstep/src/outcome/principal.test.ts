/** Values that are principals and values that are not, for each verb, returned at once and later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { user, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { begin, endingOf } from "../dependency/execution.fixture.ts";
import { InvalidCredential } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";
import { reply } from "./reply.ts";
import { stream } from "./stream.ts";
import { Redacted } from "../secret/redacted.ts";
import { allow } from "./allow.ts";
import { identified } from "./identified.ts";
import { untyped } from "../access/untyped.fixture.ts";

type Give = () => unknown;

/** Each verb over a function, and its refusal of a value that is not a principal. */
const verbs: Readonly<Record<string, { make: (run: Give) => AnyDependency; refused: string; after: string }>> = {
  authenticate: {
    make: (run) => untyped.authenticate({ key: userKey }, run),
    refused: "refused invalid at it",
    after: ", which is not a principal",
  },
  authorize: {
    make: (run) => untyped.authorize({ user }, run),
    refused: "refused forbidden at it",
    after: "; allow(value) says yes to it",
  },
};

/** How a result ends, given at once and given later. */
async function endings(verb: string, result: unknown): Promise<unknown[]> {
  const make = verbs[verb]?.make;
  assert.ok(make);
  const both = [() => result, async () => result];
  return Promise.all(both.map((give) => endingOf({ it: make(give) }, { present: [userKey] })));
}

class User {
  get id(): string {
    return "u1";
  }
}
class Entity extends User {}

/** An object as a database driver makes it, with no prototype. */
const bare: object = Object.assign(Object.create(null) as object, { id: "u1" });

const principals: readonly object[] = [
  { id: "u1" },
  { id: 0 },
  { id: -1 },
  { id: 1.5 },
  { id: 0n },
  { id: " " },
  new User(),
  new Entity(),
  bare,
  Object.create({ id: "u1" }) as object,
  Object.freeze({ id: "u1", success: true, ok: true }),
];

/** Called by name: each look-up is as an application would write it. */
const users: Readonly<Record<string, unknown>> = {};

const others: readonly (readonly [value: unknown, what: string])[] = [
  [true, "a boolean"],
  [0, "a number"],
  [1, "a number"],
  [Number.NaN, "a number"],
  ["", "a string"],
  ["ada", "a string"],
  [1n, "a bigint"],
  [Symbol("ada"), "a symbol"],
  [() => ({ id: 1 }), "a function"],
  [Date, "a function"],
  [users["constructor"], "a function"],
  [[], "an array"],
  [[{ id: 1 }], "an array"],
  [Object.assign([], { id: 1 }), "an array"],
  [new Error("no such user"), "an error (Error)"],
  [Object.assign(new Error("no such user"), { id: 1 }), "an error (Error)"],
  [new InvalidCredential("expired"), "an error (InvalidCredential)"],
  [new Problem(409, "taken", "Taken."), "a problem (taken)"],
  [new Redacted("key"), "a credential that nothing has verified"],
  [reply(200, { id: 1 }), "a reply"],
  [stream([], { type: "text/plain" }), "a reply"],
  [new Map([["id", 1]]), "a collection"],
  [new Set(["id"]), "a collection"],
  [new Response("ada"), "a Response"],
  [Object.assign(new Response("ada"), { id: 1 }), "a Response"],
  [{}, "an object without an id"],
  [users["__proto__"], "an object without an id"],
  [{ name: "ada" }, "an object without an id"],
  [{ _id: "1", sub: "1" }, "an object without an id"],
  [{ allowed: false }, "an object without an id"],
  [{ success: false, error: "expired" }, "an object without an id"],
  [{ issues: [] }, "an object without an id"],
  [new Date(0), "an object without an id"],
  [{ id: undefined }, "an object without an id"],
  [{ id: null }, "an object without an id"],
  [{ id: "" }, "an object without an id"],
  [{ id: Number.NaN }, "an object without an id"],
  [{ id: Number.POSITIVE_INFINITY }, "an object without an id"],
  [{ id: true }, "an object without an id"],
  [{ id: { toString: () => "1" } }, "an object without an id"],
  [{ id: () => "1" }, "an object without an id"],
  [{ id: Symbol("1") }, "an object without an id"],
];

for (const [verb, { refused, after }] of Object.entries(verbs)) {
  test(`${verb}(): an object with an id of its own or of its class is a principal`, async () => {
    for (const principal of principals) {
      for (const ended of await endings(verb, principal))
        assert.deepEqual(ended, { values: { it: principal } }, inspect(principal));
    }
  });

  test(`${verb}(): anything else refuses, and the audit log says what it was`, async () => {
    for (const [value, what] of others) {
      const expected = `${refused}: the verb returned ${what}${after}`;
      for (const ended of await endings(verb, value)) assert.equal(ended, expected, inspect(value));
    }
  });

  test(`${verb}(): nothing and false refuse`, async () => {
    for (const value of [undefined, null, false]) {
      for (const ended of await endings(verb, value)) assert.equal(ended, `${refused}: the verb returned nothing`);
    }
  });

  test(`${verb}(): an id that every object inherits is nobody's`, async () => {
    // A polluted prototype adds a member to every object.
    // oxlint-disable-next-line no-extend-native
    Object.defineProperty(Object.prototype, "id", { value: "everyone", configurable: true });
    try {
      const ended = await endings(verb, { name: "ada" });
      for (const one of ended) assert.equal(one, `${refused}: the verb returned an object without an id${after}`);
    } finally {
      Reflect.deleteProperty(Object.prototype, "id");
    }
  });
}

test("authenticate(): identified() contains one record; its id is the principal's, or else the subject of the grants", async () => {
  const inside = async (principal: unknown, sub: unknown): Promise<unknown> => {
    // JavaScript callers can pass anything.
    const run = () => identified(principal as object, { sub: sub as string });
    const it = untyped.authenticate({ key: userKey }, run);
    const execution = begin({ it }, { present: [userKey] });
    const failed = await execution.advance(Infinity);
    return failed?.kind === "refused" ? failed.refusal.reason : execution.subjects();
  };
  assert.deepEqual(await inside({ id: 1 }, "ada"), ["1"]);
  assert.deepEqual(await inside({ name: "ada" }, "ada"), ["ada"]);
  assert.deepEqual(await inside({ id: "" }, "ada"), ["ada"]);
  for (const sub of ["", undefined, null, {}]) {
    assert.equal(await inside({ name: "ada" }, sub), "the verb returned an object without an id, which is not a principal");
    assert.deepEqual(await inside({ id: 1 }, sub), ["1"]);
  }
  for (const [value, what] of others.filter(([, what]) => what !== "an object without an id")) {
    assert.equal(await inside(value, "ada"), `the verb returned ${what}, which is not a principal`, inspect(value));
  }
  for (const [value, what] of [
    [undefined, "undefined"],
    [null, "null"],
    [false, "a boolean"],
    [Promise.resolve({ id: 1 }), "a promise"],
  ] as const) {
    assert.equal(await inside(value, "ada"), `the verb returned ${what}, which is not a principal`);
  }
});

test("authorize(): grants are verified in authenticate() only: identified() in its place refuses", async () => {
  for (const ended of await endings("authorize", identified({ id: 1 }, { sub: "1", scope: "admin" }))) {
    assert.match(String(ended), /^refused forbidden at it/);
  }
});

test("authenticate(): allow() is not a principal", async () => {
  for (const ended of await endings("authenticate", allow({ id: 1 }))) assert.match(String(ended), /^refused invalid at it/);
});
