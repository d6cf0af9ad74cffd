/** The resources below a `firstOf()`, and what stands in for its rules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { scopes } from "../access/scopes.ts";
import { user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { endingOf, runAll } from "./execution.fixture.ts";
import { firstOf } from "./first-of.ts";
import { readOverrides } from "./override.ts";
import { resource } from "./resource.ts";

const present = [userKey];

function traced(name: string, seen: string[]) {
  return resource({}, async function* () {
    seen.push(`open ${name}`);
    try {
      yield name;
      seen.push(`close ${name}`);
    } catch (error) {
      seen.push(`roll back ${name}`);
      throw error;
    }
  });
}

test("what only a later rule needs is not opened if an earlier one allows", async () => {
  const seen: string[] = [];
  const [early, late] = [traced("early", seen), traced("late", seen)];
  const a = authorize({ user, early }, ({ user }) => user);
  const b = authorize({ user, late }, ({ user }) => user);
  assert.ok(typeof (await runAll({ it: firstOf({ a, b }) }, { present })) === "object");
  assert.deepEqual(seen.splice(0), ["open early", "close early"]);
  // Positive control: it is opened once the earlier one refuses, which leaves open what that had opened.
  const no = authorize({ user, early }, () => undefined);
  assert.ok(typeof (await runAll({ it: firstOf({ no, b }) }, { present })) === "object");
  assert.deepEqual(seen.splice(0), ["open early", "open late", "close late", "close early"]);
  const never = authorize({ user, late }, () => undefined);
  assert.equal(await runAll({ it: firstOf({ no, never }) }, { present }), "refused forbidden at it → no");
  assert.deepEqual(seen, ["open early", "open late", "roll back late", "roll back early"]);
});

test("what the handler needs too is opened once, when the rule needs it", async () => {
  const seen: string[] = [];
  const db = traced("db", seen);
  const a = authorize({ user, db }, () => deny("no"));
  const b = authorize({ user, db }, ({ user }) => user);
  const ended = await runAll({ it: firstOf({ a, b }), db }, { present });
  assert.deepEqual(ended, { values: { it: { name: "user" }, db: "db" } });
  assert.deepEqual(seen, ["open db", "close db"]);
});

test("a resource that does not open is an error, and no refusal", async () => {
  const broken = resource({ user }, async function* () {
    yield await Promise.reject(new Error("away"));
  });
  const a = authorize({ user, broken }, ({ user }) => user);
  assert.equal(await runAll({ it: firstOf({ a, user: authorize({ user }, ({ user }) => user) }) }, { present }), "threw away");
});

test("a rule, all of it, or what rules share can be replaced", async () => {
  let asked = 0;
  const active = authorize({ user }, ({ user }) => ((asked += 1), user));
  const no = authorize({ active }, () => deny("no"));
  const yes = authorize({ active }, ({ active }) => ({ id: `real ${active.name}` }));
  const it = firstOf({ no, yes });
  const ended = (...pairs: Parameters<typeof readOverrides>[0]) => endingOf({ it }, { present, overrides: readOverrides(pairs) });
  assert.deepEqual(await ended(), { values: { it: { id: "real user" } } });
  assert.deepEqual(await ended([no, { id: "fake" }]), { values: { it: { id: "fake" } } });
  assert.deepEqual(await ended([it, { id: "fake" }]), { values: { it: { id: "fake" } } });
  assert.deepEqual(await ended([active, { id: "fake", name: "fake" }]), { values: { it: { id: "real fake" } } });
  asked = 0;
  assert.equal(await ended([yes, undefined]), "refused forbidden at it → no: no");
  assert.equal(await ended([yes, depends({}, () => deny("replaced"))]), "refused forbidden at it → no: no");
  assert.equal(asked, 2);
  // Nothing below what was replaced runs.
  await ended([it, { id: "fake" }]);
  assert.equal(asked, 2);
});

test("without a credential, each rule asks the replacement of the caller", async () => {
  const it = firstOf({ writer: scopes(user, "write"), reader: scopes(user, "read") });
  const as = (scope: string) => ({ overrides: readOverrides([[user, identified({ name: "fake" }, { sub: "f", scope })]]) });
  assert.deepEqual(await runAll({ it }, as("read")), { values: { it: { name: "fake" } } });
  assert.equal(await runAll({ it }, as("other")), "refused scope at it → writer");
});
