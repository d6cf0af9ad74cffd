/** What `deny()` means in every place an application may write it, in every form, at once and later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { userKey, user } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { resource } from "../dependency/resource.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { type AuditEvent, createApi, get, group, nothing, problem, Problem, type Route, unchecked } from "../index.ts";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "./deny.ts";
import { owned } from "../access/owned.ts";
import { permitted } from "../access/permitted.ts";
import { untyped } from "../access/untyped.fixture.ts";
import { unowned } from "../access/unowned.ts";

type Give = () => never;
type GiveLater = () => Promise<never>;

/** Every form in which it is written. The value behind a statement would let through. */
const forms: Readonly<Record<string, Give>> = {
  statement: () => {
    deny("because");
  },
  return: () => deny("because"),
  throw: () => {
    // It throws by itself; the statement is what is tested.
    // oxlint-disable-next-line typescript/only-throw-error
    throw deny("because");
  },
};

/** What a form is given to: a function that ends at once, and one that ends later. */
const timings: Readonly<Record<string, (give: Give) => Give | GiveLater>> = {
  sync: (give) => give,
  async: (give) => async () => {
    await Promise.resolve();
    return give();
  },
};

const id = path("id", z.string());
const note = { id: "n1", ownerId: "user" };
const admin = authorize({ user }, ({ user }) => user, { reach: "any" });
const answer = unchecked("a test");
const of = (deps: Record<string, AnyDependency>): Route =>
  // The dependencies that are tested come without their types.
  Reflect.apply(get, undefined, ["/notes/:id", { deps: { user, seg, ...deps }, response: answer }, () => "let through"]);
const seg = path("id", z.string(), { identifies: nothing("a test") });

interface Place {
  /** The route that contains the function. */
  readonly route: (run: GiveLater) => Route;
  readonly status: number;
  readonly type: AuditEvent["type"];
  readonly at: string;
  /** Whether the function of this place may be asynchronous. Default true. */
  readonly later?: false;
}

const denied = { status: 403, type: "authorization.denied" } as const;
const hidden = { status: 404, type: "object.hidden", at: "it" } as const;
// The functions throw, so their result may have any type.
const places: Readonly<Record<string, Place>> = {
  authenticate: {
    route: (run) => of({ it: authenticate({ key: userKey }, run) }),
    status: 401,
    type: "authentication.failed",
    at: "it",
  },
  authorize: { route: (run) => of({ it: authorize({ user }, run) }), ...denied, at: "it" },
  "the load of owned": { route: (run) => of({ it: owned({ id, user }, run, (it: typeof note) => it.ownerId) }), ...hidden },
  "the owner of owned": {
    route: (run) =>
      of({
        it: untyped.owned(
          { id, user },
          () => note,
          (_note: object) => run(),
        ),
      }),
    ...hidden,
  },
  "the predicate of owned": {
    route: (run) =>
      of({
        it: untyped.owned(
          { id, user },
          () => note,
          (_note: object, _values: object) => run(),
        ),
      }),
    ...hidden,
  },
  permitted: { route: (run) => of({ it: permitted({ id, admin }, run) }), ...hidden },
  unowned: { route: (run) => of({ it: unowned("published", { id }, run) }), ...hidden },
  depends: { route: (run) => of({ it: depends({ user }, run) }), ...denied, at: "it" },
  "depends below a verb": {
    route: (run) => of({ it: authenticate({ key: userKey, db: depends({}, run) }, () => ({ id: 1 })) }),
    ...denied,
    at: "it → db",
  },
  "a resource that opens": {
    route: (run) =>
      of({
        it: resource({ user }, async function* () {
          yield await run();
        }),
      }),
    ...denied,
    at: "it",
  },
  "a synchronous resource that opens": {
    route: (run) =>
      of({
        it: resource({ user }, function* () {
          yield run();
        }),
      }),
    ...denied,
    at: "it",
    later: false,
  },
  "a resource that closes": {
    route: (run) =>
      of({
        it: resource({ user }, async function* () {
          yield 1;
          await run();
        }),
      }),
    ...denied,
    at: "the handler",
  },
  "a synchronous resource that closes": {
    route: (run) =>
      of({
        it: resource({ user }, function* () {
          yield 1;
          void run();
        }),
      }),
    ...denied,
    at: "the handler",
    later: false,
  },
  handler: { route: (run) => get("/notes/:id", { deps: { user, seg }, response: answer }, run), ...denied, at: "the handler" },
  "the schema of an input": {
    route: (run) => of({ it: query("q", z.string().default("x").transform(run)) }),
    ...denied,
    at: "it",
    later: false,
  },
  "the schema of the response": {
    route: (run) => get("/notes/:id", { deps: { user, seg }, response: z.string().refine(run) }, () => "x"),
    ...denied,
    at: "the handler",
    later: false,
  },
  "a group's guard": {
    route: (run) =>
      group({ prefix: "/notes", deps: { it: authorize({ user }, run) } }).get("/:id", { deps: { seg } }, () => "let through"),
    ...denied,
    at: "it",
  },
  "below what is optional": {
    route: (run) => of({ it: optional(authenticate({ key: userKey }, run)) }),
    status: 401,
    type: "authentication.failed",
    at: "it → value",
  },
};

/** Serves one route and asks it once, with a credential. */
async function ask(route: Route, guard?: AnyDependency): Promise<{ status: number; body: string; events: readonly object[] }> {
  const events: object[] = [];
  const unexpected: unknown[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    ...(guard === undefined ? {} : { guard }),
    audit: ({ at: _at, requestId: _id, route: _route, subjects: _subjects, ...event }) => void events.push(event),
    onError: (error) => void unexpected.push(error),
    routes: [route],
  });
  const response = await api.fetch(new Request("https://x/notes/n1", { headers: { "x-user": "read" } }));
  assert.deepEqual(unexpected, [], "a denial is no unexpected error");
  return { status: response.status, body: await response.text(), events };
}

for (const [name, { route, status, type, at, later }] of Object.entries(places)) {
  test(`deny() in ${name} is ${status} with its reason in the audit log, in every form`, async () => {
    for (const [form, give] of Object.entries(forms)) {
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
  const answered = await ask(
    of({}),
    authorize({ user }, () => deny("because")),
  );
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
