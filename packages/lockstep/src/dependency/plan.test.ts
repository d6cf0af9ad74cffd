import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { scopes } from "../access/scopes.ts";
import { path } from "../input/path.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { anyOf } from "./any-of.ts";
import { service, session, user, userKey } from "./caller.fixture.ts";
import type { AnyDependency, Deps } from "./dependency.ts";
import { depends } from "./depends.ts";
import { entriesOf } from "./node.ts";
import { optional } from "./optional.ts";
import { compile, type Plan, type Variant } from "./plan.ts";
import { resource } from "./resource.ts";

const planOf = (deps: Deps): Plan => compile(entriesOf("test", deps));

function variantOf(plan: Plan, bits: number): Variant {
  const outcome = plan.outcomes[bits];
  assert.ok(outcome?.kind === "run");
  return outcome;
}

const schemesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => apiKeyHeader({ name: `X-${index}`, schemeName: `S${index}` }));

const alternatives = (count: number): AnyDependency =>
  anyOf(Object.fromEntries(schemesOf(count).map((key, index) => [`s${index}`, authenticate({ key }, () => ({ id: 1 }))])));

test("a plan has an outcome for every set of present credentials", () => {
  const plan = planOf({ caller: anyOf({ user, service }) });
  assert.deepEqual(
    plan.schemes.map(({ scheme }) => scheme.name),
    ["user", "service"],
  );
  assert.deepEqual(
    plan.outcomes.map(({ kind }) => kind),
    ["challenge", "run", "run", "run"],
  );
});

test("sets of credentials that need the same steps share one variant", () => {
  const plan = planOf({ caller: anyOf({ user, service }) });
  assert.equal(plan.outcomes[0b01], plan.outcomes[0b11]);
  assert.notEqual(plan.outcomes[0b01], plan.outcomes[0b10]);
  assert.ok(new Set(planOf({ it: alternatives(10) }).outcomes).size === 11);
});

test("compiles a route with ten schemes, and refuses eleven", () => {
  assert.equal(planOf({ it: alternatives(10) }).outcomes.length, 1024);
  assert.throws(() => planOf({ it: alternatives(11) }), {
    code: "too_many_alternatives",
    message: /^use at most 10 security schemes on one route, .*; there are 11: S0, S1, .*, S10$/,
  });
  // Eleven schemes that are all required are refused, too.
  const all = authenticate(Object.fromEntries(schemesOf(11).map((key, index) => [`k${index}`, key])), () => ({ id: 1 }));
  assert.throws(() => planOf({ all }), { code: "too_many_alternatives" });
});

test("a variant names the strictest case in which a browser may have attached a credential", () => {
  const scraper = authenticate({ basic: httpBasic() }, () => ({ id: 1 }));
  const plan = planOf({ caller: anyOf({ user, session, scraper }) });
  assert.deepEqual(
    plan.schemes.map(({ scheme }) => scheme.name),
    ["user", "session", "HTTPBasic"],
  );
  assert.deepEqual(
    [0b001, 0b010, 0b100, 0b111].map((bits) => variantOf(plan, bits).ambient),
    [false, "cookie", "browser", false],
  );
  const both = planOf({ session, scraper });
  assert.equal(variantOf(both, 0b11).ambient, "cookie");
  assert.equal(variantOf(planOf({ it: depends({}, () => 1) }), 0).ambient, false);
  assert.equal(variantOf(planOf({ it: optional(session) }), 0).ambient, false);
});

test("a variant lists every required scope once, sorted", () => {
  const deps = { a: scopes(user, "write"), b: scopes(user, "read", "write"), c: anyOf({ s: scopes(service, "read"), session }) };
  assert.deepEqual(variantOf(planOf(deps), 0b011).scopes, ["read", "write"]);
  assert.deepEqual(variantOf(planOf({ it: anyOf({ w: scopes(user, "write"), service }) }), 0b10).scopes, []);
});

test("a step lists the schemes below it and the path of names that leads to it", () => {
  const active = authorize({ user, service }, () => ({ id: 1 }));
  const steps = variantOf(planOf({ page: depends({ active }, () => 1) }), 0b11).steps;
  const told = steps.map(({ node, path, schemes }) => [node.kind, path, schemes.map(({ scheme }) => scheme.name).join("+")]);
  assert.deepEqual(told, [
    ["authenticate", "page → active → user", "user"],
    ["authenticate", "page → active → service", "service"],
    ["authorize", "page → active", "user+service"],
    ["value", "page", "user+service"],
  ]);
});

test("each node is one step, after its dependencies, and every source has a lower slot than its step", () => {
  const base = depends({ user }, () => 1);
  const deps = { top: depends({ base, user }, () => 1), base, id: path("id", z.string()) };
  const { steps, slotCount } = variantOf(planOf(deps), 1);
  assert.equal(new Set(steps.map(({ node }) => node)).size, steps.length);
  for (const { slot, sources } of steps) for (const source of sources) assert.ok(source < slot && slot < slotCount);
});

test("the dependencies of an app value are not part of a request's plan", () => {
  const settings = depends({}, () => 1, { lifetime: "app" });
  const pool = resource(
    { settings },
    function* () {
      yield 1;
    },
    { lifetime: "app" },
  );
  const { steps } = variantOf(planOf({ db: depends({ pool }, () => 1) }), 0);
  assert.deepEqual(
    steps.map(({ path }) => path),
    ["db → pool", "db"],
  );
});

/** Builds a diamond of diamonds: 2^depth paths, 2 × depth nodes. */
function diamond(depth: number, combine: (deps: Deps) => AnyDependency, bottom: AnyDependency): AnyDependency {
  let at = bottom;
  for (let level = 0; level < depth; level += 1) at = combine({ left: combine({ at }), right: combine({ at }) });
  return at;
}

// The timeouts measure nothing: with one visit for each path, these tests would never end.
test("a diamond of depth 40 compiles with one visit for each node", { timeout: 60_000 }, () => {
  let runs = 0;
  const top = diamond(
    40,
    (deps) => depends(deps, () => (runs += 1)),
    depends({ user }, () => 1),
  );
  const plan = planOf({ top });
  assert.equal(variantOf(plan, 1).steps.length, 2 + 3 * 40);
  assert.equal(runs, 0);
});

test("diamonds of alternatives and guards compile with one visit for each node, too", { timeout: 60_000 }, () => {
  const branches = (deps: Deps): AnyDependency =>
    anyOf({ both: depends({ ...deps, session }, () => 1), one: depends(deps, () => 1) });
  const either = diamond(40, branches, anyOf({ user, session }));
  assert.ok(planOf({ either }).outcomes.length === 4);
  const guarded = diamond(
    40,
    (deps) => anyOf({ a: authorize({ user, ...deps }, () => ({ id: 1 })), session }),
    anyOf({ user, service, session }),
  );
  assert.ok(planOf({ guarded }).outcomes.length === 8);
  // The types cannot know the facts below it here.
  const maybeOf = optional as unknown as (it: AnyDependency) => AnyDependency;
  const maybe = diamond(40, (deps) => maybeOf(depends(deps, () => 1)), user);
  assert.ok(planOf({ maybe }).outcomes.length === 2);
});

test("a record of 1,000 dependencies and a chain of 1,000 compile", { timeout: 60_000 }, () => {
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`d${index}`, depends({ user }, () => index)]));
  assert.equal(variantOf(planOf(wide), 1).steps.length, 1001);
  let chain: AnyDependency = user;
  for (let length = 0; length < 1000; length += 1) chain = depends({ chain }, () => 1);
  assert.equal(variantOf(planOf({ chain }), 1).steps.length, 1001);
});

test("a scheme is extracted and not run as a step", () => {
  const plan = planOf({ key: userKey });
  assert.deepEqual(variantOf(plan, 1).steps, []);
  assert.deepEqual(variantOf(plan, 1).sources, [0]);
});
