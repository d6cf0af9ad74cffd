import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "../access/owned.ts";
import { scopes } from "../access/scopes.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { Redacted } from "../secret/redacted.ts";
import { anyOf } from "./any-of.ts";
import { session, user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { optional } from "./optional.ts";
import { resource } from "./resource.ts";
import { Refused, run } from "./run.ts";

const id = path("id", z.string());

function traced(seen: string[], lifetime: "app" | "request" = "request") {
  return resource(
    {},
    async function* () {
      seen.push(`open ${lifetime}`);
      try {
        yield `${lifetime} resource`;
        seen.push(`commit ${lifetime}`);
      } catch (error) {
        seen.push(`roll back ${lifetime}: ${String(error)}`);
        throw error;
      }
    },
    { lifetime },
  );
}

test("returns the value of a dependency", async () => {
  const two = depends({ one: depends({}, async () => 1) }, ({ one }) => one + 1);
  assert.equal(await run(two), 2);
  assert.equal(await run(two, {}, (two) => two * 10), 20);
});

test("resources are open while `use` runs, and close before the result is given", async () => {
  const seen: string[] = [];
  const job = depends({ pool: traced(seen, "app"), db: traced(seen) }, ({ db }) => db);
  const result = await run(job, {}, async () => {
    await Promise.resolve();
    seen.push("use");
    return "done";
  });
  assert.equal(result, "done");
  assert.deepEqual(seen, ["open app", "open request", "use", "commit request", "commit app"]);
});

test("an error of `use` is thrown into the resources, and is what the caller gets", async () => {
  for (const fail of [
    () => {
      throw new Error("no");
    },
    async () => {
      throw new Error("no");
    },
  ]) {
    const seen: string[] = [];
    await assert.rejects(run(traced(seen), {}, fail), /^Error: no$/);
    assert.deepEqual(seen, ["open request", "roll back request: Error: no"]);
  }
});

test("an error of a dependency is thrown into what is open, and is what the caller gets", async () => {
  const seen: string[] = [];
  const broken = depends({ db: traced(seen) }, () => {
    throw new Error("no");
  });
  await assert.rejects(run(broken), /^Error: no$/);
  assert.deepEqual(seen, ["open request", "roll back request: Error: no"]);
});

test("a commit that fails is the failure; after another failure that one stays", async () => {
  const failing = (lifetime: "app" | "request") =>
    resource(
      {},
      function* () {
        try {
          yield 1;
        } catch {
          // It does not close after a failure, either.
        }
        throw new Error(`${lifetime} does not close`);
      },
      { lifetime },
    );
  await assert.rejects(run(failing("request")), /^Error: request does not close$/);
  await assert.rejects(run(failing("app")), /^AggregateError: Some of the application's resources did not close$/);
  await assert.rejects(run(depends({ a: failing("app"), b: failing("request") }, () => 1)), /^Error: request does not close$/);
  await assert.rejects(
    run(failing("app"), {}, () => {
      throw new Error("first");
    }),
    /^Error: first$/,
  );
  await assert.rejects(
    run(failing("request"), {}, () => {
      throw new Error("first");
    }),
    /^Error: first$/,
  );
});

test("a guard that refuses is a Refused error that says where", async () => {
  const admin = authorize({ user }, () => undefined);
  const refused = run(admin, { with: [[user, { name: "job" }]] });
  await assert.rejects(refused, (error: Refused) => {
    assert.ok(error instanceof Refused);
    assert.deepEqual([error.code, error.name], ["forbidden", "Refused"]);
    assert.match(error.message, /^value: /);
    return true;
  });
});

test("a denial anywhere in a run is a Refused error with its reason", async () => {
  const because = { code: "forbidden", name: "Refused", message: /because$/ };
  const closing = resource({}, function* () {
    yield 1;
    deny("because");
  });
  const told: unknown[] = [];
  const db = resource({}, function* () {
    try {
      yield 1;
    } catch (error) {
      told.push(error);
      throw error;
    }
  });
  const late = depends({}, async () => deny("because"));
  const app = depends({}, () => deny("because"), { lifetime: "app" });
  for (const dep of [depends({}, () => deny("because")), late, app, closing, authorize({ user }, () => deny("because"))]) {
    await assert.rejects(run(dep, { with: [[user, { name: "job" }]] }), because);
  }
  await assert.rejects(
    run(db, {}, () => deny("because")),
    because,
  );
  assert.ok(told.length === 1 && told[0] instanceof Refused);
  // Positive control: the same without the denial.
  assert.equal(await run(db, {}, (db) => db), 1);
});

test("with: a principal takes the place of a credential", async () => {
  const report = depends({ user }, ({ user }) => `report for ${user.name}`);
  assert.equal(await run(report, { with: [[user, { name: "job" }]] }), "report for job");
  const writer = scopes(user, "write");
  assert.deepEqual(await run(writer, { with: [[user, identified({ name: "job" }, { sub: "job", scope: "write" })]] }), {
    name: "job",
  });
  await assert.rejects(run(writer, { with: [[user, { name: "job" }]] }), Refused);
  assert.deepEqual(await run(user, { with: [[userKey, new Redacted("write")]] }), { name: "user" });
});

test("with: guards run over the inputs that are given", async () => {
  const notes = new Map([["1", { owner: "ada" }]]);
  const mine = owned(
    { id, user },
    ({ id }) => notes.get(id),
    (note, { user }) => note.owner === user.name,
  );
  const as = (name: string, note: string) =>
    run(mine, {
      with: [
        [user, { name }],
        [id, note],
      ] as const,
    });
  assert.deepEqual(await as("ada", "1"), { owner: "ada" });
  await assert.rejects(as("bob", "1"), Refused);
  await assert.rejects(as("ada", "2"), Refused);
});

test("without a credential there is no run, and the message says what to pass", async () => {
  const error = {
    code: "wrong_dependency",
    message: /pass the credential's value, .* \{ with: \[\[it, value\]\] \}: a dependency below needs it/,
  };
  await assert.rejects(run(user), error);
  await assert.rejects(run(anyOf({ user, session })), error);
  await assert.rejects(run(userKey), error);
});

test("an optional credential is absent outside HTTP", async () => {
  assert.equal(await run(optional(user)), undefined);
});

test("an input has no value outside HTTP unless one is given", async () => {
  const limit = query("limit", z.string());
  await assert.rejects(run(limit), {
    code: "wrong_dependency",
    message: /the input query\("limit"\) has no value outside a request$/,
  });
  assert.equal(await run(limit, { with: [[limit, "5"]] }), "5");
});

test("app values are made for the run and closed after it, and can be replaced", async () => {
  const seen: string[] = [];
  const pool = traced(seen, "app");
  const store = depends({ pool }, ({ pool }) => `store on ${pool}`, { lifetime: "app" });
  assert.equal(await run(store), "store on app resource");
  assert.deepEqual(seen.splice(0), ["open app", "commit app"]);
  assert.equal(await run(store, { with: [[pool, "fake"]] }), "store on fake");
  assert.deepEqual(seen, []);
});

test("a wrong graph is a rejection, never a synchronous throw", async () => {
  const a = depends({}, () => 1);
  await assert.rejects(run(a, { with: [[a, a]] }), { code: "dependency_cycle" });
});
