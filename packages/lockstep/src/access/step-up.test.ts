import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyOf } from "../dependency/any-of.ts";
import { AppValues } from "../dependency/app-values.ts";
import { serviceKey, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { begin, endingOf, prepare, runAll } from "../dependency/execution.fixture.ts";
import { firstOf } from "../dependency/first-of.ts";
import { optional } from "../dependency/optional.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { describeStepUp, strictestOf } from "../outcome/step-up.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { scopes } from "./scopes.ts";
import { stepUp } from "./step-up.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const now = 1_800_000_000;

/** The caller whose credential says in JSON when and how the user signed in. */
const user = authenticate({ key: userKey }, ({ key }) =>
  identified({ name: "user" }, { sub: "user", scope: "read", ...(JSON.parse(key.reveal()) as object) }),
);
const service = authenticate({ key: serviceKey }, ({ key }) =>
  identified({ name: "service" }, { sub: "service", scope: "read", ...(JSON.parse(key.reveal()) as object) }),
);
const passed = { values: { it: { name: "user" } } };

/** How a run ends at a time for a user with some grants. */
function ask(it: AnyDependency, grants: object, nowMs = now * 1000): Promise<unknown> {
  return endingOf({ it }, { present: [[userKey, JSON.stringify(grants)]], app: new AppValues(undefined, () => nowMs) });
}

const refused = (reason: string, at = "it") => `refused step-up at ${at}: ${reason}`;

test("lets a user pass who signed in recently, and refuses one who did so too long ago (RFC 9470 §3)", async () => {
  const it = stepUp(user, { maxAgeSeconds: 300, clockToleranceSeconds: 0 });
  for (const age of [0, 1, 299.5, 300]) assert.deepEqual(await ask(it, { auth_time: now - age }), passed, String(age));
  for (const age of [300.001, 301, 86_400, now])
    assert.equal(await ask(it, { auth_time: now - age }), refused("the user signed in too long ago"), String(age));
});

test("a credential ages: the clock of the API decides on every request", async () => {
  const it = stepUp(user, { maxAgeSeconds: 300, clockToleranceSeconds: 0 });
  const grants = { auth_time: now };
  assert.deepEqual(await ask(it, grants, (now + 300) * 1000), passed);
  assert.equal(await ask(it, grants, (now + 300) * 1000 + 1), refused("the user signed in too long ago"));
});

test("the clocks may differ by the tolerance, in both directions; it is five seconds by default", async () => {
  const it = stepUp(user, { maxAgeSeconds: 300 });
  for (const at of [now - 305, now + 5]) assert.deepEqual(await ask(it, { auth_time: at }), passed);
  assert.equal(await ask(it, { auth_time: now - 306 }), refused("the user signed in too long ago"));
  assert.equal(await ask(it, { auth_time: now + 6 }), refused("auth_time is in the future"));
  const strict = stepUp(user, { maxAgeSeconds: 300, clockToleranceSeconds: 0 });
  assert.equal(await ask(strict, { auth_time: now + 0.5 }), refused("auth_time is in the future"));
});

test("a missing auth_time, and one that is not a number, is a sign-in that is not recent", async () => {
  const it = stepUp(user, { maxAgeSeconds: 300 });
  assert.equal(await ask(it, {}), refused("no auth_time"));
  for (const at of [String(now), new Date(now * 1000).toISOString(), null, true, [now], { at: now }])
    assert.equal(await ask(it, { auth_time: at }), refused("auth_time is not a time"), JSON.stringify(at));
  for (const at of [NaN, Infinity, -Infinity, 10n]) {
    const odd = authenticate({ key: userKey }, () => identified({ name: "user" }, { sub: "user", auth_time: at }));
    const ended = await endingOf({ it: stepUp(odd, { maxAgeSeconds: 300 }) }, { present: [userKey] });
    assert.equal(ended, refused("auth_time is not a time"));
  }
  assert.deepEqual(await ask(it, { auth_time: now }), passed);
});

test("a clock that is not a number lets nobody pass", async () => {
  assert.equal(
    await ask(stepUp(user, { maxAgeSeconds: 300 }), { auth_time: now }, NaN),
    refused("the user signed in too long ago"),
  );
});

test("one of the classes is needed, exactly as it is written", async () => {
  const it = stepUp(user, { acr: ["urn:example:mfa", "phr"] });
  for (const acr of ["urn:example:mfa", "phr"]) assert.deepEqual(await ask(it, { acr }), passed);
  for (const acr of ["urn:example:MFA", "phrh", "ph", "", "0", " phr", "urn:example:mfa phr", ["phr"], { phr: true }, 1, null])
    assert.equal(await ask(it, { acr }), refused("acr is not one of those that are needed"), JSON.stringify(acr));
  assert.equal(await ask(it, {}), refused("no acr"));
  // The age is not asked for.
  assert.deepEqual(await ask(it, { acr: "phr", auth_time: 0 }), passed);
});

test("with both, both are needed", async () => {
  const it = stepUp(user, { maxAgeSeconds: 60, acr: ["phr"] });
  assert.deepEqual(await ask(it, { acr: "phr", auth_time: now - 10 }), passed);
  assert.equal(await ask(it, { acr: "pwd", auth_time: now - 10 }), refused("acr is not one of those that are needed"));
  assert.equal(await ask(it, { acr: "phr", auth_time: now - 100 }), refused("the user signed in too long ago"));
  assert.equal(await ask(it, { acr: "phr" }), refused("no auth_time"));
  assert.equal(await ask(it, { auth_time: now }), refused("no acr"));
});

test("a credential without grants, and one whose caller is a client, are not enough", async () => {
  const bare = authenticate({ key: userKey }, () => ({ id: "user" }));
  assert.equal(await endingOf({ it: untyped.stepUp(bare, { acr: ["phr"] }) }, { present: [userKey] }), refused("no acr"));
  const it = stepUp(service, { maxAgeSeconds: 300 });
  assert.equal(await endingOf({ it }, { present: [[serviceKey, "{}"]] }), refused("no auth_time"));
});

test("of several authenticated dependencies below, each must have a sign-in that is good enough", async () => {
  const both = authorize({ user, service }, ({ user }) => user);
  const it = stepUp(both, { acr: ["phr"] });
  const run = (ofUser: object, ofService: object) =>
    runAll(
      { it },
      {
        present: [
          [userKey, JSON.stringify(ofUser)],
          [serviceKey, JSON.stringify(ofService)],
        ],
      },
    );
  assert.deepEqual(await run({ acr: "phr" }, { acr: "phr" }), passed);
  assert.equal(await run({ acr: "phr" }, {}), "refused step-up at it");
  assert.equal(await run({}, { acr: "phr" }), "refused step-up at it");
});

test("an authenticate() that rests on another uses its grants, unless it returns its own", async () => {
  const account = authenticate({ user }, () => ({ id: "account" }));
  const it = untyped.stepUp(account, { acr: ["phr"] });
  assert.deepEqual(await ask(it, { acr: "phr" }), { values: { it: { id: "account" } } });
  assert.equal(await ask(it, {}), refused("no acr"));
  const narrowed = authenticate({ user }, () => identified({ id: "account" }, { sub: "account", scope: "" }));
  assert.equal(await ask(stepUp(narrowed, { acr: ["phr"] }), { acr: "phr" }), refused("no acr"));
});

test("of alternatives the one that decides must have signed in well enough", async () => {
  const it = stepUp(anyOf({ user, service }), { acr: ["phr"] });
  assert.deepEqual(await ask(it, { acr: "phr" }), { values: { it: { via: "user", value: { name: "user" } } } });
  assert.equal(await ask(it, {}), refused("no acr"));
  const branch = anyOf({ user: stepUp(user, { acr: ["phr"] }), service });
  assert.equal(await ask(branch, {}), refused("no acr", "it → user"));
  // A key that no person signs in with is not asked, if the application says so.
  assert.deepEqual(await runAll({ branch }, { present: [[serviceKey, "{}"]] }), {
    values: { branch: { via: "service", value: { name: "service" } } },
  });
});

test("an optional caller is asked if there is one", async () => {
  const it = optional(stepUp(user, { acr: ["phr"] }));
  assert.deepEqual(await runAll({ it }), { values: { it: undefined } });
  assert.equal(await ask(it, {}), refused("no acr", "it → value"));
  assert.deepEqual(await ask(it, { acr: "phr" }), passed);
});

test("in firstOf() another rule may allow what this one refuses; the first refusal is the answer", async () => {
  const strong = stepUp(user, { acr: ["phr"] });
  const admin = authorize({ user }, ({ user }) => user && deny("no administrator"));
  const anyone = authorize({ user }, ({ user }) => user);
  assert.deepEqual(await ask(firstOf({ strong, anyone }), {}), passed);
  assert.equal(await ask(firstOf({ strong, admin }), {}), refused("no acr", "it → strong"));
  assert.match(String(await ask(firstOf({ admin, strong }), {})), /^refused forbidden at it → admin/);
});

test("a refusal below comes first: 401 for a bad credential, 403 for somebody who may not", async () => {
  const active = authorize({ user }, () => deny("inactive"));
  assert.equal(await ask(stepUp(active, { acr: ["phr"] }), {}), "refused forbidden at it → value: inactive");
  const wrong = authenticate({ key: userKey }, () => deny("revoked"));
  assert.equal(await ask(untyped.stepUp(wrong, { acr: ["phr"] }), {}), "refused invalid at it → value: revoked");
  const writer = scopes(user, "write");
  assert.match(String(await ask(stepUp(writer, { acr: ["phr"] }), {})), /^refused scope at it → value/);
});

/** What a refusal tells the client to fulfil. */
async function demanded(deps: Readonly<Record<string, AnyDependency>>, grants: object): Promise<unknown> {
  const failed = await begin(deps, { present: [[userKey, JSON.stringify(grants)]] }).advance(Infinity);
  assert.ok(failed?.kind === "refused");
  return failed.step.stepUp;
}

test("several demands add up: the challenge names the shortest age and the classes that all accept", async () => {
  const one = stepUp(user, { maxAgeSeconds: 600, acr: ["a", "b", "c"] });
  const two = stepUp(one, { maxAgeSeconds: 60 });
  const three = stepUp(two, { acr: ["c", "b"] });
  const grants = { acr: "a", auth_time: now };
  assert.deepEqual(await demanded({ it: three }, grants), { maxAgeSeconds: 60, acr: ["b", "c"] });
  // Beside each other, and in whichever order they are met.
  const beside = stepUp(user, { acr: ["c", "b"] });
  assert.deepEqual(await demanded({ beside, two }, grants), { maxAgeSeconds: 60, acr: ["c", "b"] });
  assert.deepEqual(await demanded({ two, beside }, {}), { maxAgeSeconds: 60, acr: ["b", "c"] });
  // A demand of an alternative that is not taken, or of another caller, does not count.
  const other = anyOf({ service: stepUp(service, { acr: ["z"] }), user: beside });
  assert.deepEqual(await demanded({ other }, {}), { acr: ["c", "b"] });
});

test("the demand of one rule is not that of another; demands outside count for each", async () => {
  const outer = stepUp(user, { maxAgeSeconds: 60 });
  const rules = firstOf({ strong: stepUp(user, { acr: ["a"] }), other: stepUp(user, { acr: ["b"] }) });
  const failed = await begin(
    { outer, rules },
    { present: [[userKey, JSON.stringify({ auth_time: now })]], app: new AppValues(undefined, () => now * 1000) },
  ).advance(Infinity);
  assert.ok(failed?.kind === "refused");
  assert.deepEqual(failed.step.stepUp, { maxAgeSeconds: 60, acr: ["a"] });
});

test("demands that no sign-in can fulfil do not start", () => {
  const one = stepUp(user, { acr: ["a"] });
  const error = { code: "dead_branch", message: /^stepUp\(\): name an acr that all of them accept.* \[a\] and \[b\]$/ };
  assert.throws(() => prepare({ it: stepUp(one, { acr: ["b"] }) }), error);
  assert.throws(() => prepare({ one, two: stepUp(user, { acr: ["b"] }) }), { code: "dead_branch" });
  assert.throws(() => prepare({ one, rule: firstOf({ two: stepUp(user, { acr: ["b"] }), user }) }), { code: "dead_branch" });
  // Two callers may sign in in two ways, and so may two alternatives.
  const two = stepUp(service, { acr: ["b"] });
  prepare({ one, two });
  prepare({ it: anyOf({ one, two }) });
  prepare({ it: firstOf({ one, other: stepUp(user, { acr: ["b"] }) }) });
});

test("the same arguments have the same dependency, which has the facts of the one below", () => {
  const it = stepUp(user, { maxAgeSeconds: 300, acr: ["a"] });
  assert.equal(stepUp(user, { acr: ["a"], maxAgeSeconds: 300, clockToleranceSeconds: 5 }), it);
  for (const options of [{ maxAgeSeconds: 301, acr: ["a"] }, { maxAgeSeconds: 300 }, { maxAgeSeconds: 300, acr: ["b"] }] as const)
    assert.notEqual(stepUp(user, options), it);
  assert.notEqual(stepUp(service, { maxAgeSeconds: 300, acr: ["a"] }), it);
  assert.deepEqual(factsOf(it), factsOf(user));
});

test("options that demand nothing, or that no challenge can carry, are refused", () => {
  const wrong = [
    {},
    { maxAgeSeconds: undefined },
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: -1 },
    { maxAgeSeconds: 1.5 },
    { maxAgeSeconds: 31_536_001 },
    { maxAgeSeconds: "300" },
    { maxAgeSeconds: NaN },
    { acr: [] },
    { acr: "phr" },
    { acr: [""] },
    { acr: ["a b"] },
    { acr: ['a"'] },
    { acr: ["a\\"] },
    { acr: ["ä"] },
    { acr: ["a\n"] },
    { acr: [1] },
    { acr: Array.from({ length: 33 }, (_, index) => `a${index}`) },
    { maxAgeSeconds: 300, clockToleranceSeconds: -1 },
    { maxAgeSeconds: 300, clockToleranceSeconds: 301 },
    { maxAgeSeconds: 300, clockToleranceSeconds: 0.5 },
    { maxAge: 300 },
    undefined,
  ];
  for (const options of wrong)
    assert.throws(() => untyped.stepUp(user, options), { code: "wrong_option", message: /^stepUp\(\): / }, JSON.stringify(options));
});

test("needs an authenticated dependency for sure", () => {
  const error = { code: "wrong_dependency", message: /^stepUp\(\): return identified\(principal, grants\)/ };
  for (const dep of [userKey, optional(user), anyOf({ user, key: userKey })])
    assert.throws(() => untyped.stepUp(dep, { acr: ["a"] }), error);
  for (const dep of [undefined, null, {}, "user"])
    assert.throws(() => untyped.stepUp(dep, { acr: ["a"] }), { code: "wrong_dependency" });
});

const anyAge = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
const anyAcr = fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }), { nil: undefined });
const anyNeed = fc
  .record({ maxAgeSeconds: anyAge, acr: anyAcr })
  .filter(({ maxAgeSeconds, acr }) => maxAgeSeconds !== undefined || acr !== undefined)
  .map(({ maxAgeSeconds, acr }) => ({
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(acr === undefined ? {} : { acr }),
  }));

test("what the combined demand accepts is what all of them accept", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyNeed, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 110 }),
      fc.constantFrom("a", "b", "c", "d"),
      async (needs, age, acr) => {
        const grants = { auth_time: now - age, acr };
        const fulfils = (need: (typeof needs)[number]): boolean =>
          age <= (need.maxAgeSeconds ?? Infinity) && (need.acr?.includes(acr as "a") ?? true);
        const strictest = strictestOf(needs);
        const all = needs.every(fulfils);
        if (strictest === undefined) return assert.equal(all, false);
        // The demand is one that stepUp() itself judges, so the two agree.
        const it = untyped.stepUp(user, { ...strictest, clockToleranceSeconds: 0 });
        assert.equal(typeof (await ask(it, grants)) === "object", all);
        const chain = needs.reduce<AnyDependency>((dep, need) => untyped.stepUp(dep, { ...need, clockToleranceSeconds: 0 }), user);
        assert.equal(typeof (await ask(chain, grants)) === "object", all);
      },
    ),
  );
});

test("the words of a demand fit an error_description (RFC 6750 §3), and no demand is the strictest of none", () => {
  for (const need of [{ maxAgeSeconds: 5 }, { acr: ["a"] }, { maxAgeSeconds: 5, acr: ["a"] }])
    assert.match(describeStepUp(need), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  assert.equal(strictestOf([]), undefined);
});
