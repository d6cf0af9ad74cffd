import assert from "node:assert/strict";
import { test } from "node:test";
import { authorize } from "../access/authorize.ts";
import { user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { begin, failureOf, runAll } from "./execution.fixture.ts";
import { resource } from "./resource.ts";

/** Resources that write down what happens to them; `async` says how. */
const kinds = {
  sync: (name: string, seen: string[], deps = {}) =>
    resource(deps, function* () {
      seen.push(`open ${name}`);
      try {
        yield name;
        seen.push(`commit ${name}`);
      } catch (error) {
        seen.push(`roll back ${name}: ${String(error)}`);
        throw error;
      } finally {
        seen.push(`close ${name}`);
      }
    }),
  async: (name: string, seen: string[], deps = {}) =>
    resource(deps, async function* () {
      await Promise.resolve();
      seen.push(`open ${name}`);
      try {
        yield name;
        await Promise.resolve();
        seen.push(`commit ${name}`);
      } catch (error) {
        seen.push(`roll back ${name}: ${String(error)}`);
        throw error;
      } finally {
        await Promise.resolve();
        seen.push(`close ${name}`);
      }
    }),
};

const error = new Error("failed");

for (const [outer, inner] of [
  ["sync", "sync"],
  ["async", "async"],
  ["sync", "async"],
  ["async", "sync"],
] as const) {
  test(`resources close in reverse order of opening (${outer}, ${inner})`, async () => {
    const seen: string[] = [];
    const pool = kinds[outer]("pool", seen);
    const db = kinds[inner]("db", seen, { pool });
    const execution = begin({ db });
    assert.equal(await execution.advance(Infinity), undefined);
    assert.deepEqual(seen.splice(0), ["open pool", "open db"]);
    assert.equal(await execution.close(), undefined);
    assert.deepEqual(seen, ["commit db", "close db", "commit pool", "close pool"]);
  });

  test(`a failure is thrown in at yield: nothing commits (${outer}, ${inner})`, async () => {
    const seen: string[] = [];
    const pool = kinds[outer]("pool", seen);
    const db = kinds[inner]("db", seen, { pool });
    const execution = begin({ db });
    await execution.advance(Infinity);
    seen.length = 0;
    // The failure that comes back out is not an error of closing.
    assert.equal(await execution.close({ error }), undefined);
    assert.deepEqual(seen, ["roll back db: Error: failed", "close db", "roll back pool: Error: failed", "close pool"]);
  });
}

test("closing twice closes once", async () => {
  const seen: string[] = [];
  const execution = begin({ db: kinds.async("db", seen) });
  await execution.advance(Infinity);
  await execution.close();
  assert.equal(await execution.close(), undefined);
  assert.deepEqual(seen, ["open db", "commit db", "close db"]);
});

test("a run without resources has nothing to close", () => {
  const execution = begin({ it: depends({}, () => 1) });
  assert.equal(execution.advance(Infinity), undefined);
  assert.equal(execution.close({ error }), undefined);
});

const commits = {
  sync: resource({}, function* () {
    yield "db";
    throw new Error("commit failed");
  }),
  async: resource({}, async function* () {
    yield "db";
    await Promise.reject(new Error("commit failed"));
  }),
};

for (const kind of ["sync", "async"] as const) {
  test(`a commit that fails after a success is the failure, and is thrown into what still is open (${kind})`, async () => {
    const seen: string[] = [];
    const pool = kinds[kind]("pool", seen);
    const execution = begin({ pool, db: commits[kind] });
    await execution.advance(Infinity);
    const failure = await execution.close();
    assert.match(String(failure?.error), /commit failed/);
    assert.deepEqual(seen, ["open pool", "roll back pool: Error: commit failed", "close pool"]);
  });
}

test("positive control: a commit that succeeds is not a failure", async () => {
  const execution = begin({ db: kinds.async("db", []) });
  await execution.advance(Infinity);
  assert.equal(await execution.close(), undefined);
});

test("a resource that swallows the failure does not undo it: the others get it too", async () => {
  const seen: string[] = [];
  for (const swallowing of [
    resource({}, function* () {
      try {
        yield 1;
      } catch {
        seen.push("swallowed");
      }
    }),
    resource({}, async function* () {
      try {
        yield 1;
      } catch {
        seen.push("swallowed");
      }
    }),
  ]) {
    const execution = begin({ pool: kinds.sync("pool", seen), swallowing });
    await execution.advance(Infinity);
    assert.equal(await execution.close({ error }), undefined);
    assert.deepEqual(seen.splice(0), ["open pool", "swallowed", "roll back pool: Error: failed", "close pool"]);
  }
});

test("an error while closing after a failure is told, and the others close all the same", async () => {
  const seen: string[] = [];
  const execution = begin({
    pool: kinds.async("pool", seen),
    one: resource({}, async function* () {
      try {
        yield 1;
      } finally {
        await Promise.reject(new Error("one does not close"));
      }
    }),
    two: resource({}, function* () {
      try {
        yield 1;
      } finally {
        seen.push("two closes");
      }
    }),
  });
  await execution.advance(Infinity);
  const failure = await execution.close({ error });
  assert.match(String(failure?.error), /one does not close/);
  assert.deepEqual(seen, ["open pool", "two closes", "roll back pool: Error: one does not close", "close pool"]);
});

test("of several errors of closing the first is told", async () => {
  const failing = (name: string) =>
    resource({}, async function* () {
      try {
        yield name;
      } finally {
        await Promise.reject(new Error(name));
      }
    });
  const execution = begin({ a: failing("a"), b: failing("b"), c: failing("c") });
  await execution.advance(Infinity);
  assert.match(String((await execution.close())?.error), /Error: c/);
});

test("a resource that fails to open fails the run, and what was open before it closes with that error", async () => {
  const seen: string[] = [];
  for (const broken of [
    resource({}, function* () {
      if (seen.length > 0) throw new Error("no connection");
      yield 1;
    }),
    resource({}, async function* () {
      if (seen.length > 0) throw new Error("no connection");
      yield 1;
    }),
  ]) {
    assert.equal(await runAll({ pool: kinds.sync("pool", seen), broken }), "threw no connection");
    assert.deepEqual(seen.splice(0), ["open pool", "roll back pool: Error: no connection", "close pool"]);
  }
});

const advice = /A resource yields exactly once: async function\* \(\)/;

test("a resource that never yields is wrong_result", async () => {
  const isOpen = () => false;
  for (const it of [
    resource({}, function* () {
      if (isOpen()) yield 1;
    }),
    resource({}, async function* () {
      if (isOpen()) yield 1;
    }),
  ]) {
    const execution = begin({ it });
    const failed = await execution.advance(Infinity);
    assert.ok(failed?.kind === "threw");
    assert.throws(
      () => {
        throw failed.error;
      },
      { code: "wrong_result", message: advice },
    );
    assert.equal(await execution.close({ error: failed.error }), undefined);
  }
});

test("a resource that yields twice is wrong_result, and its finally still runs", async () => {
  for (const failure of [undefined, { error }]) {
    const seen: string[] = [];
    for (const it of [
      resource({}, function* () {
        try {
          try {
            yield 1;
          } catch {
            seen.push("caught");
          }
          yield 2;
        } finally {
          seen.push("released");
        }
      }),
      resource({}, async function* () {
        try {
          try {
            yield 1;
          } catch {
            seen.push("caught");
          }
          yield 2;
        } finally {
          seen.push("released");
        }
      }),
    ]) {
      const execution = begin({ it });
      await execution.advance(Infinity);
      const closing = await execution.close(failure);
      assert.throws(
        () => {
          throw closing?.error;
        },
        { code: "wrong_result", message: advice },
      );
      assert.deepEqual(seen.splice(0), failure === undefined ? ["released"] : ["caught", "released"]);
    }
  }
});

test("a function that returns instead of yielding is wrong_result, with advice", async () => {
  // JavaScript callers can pass anything.
  const untyped = resource as unknown as (deps: object, open: unknown) => typeof user;
  for (const open of [() => ({ query: () => 1 }), async () => 1, () => undefined]) {
    assert.match(await failureOf({ it: untyped({}, open) }), /^threw A resource yields exactly once/);
  }
  for (const open of [undefined, null, {}, "x"]) {
    assert.throws(() => untyped({}, open), { code: "wrong_dependency", message: /async function\* \(\) \{ yield value; \}/ });
  }
});

test("a refusal closes the open resources, and nothing commits", async () => {
  const seen: string[] = [];
  const db = kinds.async("db", seen);
  const deps = { db: depends({ db }, ({ db }) => db), caller: user };
  assert.equal(await runAll(deps, { present: [[userKey, "bad"]] }), "refused invalid at caller");
  assert.deepEqual(seen, []);
  const active = authorize({ db, user }, () => undefined);
  assert.equal(await runAll({ active }, { present: [userKey] }), "refused forbidden at active");
  assert.deepEqual(seen, ["open db", "roll back db: Error: refused forbidden at active", "close db"]);
});

test("whatever is thrown is thrown in, undefined included", async () => {
  const seen: unknown[] = [];
  const db = resource({}, function* () {
    try {
      yield 1;
    } catch (thrown) {
      seen.push(thrown);
    }
  });
  const execution = begin({ db });
  assert.equal(execution.advance(Infinity), undefined);
  assert.equal(execution.close({ error: undefined }), undefined);
  assert.deepEqual(seen, [undefined]);
});
