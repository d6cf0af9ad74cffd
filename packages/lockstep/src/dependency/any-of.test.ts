import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { path } from "../input/path.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { anyOf } from "./any-of.ts";
import { service, serviceKey, session, sessionKey, user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { runAll } from "./execution.fixture.ts";

const caller = anyOf({ user, service, session });

const decided = async (present: Parameters<typeof runAll>[1], deps = { caller }) => {
  const ended = await runAll(deps, present);
  return typeof ended === "string" ? ended : ended.values["caller"];
};

test("the branch whose credential is present decides, and says which it was", async () => {
  assert.deepEqual(await decided({ present: [userKey] }), { via: "user", value: { name: "user" } });
  assert.deepEqual(await decided({ present: [serviceKey] }), { via: "service", value: { name: "service" } });
  assert.deepEqual(await decided({ present: [sessionKey] }), { via: "session", value: { name: "session" } });
});

test("of several present the first of the record decides", async () => {
  assert.deepEqual(await decided({ present: [serviceKey, userKey] }), { via: "user", value: { name: "user" } });
  const turned = anyOf({ service, user });
  assert.deepEqual(await decided({ present: [serviceKey, userKey] }, { caller: turned as typeof caller }), {
    via: "service",
    value: { name: "service" },
  });
});

test("an explicit credential comes before an ambient one, whatever the order of the record", async () => {
  for (const it of [anyOf({ session, user }), anyOf({ user, session })]) {
    assert.deepEqual(await runAll({ it }, { present: [userKey, sessionKey] }), {
      values: { it: { via: "user", value: { name: "user" } } },
    });
    assert.deepEqual(await runAll({ it }, { present: [sessionKey] }), {
      values: { it: { via: "session", value: { name: "session" } } },
    });
  }
  // What a browser attaches by itself is ambient, too.
  const basic = httpBasic();
  const scraper = authenticate({ basic }, () => ({ id: "scraper" }));
  assert.deepEqual(await runAll({ it: anyOf({ scraper, user }) }, { present: [basic, userKey] }), {
    values: { it: { via: "user", value: { name: "user" } } },
  });
});

test("a branch is ambient if any scheme below it is, however deep", async () => {
  const both = authorize({ session, service }, () => ({ id: "both" }));
  assert.deepEqual(await runAll({ it: anyOf({ both, user }) }, { present: [sessionKey, serviceKey, userKey] }), {
    values: { it: { via: "user", value: { name: "user" } } },
  });
});

test("a branch of several alternatives counts by the one that it would use", async () => {
  const person = anyOf({ user, session });
  const either = anyOf({ person, service });
  assert.deepEqual(await runAll({ either }, { present: [userKey, serviceKey] }), {
    values: { either: { via: "person", value: { via: "user", value: { name: "user" } } } },
  });
  // By its cookie it is ambient, and the key comes first.
  assert.deepEqual(await runAll({ either }, { present: [sessionKey, serviceKey] }), {
    values: { either: { via: "service", value: { name: "service" } } },
  });
});

test("a present but invalid credential is not skipped: 401, though another one is valid", async () => {
  assert.equal(await decided({ present: [[userKey, "bad"], serviceKey] }), "refused invalid at caller → user");
  assert.equal(await decided({ present: [[serviceKey, "bad"]] }), "refused invalid at caller → service");
  // Positive control: the invalid one alone decides only because it comes first.
  assert.deepEqual(await decided({ present: [userKey, [serviceKey, "bad"]] }), { via: "user", value: { name: "user" } });
});

test("a 403 stops: no other branch is tried", async () => {
  let tried = 0;
  const admin = authorize({ user }, () => deny("no administrator"));
  const robot = authorize({ service }, () => ({ id: (tried += 1) }));
  const either = anyOf({ admin, robot });
  assert.equal(await runAll({ either }, { present: [userKey, serviceKey] }), "refused forbidden at either → admin");
  assert.equal(tried, 0);
  await runAll({ either }, { present: [serviceKey] });
  assert.equal(tried, 1);
});

test("if all are absent, every branch is challenged for", async () => {
  assert.equal(await decided({}), "challenged for user, service, session");
});

test("only the nodes of the branch that decides run", async () => {
  const ran: string[] = [];
  const branch = (name: string, key: typeof userKey) =>
    authenticate({ key, db: depends({}, () => ran.push(`${name} db`)) }, () => ({ id: ran.push(name) }));
  const either = anyOf({ a: branch("a", userKey), b: branch("b", serviceKey) });
  await runAll({ either }, { present: [serviceKey] });
  assert.deepEqual(ran.splice(0), ["b db", "b"]);
  await runAll({ either }, { present: [serviceKey, userKey] });
  assert.deepEqual(ran, ["a db", "a"]);
});

test("a branch that needs two credentials decides only when both are present", async () => {
  const both = authorize({ user, service }, () => ({ id: "both" }));
  const either = anyOf({ both, session });
  assert.deepEqual(await runAll({ either }, { present: [userKey, serviceKey, sessionKey] }), {
    values: { either: { via: "both", value: { id: "both" } } },
  });
  // One of two is not present; another branch is.
  assert.deepEqual(await runAll({ either }, { present: [userKey, sessionKey] }), {
    values: { either: { via: "session", value: { name: "session" } } },
  });
  // One of two, and no other branch: absent, with all the challenges.
  assert.equal(await runAll({ either }, { present: [userKey] }), "challenged for user, service, session");
});

test("AND of alternatives: each needs one of its own", async () => {
  const first = anyOf({ user, session });
  const deps = { first, service };
  assert.equal(await runAll(deps, { present: [userKey] }), "challenged for service");
  assert.equal(await runAll(deps, { present: [serviceKey] }), "challenged for user, session");
  assert.ok(typeof (await runAll(deps, { present: [serviceKey, sessionKey] })) === "object");
});

test("alternatives nest", async () => {
  const inner = anyOf({ service, session });
  const outer = anyOf({ inner, user });
  const at = (via: string) => ({ values: { outer: { via: "inner", value: { via, value: { name: via } } } } });
  assert.deepEqual(await runAll({ outer }, { present: [serviceKey] }), at("service"));
  assert.deepEqual(await runAll({ outer }, { present: [sessionKey] }), at("session"));
  assert.equal(await runAll({ outer }, {}), "challenged for service, session, user");
  // By the key the inner branch is explicit and comes first; by its cookie it comes last.
  assert.deepEqual(await runAll({ outer }, { present: [serviceKey, userKey] }), at("service"));
  assert.deepEqual(await runAll({ outer }, { present: [sessionKey, userKey] }), {
    values: { outer: { via: "user", value: { name: "user" } } },
  });
});

test("two alternatives over the same callers decide alike, and run each once", async () => {
  let ran = 0;
  const counted = authenticate({ key: userKey }, () => ({ id: (ran += 1) }));
  const deps = { a: anyOf({ counted, service }), b: anyOf({ service, counted }) };
  assert.deepEqual(await runAll(deps, { present: [userKey] }), {
    values: { a: { via: "counted", value: { id: 1 } }, b: { via: "counted", value: { id: 1 } } },
  });
});

test("it protects only if every branch does; an open id of any branch survives", () => {
  const plain = depends({ id: path("id", z.string()) }, ({ id }) => id);
  const facts = (it: { readonly "~dep": { readonly facts: ReadonlySet<string> } }) => [...it["~dep"].facts].toSorted();
  assert.deepEqual(facts(anyOf({ user, session })), [
    "authenticated",
    "cookie",
    "credential",
    "scope:read",
    "scope:write",
    "scoped",
    "scopes-unasked",
  ]);
  const open = ["input", "object-id:path.id", "param:id", "scope:read", "scope:write", "scopes-unasked"];
  assert.deepEqual(facts(anyOf({ user, plain })), open);
  const active = authorize({ user }, ({ user }) => user);
  assert.ok(!facts(anyOf({ active, service })).includes("authorized"));
  assert.ok(facts(anyOf({ active, other: active })).includes("authorized"));
});

test("there is no alternative without branches", () => {
  assert.throws(() => anyOf({}), { code: "wrong_dependency", message: /at least one branch/ });
});
