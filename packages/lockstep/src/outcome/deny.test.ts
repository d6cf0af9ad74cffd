/** What `deny()` means in every place an application may write it, in every form, at once and later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { user } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { resource } from "../dependency/resource.ts";
import { get, problem, Problem } from "../index.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "./deny.ts";
import { ask, formsOf, of, places, seg, timings } from "./refusing-places.fixture.ts";

for (const [name, { route, status, type, at, later }] of Object.entries(places)) {
  test(`deny() in ${name} is ${status} with its reason in the audit log, in every form`, async () => {
    for (const [form, give] of Object.entries(formsOf(() => deny("because")))) {
      for (const [timing, timed] of Object.entries(timings)) {
        if (timing === "async" && later === false) continue;
        const answered = await ask(route(timed(give)));
        assert.equal(answered.status, status, `${form} ${timing}`);
        assert.ok(!answered.body.includes("because"), "the client never reads the reason");
        const [event, ...others] = answered.events;
        assert.deepEqual(others, []);
        const schemes = type === "authentication.failed" ? { schemes: ["user"] } : {};
        assert.deepEqual(event, { type, ...schemes, reason: "because", dependency: at }, `${form} ${timing}`);
      }
    }
  });
}

test("positive control: the same route without the denial is let through", async () => {
  const answered = await ask(of({ it: authorize({ user }, ({ user }) => user) }));
  assert.deepEqual([answered.status, answered.body, answered.events], [200, '"let through"', []]);
});

test("deny() in the guard of the API is 403", async () => {
  const answered = await ask(of({}), { guard: authorize({ user }, () => deny("because")) });
  assert.deepEqual(
    [answered.status, answered.events],
    [403, [{ type: "authorization.denied", reason: "because", dependency: "guard" }]],
  );
});

test("a handler that denies answers as a guard that does, byte for byte", async () => {
  const guarded = await ask(of({ it: authorize({ user }, () => deny("one")) }));
  const handled = await ask(get("/notes/:id", { deps: { user, seg } }, () => deny("two")));
  assert.equal(handled.body, guarded.body);
});

test("a resource is told of a handler's denial by the problem that the client is answered with", async () => {
  const told: unknown[] = [];
  const db = resource({ user }, function* () {
    try {
      yield 1;
    } catch (error) {
      told.push(error instanceof Problem ? `${error.status} ${error.code}` : error);
      throw error;
    }
  });
  await ask(get("/notes/:id", { deps: { db, user, seg } }, () => deny("because")));
  await ask(get("/notes/:id", { deps: { db, user, seg } }, async () => deny("because")));
  const early = depends({ db }, () => deny("because"));
  await ask(of({ early }));
  assert.deepEqual(told, ["403 forbidden", "403 forbidden", "403 forbidden"]);
});

test("a resource that denies while it is told of another answer does not change that answer; the audit log has both", async () => {
  const db = resource({ user }, async function* () {
    try {
      yield 1;
    } catch {
      deny("late");
    }
  });
  const answered = await ask(get("/notes/:id", { deps: { db, user, seg } }, () => problem(409, "taken", "Taken.")));
  assert.equal(answered.status, 409);
  assert.deepEqual(answered.events, [{ type: "authorization.denied", reason: "late", dependency: "the handler" }]);
});

test("catching it is the application's own doing: a denial that is swallowed lets the request go on", async () => {
  const swallowed = authorize({ user }, ({ user }) => {
    try {
      deny("because");
    } catch {
      return user;
    }
  });
  assert.equal((await ask(of({ it: swallowed }))).status, 200);
});
