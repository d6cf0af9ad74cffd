import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { service, serviceKey, session, sessionKey, user, userKey, verify } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { begin, failureOf, runAll } from "../dependency/execution.fixture.ts";
import { optional } from "../dependency/optional.ts";
import { readOverrides } from "../dependency/override.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { InvalidCredential, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { createApi } from "../api/api.ts";
import { post } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { scopes } from "./scopes.ts";
import { factsOf, untyped } from "./untyped.fixture.ts";

const grants = { sub: "ada", scope: "read" };
const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });

/** What becomes of a result, given at once and given later. */
async function outcomes(result: unknown): Promise<unknown[]> {
  const both = [() => result, async () => result];
  return Promise.all(both.map((give) => runAll({ it: untyped.authenticate({ key: userKey }, give) }, { present: [userKey] })));
}

test("the principal is the value", async () => {
  const principal = { id: "ada" };
  for (const ended of await outcomes(principal)) assert.deepEqual(ended, { values: { it: principal } });
});

test("identified() hands on the principal, and its id is the subject of the audit log", () => {
  const principal = { id: 7, name: "ada" };
  const execution = begin({ it: authenticate({ key: userKey }, () => identified(principal, grants)) }, { present: [userKey] });
  assert.equal(execution.advance(Infinity), undefined);
  assert.equal(execution.values()["it"], principal);
  assert.deepEqual(execution.subjects(), ["7"]);
});

test("a principal without grants is a subject too", () => {
  const execution = begin({ it: authenticate({ key: userKey }, () => ({ id: 7n })) }, { present: [userKey] });
  assert.equal(execution.advance(Infinity), undefined);
  assert.deepEqual(execution.subjects(), ["7"]);
});

test("nothing and false refuse: 401", async () => {
  for (const result of [undefined, null, false]) {
    for (const ended of await outcomes(result)) assert.equal(ended, "refused invalid at it", inspect(result));
  }
});

test("the reason of deny() is kept for the audit log", () => {
  const execution = begin({ it: authenticate({ key: userKey }, () => deny("locked")) }, { present: [userKey] });
  const failed = execution.advance(Infinity);
  assert.ok(failed !== undefined && !(failed instanceof Promise) && failed.kind === "refused");
  assert.equal(failed.refusal.reason, "locked");
});

test("what a verifier throws fails the run as it is: InvalidCredential, Unavailable", async () => {
  for (const error of [new InvalidCredential("expired"), new Unavailable("store away")]) {
    for (const give of [
      () => {
        throw error;
      },
      async () => {
        throw error;
      },
    ]) {
      const failed = await begin({ it: untyped.authenticate({ key: userKey }, give) }, { present: [userKey] }).advance(Infinity);
      assert.ok(failed?.kind === "threw");
      assert.equal(failed.error, error);
      assert.deepEqual(
        failed.step?.schemes.map(({ scheme }) => scheme.name),
        ["user"],
      );
    }
  }
});

test("is given the credential redacted, and the other values", async () => {
  const it = authenticate({ key: userKey, db: depends({}, () => "db") }, ({ key, db }) => {
    assert.ok(key instanceof Redacted);
    return { id: `${String(key)} ${key.reveal()} ${db}` };
  });
  assert.deepEqual(await runAll({ it }, { present: [[userKey, "secret"]] }), { values: { it: { id: "[redacted] secret db" } } });
});

test("needs a scheme that is certainly below it: an optional one does not count", () => {
  const error = { code: "wrong_dependency", message: /^authenticate\(\): add a security scheme to the dependencies/ };
  assert.throws(() => untyped.authenticate({}, () => ({})), error);
  assert.throws(() => untyped.authenticate({ id: path("id", z.string()) }, () => ({})), error);
  assert.throws(() => untyped.authenticate({ key: optional(userKey) }, () => ({})), error);
  authenticate({ key: userKey }, () => ({ id: 1 }));
  authenticate({ key: depends({ userKey }, ({ userKey }) => userKey) }, () => ({ id: 1 }));
});

test("takes a function", () => {
  for (const run of [undefined, null, {}, "x"]) {
    assert.throws(() => untyped.authenticate({ key: userKey }, run), {
      code: "wrong_dependency",
      message: /^authenticate\(\): pass a function/,
    });
  }
});

test("it is authenticated and scoped, and knows what is below", () => {
  assert.deepEqual(factsOf(user), ["authenticated", "credential", "scope:read", "scope:write", "scoped", "scopes-unasked"]);
  const it = authenticate({ key: apiKeyHeader({ name: "X-Tenant-Key" }), tenant }, () => ({ id: 1 }));
  assert.deepEqual(factsOf(it), ["authenticated", "credential", "param:tenant", "scoped", "segment"]);
});

test("two credentials in one record: both are needed", async () => {
  const both = authenticate({ a: userKey, b: serviceKey }, () => ({ id: "both" }));
  assert.equal(await runAll({ both }, { present: [userKey] }), "challenged for user, service");
  assert.deepEqual(await runAll({ both }, { present: [userKey, serviceKey] }), { values: { both: { id: "both" } } });
  assert.equal(await runAll({ user, service }, { present: [userKey, [serviceKey, "bad"]] }), "refused invalid at service");
});

/** A second authentication on top of the first: the profile of the caller. */
const who = anyOf({ user, session });
const profile = authenticate({ who }, ({ who }) => ({ id: `${who.via} ${who.value.name}` }));

test("it may be built on others: the caller is challenged for all their schemes, and is known", async () => {
  assert.equal(await runAll({ profile }, {}), "challenged for user, session");
  assert.deepEqual(await runAll({ profile }, { present: [userKey] }), { values: { profile: { id: "user user" } } });
  assert.deepEqual(await runAll({ profile }, { present: [sessionKey] }), { values: { profile: { id: "session session" } } });
  assert.equal(await runAll({ profile }, { present: [[userKey, "bad"], sessionKey] }), "refused invalid at profile → who → user");
});

test("one that refuses on top of others that passed is still 401, with their principals in the audit log", async () => {
  const gone = authenticate({ who }, () => deny("no profile"));
  const execution = begin({ gone }, { present: [[userKey, "read"]] });
  const failed = await execution.advance(Infinity);
  assert.ok(failed?.kind === "refused");
  assert.deepEqual([failed.refusal.kind, failed.step.schemes.map(({ scheme }) => scheme.name)], ["invalid", ["user"]]);
  assert.deepEqual(execution.subjects(), ["user"]);
});

test("scopes() on top asks what the credential below brought, where the upper one brings nothing of its own", async () => {
  const reader = scopes(profile, "read");
  const active = scopes(
    authorize({ profile }, ({ profile }) => profile),
    "read",
  );
  for (const dep of [reader, active]) {
    for (const key of [userKey, sessionKey]) {
      assert.ok(typeof (await runAll({ it: dep }, { present: [[key, "read"]] })) === "object");
      for (const granted of ["write", "", "reader"])
        assert.match(await failureOf({ it: dep }, { present: [[key, granted]] }), /^refused scope at it/);
    }
  }
  assert.match(await failureOf({ it: scopes(profile, "read", "write") }, { present: [[userKey, "read"]] }), /^refused scope/);
});

test("what each of several brought has to do, the lowest one's always", async () => {
  const granting = (scope: string) => authenticate({ who }, ({ who }) => identified({ id: who.via }, { sub: "p", scope }));
  const ended = async (dep: AnyDependency, granted: string) => {
    const ended = await runAll({ it: dep }, { present: [[userKey, granted]] });
    return typeof ended === "string" ? ended : "passed";
  };
  // The upper one cannot grant what the credential does not, nor the credential what the upper one leaves out.
  assert.equal(await ended(scopes(granting("read"), "read"), "read"), "passed");
  assert.equal(await ended(scopes(granting("read"), "read"), "write"), "refused scope at it");
  assert.equal(await ended(scopes(granting("write"), "read"), "read"), "refused scope at it");
  // One without grants is passed over, in between as on top; those below it are not.
  const between = authenticate({ it: profile }, ({ it }) => it);
  assert.equal(await ended(scopes(between, "read"), "read"), "passed");
  assert.equal(await ended(scopes(between, "read"), "write"), "refused scope at it");
  // The lowest that brings nothing grants nothing, whatever is above it.
  const bare = authenticate({ key: userKey }, () => ({ id: "u" }));
  const above = authenticate({ bare }, ({ bare }) => identified(bare, { sub: "u", scope: "read" }));
  assert.equal(await ended(untyped.scopes(above, "read"), "read"), "refused scope at it");
  assert.equal(
    await ended(
      untyped.scopes(
        authenticate({ bare }, ({ bare }) => bare),
        "read",
      ),
      "read",
    ),
    "refused scope at it",
  );
  // One that verifies a credential itself is never passed over: nobody knows what that grants.
  const own = authenticate({ profile, key: serviceKey }, ({ profile }) => profile);
  const asked = authenticate({ profile, service }, ({ profile }) => profile);
  const beside = (dep: AnyDependency, granted: string) =>
    runAll(
      { it: untyped.scopes(dep, "read") },
      {
        present: [
          [userKey, "read"],
          [serviceKey, granted],
        ],
      },
    );
  assert.deepEqual(await beside(asked, "read"), { values: { it: { id: "user user" } } });
  assert.equal(await beside(asked, "write"), "refused scope at it");
  assert.equal(await beside(own, "read"), "refused scope at it");
});

test("a credential whose scheme declares no scopes is asked for those of the others, under another one too", async () => {
  const bareKey = apiKeyHeader({ name: "X-Bare", schemeName: "bare" });
  const bare = authenticate({ key: bareKey }, ({ key }) => verify("bare", key));
  const caller = anyOf({ user, bare });
  const reader = scopes(
    authenticate({ caller }, ({ caller }) => ({ id: caller.via })),
    "read",
  );
  assert.deepEqual(await runAll({ reader }, { present: [[bareKey, "read"]] }), { values: { reader: { id: "bare" } } });
  assert.equal(await runAll({ reader }, { present: [[bareKey, "write"]] }), "refused scope at reader");
});

test("the replacement of the lower one answers for its scopes as it did", async () => {
  const reader = scopes(profile, "read");
  const ended = async (replaced: AnyDependency, scope: string | undefined) => {
    const value = { via: "user", value: { name: "test" }, name: "test" } as const;
    const standIn = scope === undefined ? value : identified(value, { sub: "t", scope });
    return runAll({ reader }, { present: [userKey], overrides: readOverrides([[replaced, standIn]]) });
  };
  for (const replaced of [user, who]) {
    assert.deepEqual(await ended(replaced, "read"), { values: { reader: { id: "user test" } } });
    assert.equal(await ended(replaced, "write"), "refused scope at reader");
    assert.equal(await ended(replaced, undefined), "refused scope at reader");
  }
  assert.equal(await ended(profile, "write"), "refused scope at reader");
  assert.ok(typeof (await ended(profile, "read")) === "object");
  // What authenticates nobody answers for nothing, whatever stands in for it.
  const maybe = optional(service);
  const read = scopes(
    authenticate({ who, maybe }, ({ maybe }) => ({ id: maybe?.name ?? "nobody" })),
    "read",
  );
  const standIn = identified({ via: "user", value: { name: "test" } } as const, { sub: "t", scope: "read" });
  const overrides = readOverrides([
    [who, standIn],
    [maybe, undefined],
  ]);
  assert.deepEqual(await runAll({ read }, { overrides }), { values: { read: { id: "nobody" } } });
});

test("a cookie below keeps its cross-site rule, in every way that leads to it", async () => {
  const token = httpBearer({ scopes: { read: "Read" } });
  const cookie = apiKeyCookie({ name: "session", scopes: { read: "Read" } });
  const caller = anyOf({
    token: authenticate({ token }, ({ token }) => verify("token", token)),
    cookie: authenticate({ cookie }, ({ cookie }) => verify("cookie", cookie)),
  });
  const profile = authenticate({ caller }, ({ caller }) => ({ id: caller.value.name }));
  const route = post("/", { deps: { it: scopes(profile, "read") }, response: unchecked("a test") }, ({ it }) => it);
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [route] });
  const ask = async (headers: Record<string, string>) => {
    const answer = await api.fetch(new Request("https://x/", { method: "POST", headers }));
    return { status: answer.status, challenges: answer.headers.get("www-authenticate") };
  };
  const evil = { "sec-fetch-site": "cross-site" };
  const own = { "sec-fetch-site": "same-origin" };
  assert.equal((await ask({ cookie: "session=read", ...evil })).status, 403);
  assert.equal((await ask({ cookie: "session=read", ...own })).status, 200);
  assert.equal((await ask({ cookie: "session=write", ...own })).status, 403);
  assert.equal((await ask({ authorization: "Bearer read", ...evil })).status, 200);
  assert.deepEqual(await ask({}), { status: 401, challenges: 'Bearer realm="t", scope="read", Cookie realm="t", name="session"' });
  const { responses, security } = api.openapi().paths["/"]?.post ?? {};
  assert.deepEqual(Object.keys(responses ?? {}), ["400", "401", "403", "2XX"]);
  assert.deepEqual(security, [{ HTTPBearer: ["read"] }, { APIKeyCookie: ["read"] }]);
});
