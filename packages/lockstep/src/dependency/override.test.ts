import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "../access/owned.ts";
import { scopes } from "../access/scopes.ts";
import { path } from "../input/path.ts";
import { Redacted } from "../secret/redacted.ts";
import { anyOf } from "./any-of.ts";
import { session, sessionKey, user, userKey } from "./caller.fixture.ts";
import type { AnyDependency, Deps } from "./dependency.ts";
import { depends } from "./depends.ts";
import { begin, endingOf, runAll } from "./execution.fixture.ts";
import { entriesOf, factsOfEntries } from "./node.ts";
import { optional } from "./optional.ts";
import { type OverrideList, readOverrides } from "./override.ts";
import { compile } from "./plan.ts";
import { resource } from "./resource.ts";

/** Runs with overrides, which are typed as those of an API are. */
function runWith<const A extends readonly AnyDependency[]>(deps: Deps, overrides: OverrideList<A>, present: AnyDependency[] = []) {
  return runAll(deps, { overrides: readOverrides(overrides), present, request: { params: { id: "1" } } });
}

const active = authorize({ user }, ({ user }) => user);
const values = (of: Record<string, unknown>) => ({ values: of });

test("a value replaces a dependency, and everything below it is skipped", async () => {
  let opened = 0;
  const db = resource({}, function* () {
    opened += 1;
    yield "db";
  });
  const caller = authenticate({ key: userKey, db }, () => ({ id: 1, name: "real" }));
  const greeting = depends({ caller }, ({ caller }) => `hello ${caller.name}`);
  // Without the override the same graph is challenged for its credential.
  assert.equal(await runAll({ greeting }), "challenged for user");
  assert.deepEqual(await runWith({ greeting }, [[caller, { id: 2, name: "fake" }]]), values({ greeting: "hello fake" }));
  assert.equal(opened, 0);
  assert.deepEqual(await runAll({ greeting }, { present: [userKey] }), values({ greeting: "hello real" }));
  assert.equal(opened, 1);
});

test("a dependency replaces another, with everything below it", async () => {
  let made = 0;
  const fakeDb = depends({}, async () => ({ made: (made += 1) }));
  const fake = depends({ fakeDb }, ({ fakeDb }) => ({ name: `fake ${fakeDb.made}` }));
  assert.deepEqual(
    await runWith({ active, user }, [[user, fake]]),
    values({ active: { name: "fake 1" }, user: { name: "fake 1" } }),
  );
});

test("a principal with grants replaces a dependency: scopes() reads them", async () => {
  const writer = scopes(active, "write");
  const as = (scope: string) => identified({ name: "fake" }, { sub: "fake", scope });
  assert.deepEqual(await runWith({ writer }, [[user, as("read write")]]), values({ writer: { name: "fake" } }));
  assert.equal(await runWith({ writer }, [[user, as("read")]]), "refused scope at writer");
  // A principal alone grants nothing.
  assert.equal(await runWith({ writer }, [[user, { name: "fake" }]]), "refused scope at writer");
});

test("a principal with grants may stand in for a guard above the authentication", async () => {
  const writer = scopes(active, "write");
  const as = (scope: string) => identified({ name: "fake" }, { sub: "fake", scope });
  assert.deepEqual(await runWith({ writer }, [[active, as("write")]]), values({ writer: { name: "fake" } }));
  assert.equal(await runWith({ writer }, [[active, as("read")]]), "refused scope at writer");
  assert.equal(await runWith({ writer }, [[active, { name: "fake" }]]), "refused scope at writer");
  // Nor does it answer for another one that verified a credential.
  const both = scopes(
    authorize({ user, session }, () => ({ id: "both" })),
    "write",
  );
  const overrides = readOverrides([[session, as("write")]]);
  assert.equal(await runAll({ both }, { overrides, present: [[userKey, "read"]] }), "refused scope at both");
  assert.ok(typeof (await runAll({ both }, { overrides, present: [[userKey, "write"]] })) === "object");
  // And one that grants nothing is not passed over because another one does.
  const plain = readOverrides([[session, { name: "fake" }]]);
  assert.equal(await runAll({ both }, { overrides: plain, present: [[userKey, "write"]] }), "refused scope at both");
});

test("the grants of a replacement are kept", async () => {
  const fake = authenticate({ key: sessionKey }, ({ key }) => identified({ name: "fake" }, { sub: "fake", scope: key.reveal() }));
  const writer = scopes(user, "write");
  const overrides = readOverrides([[user, fake]]);
  assert.deepEqual(await runAll({ writer }, { overrides, present: [[sessionKey, "write"]] }), values({ writer: { name: "fake" } }));
  assert.equal(await runAll({ writer }, { overrides, present: [[sessionKey, "read"]] }), "refused scope at writer");
  const execution = begin({ writer }, { overrides, present: [[sessionKey, "write"]] });
  assert.equal(execution.advance(Infinity), undefined);
  // One credential is one subject in the audit log.
  assert.deepEqual(execution.subjects(), ["fake"]);
  assert.equal(await runAll({ writer }, { overrides }), "challenged for session");
});

test("the replacement of a guard may refuse as the guard would", async () => {
  const mine = owned(
    { id: path("id", z.string()), user },
    () => ({ text: "" }),
    (_object, _values) => true,
  );
  const writer = scopes(user, "write");
  for (const refusal of [undefined, null, false]) {
    const refuse = (it: AnyDependency): unknown => runAll({ it }, { overrides: readOverrides([[it, refusal]]) });
    assert.equal(await refuse(user), "refused invalid at it");
    assert.equal(await refuse(active), "refused forbidden at it");
    assert.equal(await refuse(writer), "refused scope at it");
    assert.equal(await refuse(mine), "refused hidden at it");
    // A dependency that is not a guard cannot refuse: `undefined` is its value.
    assert.deepEqual(await refuse(optional(user)), values({ it: refusal }));
  }
});

test("a dependency that denies in a guard's place refuses as deny() would there", async () => {
  const mine = owned(
    { id: path("id", z.string()), user },
    () => ({ ownerId: "user" }),
    (note) => note.ownerId,
  );
  const cases: readonly (readonly [AnyDependency, string])[] = [
    [user, "invalid"],
    [active, "forbidden"],
    [scopes(user, "write"), "forbidden"],
    [mine, "hidden"],
    [optional(user), "forbidden"],
  ];
  for (const [it, kind] of cases) {
    for (const refuse of [() => deny("nobody"), async () => deny("nobody")]) {
      const overrides = readOverrides([[it, depends({}, refuse)]]);
      assert.equal(await endingOf({ it }, { overrides }), `refused ${kind} at it → override: nobody`);
    }
  }
  // Below the replacement it belongs to a value.
  const below = depends({ inner: depends({}, () => deny("inner")) }, ({ inner }) => inner);
  assert.equal(
    await endingOf({ user }, { overrides: readOverrides([[user, below]]) }),
    "refused forbidden at user → override → inner: inner",
  );
  // A guard as a replacement refuses as itself.
  const guard = authorize({ session }, () => deny("as itself"));
  assert.equal(
    await endingOf({ user }, { overrides: readOverrides([[user, guard]]), present: [sessionKey] }),
    "refused forbidden at user → override: as itself",
  );
});

test("the facts of the replaced dependency stay", () => {
  const entries = entriesOf("test", { active, id: path("id", z.string()) });
  const before = factsOfEntries(entries);
  const plan = compile(entries, readOverrides([[user, depends({}, () => ({ name: "fake" }))]]));
  assert.deepEqual(factsOfEntries(plan.graph.roots), before);
  assert.ok(before.has("authenticated") && before.has("object-id:path.id"));
});

test("schemes, inputs and alternatives can be replaced, too", async () => {
  assert.deepEqual(await runWith({ user }, [[userKey, new Redacted("read")]]), values({ user: { name: "user" } }));
  assert.equal(await runWith({ user }, [[userKey, new Redacted("bad")]]), "refused invalid at user");
  const id = path("id", z.string());
  assert.deepEqual(await runWith({ id }, [[id, "2"]]), values({ id: "2" }));
  const either = anyOf({ user, session });
  const chosen = { via: "user", value: { name: "fake" } } as const;
  assert.deepEqual(await runWith({ either }, [[either, chosen]]), values({ either: chosen }));
  assert.deepEqual(
    await runWith({ either }, [[session, { name: "fake" }]]),
    values({ either: { via: "session", value: { name: "fake" } } }),
  );
});

test("several overrides hold at once, and the replaced one may be a root", async () => {
  const db = depends({}, () => "real db");
  const page = depends({ db, active }, ({ db, active }) => `${active.name} on ${db}`);
  assert.deepEqual(
    await runWith({ db, page }, [
      [db, "fake db"],
      [user, { name: "fake" }],
    ] as const),
    values({ db: "fake db", page: "fake on fake db" }),
  );
});

test("a circle through an override is reported with the path of names", () => {
  const wrapping = depends({ active }, ({ active }) => active);
  const roots = entriesOf("test", { page: depends({ active }, () => 1) });
  assert.throws(() => compile(roots, readOverrides([[user, wrapping]])), {
    code: "dependency_cycle",
    message: "Break this circle of dependencies: page → active → user → override → active",
  });
  assert.throws(() => compile(roots, readOverrides([[user, user]])), { code: "dependency_cycle" });
  // Positive control: the same dependency is a valid replacement if nothing below it is replaced.
  compile(roots, readOverrides([[active, depends({ user }, ({ user }) => user)]]));
});

test("two that stand in for each other go in a circle", () => {
  const a = depends({}, () => 1);
  const b = depends({}, () => 2);
  assert.throws(
    () =>
      compile(
        entriesOf("test", { a }),
        readOverrides([
          [a, b],
          [b, a],
        ]),
      ),
    { code: "dependency_cycle" },
  );
});

test("only dependencies can be replaced", () => {
  for (const replaced of [undefined, "user", {}, () => 1]) {
    assert.throws(() => readOverrides([[replaced, 1]]), {
      code: "wrong_dependency",
      message: /pairs: \[the dependency, its replacement\]/,
    });
  }
});
