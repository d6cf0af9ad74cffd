import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "../access/owned.ts";
import { permitted } from "../access/permitted.ts";
import { scopes } from "../access/scopes.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { problem } from "../problem/problem.ts";
import { anyOf } from "./any-of.ts";
import { service, serviceKey, session, sessionKey, user, userKey } from "./caller.fixture.ts";
import type { AnyDependency } from "./dependency.ts";
import { depends } from "./depends.ts";
import { begin, endingOf, failureOf, runAll } from "./execution.fixture.ts";
import { openIds } from "./fact.ts";
import { firstOf } from "./first-of.ts";
import { optional } from "./optional.ts";

const present = [userKey];
const values = (it: unknown) => ({ values: { it } });

/** A rule over the user's credential that counts how often it is asked. */
function rule(answer: () => unknown, later = false): { readonly dep: AnyDependency; readonly asked: () => number } {
  let asked = 0;
  const run = () => {
    asked += 1;
    return answer();
  };
  // What a rule answers is the test: its type is left out.
  const give = (later ? async () => run() : run) as () => { readonly id: string };
  return { dep: authorize({ user }, give), asked: () => asked };
}

const allows = (id: string) => () => ({ id });
const timings = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

test("the value is that of the first rule that allows, and no later rule is asked", async () => {
  for (const [a, b] of timings) {
    const first = rule(allows("first"), a);
    const second = rule(allows("second"), b);
    assert.deepEqual(await runAll({ it: firstOf({ a: first.dep, b: second.dep }) }, { present }), values({ id: "first" }));
    assert.deepEqual([first.asked(), second.asked()], [1, 0]);
  }
});

test("a rule that refuses hands over to the next", async () => {
  for (const [a, b] of timings) {
    const first = rule(() => undefined, a);
    const second = rule(() => deny("second"), b);
    const third = rule(allows("third"));
    const it = firstOf({ a: first.dep, b: second.dep, c: third.dep });
    assert.deepEqual(await runAll({ it }, { present }), values({ id: "third" }));
    assert.deepEqual([first.asked(), second.asked(), third.asked()], [1, 1, 1]);
  }
});

const id = path("id", z.string());
const notes = new Map([
  ["1", { id: "1", ownerId: "user" }],
  ["2", { id: "2", ownerId: "bob" }],
]);
const ownNote = owned(
  { id, user },
  ({ id }) => notes.get(id),
  (note) => note.ownerId,
);
const adminOf = (isAdmin: boolean) =>
  authorize({ user }, ({ user }) => (isAdmin ? user : deny("no administrator")), { reach: "any" });
const anyNote = (isAdmin: boolean) => permitted({ id, admin: adminOf(isAdmin) }, ({ id }) => notes.get(id));

test("the author, or an administrator: 404 and 403 hand over, and if all refuse the answer is the first one's", async () => {
  const asked = (note: string, isAdmin: boolean, order: "own first" | "any first") => {
    const any = anyNote(isAdmin);
    const it = order === "own first" ? firstOf({ own: ownNote, any }) : firstOf({ any, own: ownNote });
    return endingOf({ it }, { present, request: { params: { id: note } } });
  };
  for (const order of ["own first", "any first"] as const) {
    assert.deepEqual(await asked("1", false, order), values(notes.get("1")));
    assert.deepEqual(await asked("2", true, order), values(notes.get("2")));
  }
  assert.equal(await asked("2", false, "own first"), "refused hidden at it → own: not the caller's");
  assert.equal(await asked("3", true, "own first"), "refused hidden at it → own: the verb returned nothing");
  assert.equal(await asked("2", false, "any first"), "refused forbidden at it → any → admin: no administrator");
});

test("a scope that one rule needs and the credential lacks hands over, too", async () => {
  const it = firstOf({ writer: scopes(user, "write"), reader: scopes(user, "read") });
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "read"]] }), values({ name: "user" }));
  assert.equal(await failureOf({ it }, { present: [[userKey, "other"]] }), "refused scope at it → writer");
});

test("a denial of a plain value or of a resource in a rule hands over", async () => {
  const second = rule(allows("second"));
  const plain = depends({ user }, async () => deny("plain"));
  assert.deepEqual(await runAll({ it: firstOf({ plain, second: second.dep }) }, { present }), values({ id: "second" }));
});

test("a credential that is not valid ends it, whichever rule rests on it", async () => {
  const second = rule(allows("second"));
  for (const first of [rule(allows("first")), rule(() => undefined)]) {
    const it = firstOf({ a: first.dep, b: second.dep });
    assert.match(await failureOf({ it }, { present: [[userKey, "bad"]] }), /^refused invalid at it → a → user/);
    assert.equal(first.asked(), 0);
  }
  // Who is asking is decided before any rule, also by a later rule's authenticate(), though the first would allow.
  const gone = authenticate({ user }, () => undefined);
  const late = authorize({ gone }, ({ gone }) => gone);
  const first = rule(allows("first"));
  assert.equal(await failureOf({ it: firstOf({ a: first.dep, late }) }, { present }), "refused invalid at it → late → gone");
  assert.equal(first.asked(), 0);
  assert.equal(second.asked(), 0);
});

test("an input that does not fit ends it, whichever rule needs it", async () => {
  const limit = query("limit", z.string().regex(/^\d+$/));
  const first = rule(allows("first"));
  const second = authorize({ user, limit }, ({ user }) => user);
  for (const it of [firstOf({ a: first.dep, second }), firstOf({ second, a: first.dep })]) {
    assert.equal(await failureOf({ it }, { present, request: { query: "limit=x" } }), "invalid query/limit");
    assert.ok(typeof (await runAll({ it }, { present, request: { query: "limit=1" } })) === "object");
  }
});

test("an error or a problem of a rule is not a refusal: no other rule is asked", async () => {
  for (const [a, b] of timings) {
    for (const answer of [
      () => problem(409, "taken", "Taken."),
      () => {
        throw new Error("Taken.");
      },
    ]) {
      const second = rule(allows("second"), b);
      const it = firstOf({ a: rule(answer, a).dep, b: second.dep });
      assert.equal(await failureOf({ it }, { present }), "threw Taken.");
      assert.equal(second.asked(), 0);
    }
  }
});

test("what rules share runs once; a shared guard that refused refuses the next rule that needs it, and is not asked again", async () => {
  for (const later of [false, true]) {
    const active = rule(() => deny("inactive"), later);
    let made = 0;
    const base = depends({ user }, () => (made += 1));
    const a = authorize({ active: active.dep, base }, () => ({ id: "a" }));
    const b = authorize({ active: active.dep, base }, () => ({ id: "b" }));
    const c = authorize({ user, base }, ({ base }) => (base === 1 ? { id: "c" } : undefined));
    assert.deepEqual(await runAll({ it: firstOf({ a, b, c }) }, { present }), values({ id: "c" }));
    assert.deepEqual([active.asked(), made], [1, 1]);
    assert.equal(await endingOf({ it: firstOf({ a, b }) }, { present }), "refused forbidden at it → a → active: inactive");
  }
});

test("two of them over the same rules ask each once, side by side too", async () => {
  for (const later of [false, true]) {
    const no = rule(() => undefined, later);
    const yes = rule(allows("yes"), later);
    const deps = { x: firstOf({ no: no.dep, yes: yes.dep }), y: firstOf({ yes: yes.dep, no: no.dep }) };
    assert.deepEqual(await runAll(deps, { present }), { values: { x: { id: "yes" }, y: { id: "yes" } } });
    assert.deepEqual([no.asked(), yes.asked()], [1, 1]);
  }
});

test("a rule that the route needs itself, too, must allow", async () => {
  const no = rule(() => deny("no"));
  const yes = rule(allows("yes"));
  const it = firstOf({ no: no.dep, yes: yes.dep });
  assert.equal(await endingOf({ it, no: no.dep }, { present }), "refused forbidden at it → no: no");
  assert.deepEqual(await runAll({ it, yes: yes.dep }, { present }), { values: { it: { id: "yes" }, yes: { id: "yes" } } });
});

test("they nest: inner rules that all refuse hand over to the outer's next", async () => {
  for (const later of [false, true]) {
    const no = rule(() => deny("inner"), later);
    const inner = firstOf({ a: no.dep, b: rule(() => undefined, later).dep });
    const yes = rule(allows("yes"), later);
    const spared = rule(allows("spared"));
    assert.deepEqual(await runAll({ it: firstOf({ inner, yes: yes.dep }) }, { present }), values({ id: "yes" }));
    assert.deepEqual(
      await runAll({ it: firstOf({ yes: firstOf({ no: no.dep, yes: yes.dep }), spared: spared.dep }) }, { present }),
      values({ id: "yes" }),
    );
    assert.equal(spared.asked(), 0);
    assert.equal(await endingOf({ it: firstOf({ inner, no: no.dep }) }, { present }), "refused forbidden at it → inner → a: inner");
  }
});

test("it works inside anyOf(), and anyOf() inside it: the credential chooses first, then the rules are tried", async () => {
  const no = rule(() => deny("no"));
  const yes = rule(allows("yes"));
  const person = firstOf({ no: no.dep, yes: yes.dep });
  const it = anyOf({ person, service });
  assert.deepEqual(await runAll({ it }, { present }), values({ via: "person", value: { id: "yes" } }));
  assert.deepEqual(await runAll({ it }, { present: [serviceKey] }), values({ via: "service", value: { name: "service" } }));
  // Where the rules refuse, the other credential is not tried.
  const refusing = anyOf({ person: firstOf({ a: no.dep, b: rule(() => undefined).dep }), service });
  assert.equal(await failureOf({ it: refusing }, { present: [userKey, serviceKey] }), "refused forbidden at it → person → a");
  const who = anyOf({ user, session });
  const over = firstOf({
    explicit: authorize({ who }, ({ who }) => (who.via === "user" ? { id: "explicit" } : deny("by cookie"))),
    old: authorize({ who }, ({ who }) => (who.via === "session" ? { id: "old" } : deny("no cookie"))),
  });
  assert.deepEqual(await runAll({ it: over }, { present }), values({ id: "explicit" }));
  assert.deepEqual(await runAll({ it: over }, { present: [sessionKey] }), values({ id: "old" }));
  assert.equal(await runAll({ it: over }), "challenged for user, session");
});

test("what rests on it is given the value, and runs after it", async () => {
  const note = firstOf({ own: ownNote, any: anyNote(true) });
  const comment = owned(
    { note, user },
    ({ note }) => ({ on: note.id, ownerId: "user" }),
    (it) => it.ownerId,
  );
  assert.deepEqual(
    await runAll({ it: comment }, { present, request: { params: { id: "2" } } }),
    values({ on: "2", ownerId: "user" }),
  );
  assert.deepEqual(
    await runAll({ it: scopes(note, "read") }, { present: [[userKey, "read"]], request: { params: { id: "1" } } }),
    values(notes.get("1")),
  );
  assert.match(
    await failureOf({ it: scopes(note, "read") }, { present: [[userKey, "write"]], request: { params: { id: "1" } } }),
    /^refused scope at it/,
  );
});

test("what rests on it waits for rules that take time, whatever else runs side by side", async () => {
  for (const [a, b] of timings) {
    const no = authorize({ user }, () => (a ? Promise.resolve(undefined) : undefined));
    const yes = authorize({ user }, () => (b ? Promise.resolve({ id: "yes" }) : { id: "yes" }));
    const it = firstOf({ no, yes });
    const above = authorize({ it }, ({ it }) => ({ id: `above ${it.id}` }));
    const beside = authorize({ user }, async () => ({ id: "beside" }));
    const record = { beside, above, on: depends({ above, it }, ({ it }) => it) };
    assert.deepEqual(await runAll(record, { present }), {
      values: { beside: { id: "beside" }, above: { id: "above yes" }, on: { id: "yes" } },
    });
  }
});

test("a synchronous one makes no promise", () => {
  const it = firstOf({
    no: rule(() => undefined).dep,
    inner: firstOf({ no: rule(() => deny("no")).dep, yes: rule(allows("yes")).dep }),
  });
  const execution = begin({ it }, { present });
  assert.equal(execution.advance(Infinity), undefined);
  assert.deepEqual(execution.values(), { it: { id: "yes" } });
});

test("optional(): absent without the credential, and a refusal of all rules is one", async () => {
  const it = optional(firstOf({ a: rule(() => deny("a")).dep, b: rule(() => undefined).dep }));
  assert.deepEqual(await runAll({ it }), values(undefined));
  assert.equal(await endingOf({ it }, { present }), "refused forbidden at it → value → a: a");
});

test("it protects as far as every rule does, and warns of what any has", () => {
  const facts = (it: AnyDependency) => [...it["~dep"].facts].toSorted();
  const active = authorize({ user }, ({ user }) => user);
  assert.ok(!facts(firstOf({ active, user })).includes("authorized"));
  assert.ok(facts(firstOf({ active, admin: adminOf(true) })).includes("authorized"));
  assert.ok(!facts(firstOf({ active, admin: adminOf(true) })).includes("reaches-any"));
  assert.deepEqual(openIds(firstOf({ own: ownNote, any: anyNote(true) })["~dep"].facts), []);
  assert.ok(facts(firstOf({ own: ownNote, any: anyNote(true) })).includes("checked:path.id"));
  // A rule that hands on the raw id leaves it open.
  const raw = authorize({ user, id }, ({ user }) => user);
  assert.deepEqual(openIds(firstOf({ own: ownNote, raw })["~dep"].facts), ["path.id"]);
  assert.ok(!facts(firstOf({ asked: scopes(user, "read"), active })).includes("scopes-asked"));
  assert.ok(facts(firstOf({ asked: scopes(user, "read"), active })).includes("scopes-unasked"));
});

test("it takes two rules or more, over one credential", () => {
  const two = { code: "wrong_dependency", message: /^firstOf\(\): pass at least two rules/ };
  assert.throws(() => firstOf({}), two);
  assert.throws(() => firstOf({ user }), two);
  const one = { code: "wrong_dependency", message: /^firstOf\(\): use anyOf\(\) for rules over different credentials/ };
  for (const rules of [
    { user, service },
    { user, session },
    { user, both: authorize({ user, service }, ({ user }) => user) },
  ]) {
    assert.throws(() => firstOf(rules), one);
  }
  assert.throws(() => firstOf({ user, plain: depends({}, () => 1) }), one);
  firstOf({ a: authorize({ service, user }, ({ user }) => user), b: authorize({ user, service }, ({ user }) => user) });
});
