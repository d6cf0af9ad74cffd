import assert from "node:assert/strict";
import { test } from "node:test";
import { deny } from "../outcome/deny.ts";
import { AppValues } from "./app-values.ts";
import { user, userKey } from "./caller.fixture.ts";
import type { AnyDependency } from "./dependency.ts";
import { depends } from "./depends.ts";
import { failureOf, runAll, settled } from "./execution.fixture.ts";
import { readOverrides } from "./override.ts";
import { resource } from "./resource.ts";

const app = { lifetime: "app" } as const;

test("an app value is created once for all requests, a request value once for each request", async () => {
  let pools = 0;
  let connections = 0;
  const pool = depends({}, () => (pools += 1), app);
  const connection = depends({ pool }, () => (connections += 1));
  const values = new AppValues();
  await runAll({ pool, connection }, { app: values });
  assert.deepEqual(await runAll({ pool, connection }, { app: values }), { values: { pool: 1, connection: 2 } });
  assert.deepEqual([pools, connections], [1, 2]);
});

test("each API creates its own app values", async () => {
  let made = 0;
  const pool = depends({}, () => (made += 1), app);
  await runAll({ pool });
  await runAll({ pool });
  assert.equal(made, 2);
});

test("requests that arrive while an app value is being created share it", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let made = 0;
  const base = resource(
    {},
    async function* () {
      made += 1;
      yield await promise;
    },
    app,
  );
  const pool = depends({ base }, async ({ base }) => ({ base }), app);
  const values = new AppValues();
  const requests = Array.from({ length: 50 }, () => runAll({ pool }, { app: values }));
  await settled();
  resolve("pool");
  const [first, ...rest] = await Promise.all(requests);
  assert.deepEqual(first, { values: { pool: { base: "pool" } } });
  for (const other of rest) assert.deepEqual(other, first);
  assert.equal(made, 1);
});

test("a failure is not kept: the next request tries again", async () => {
  let tries = 0;
  const attempt = (): string => {
    tries += 1;
    if (tries % 2 === 1) throw new Error("away");
    return "pool";
  };
  const pools: AnyDependency[] = [
    depends({}, attempt, app),
    depends({}, async () => attempt(), app),
    resource(
      {},
      function* () {
        yield attempt();
      },
      app,
    ),
    resource(
      {},
      async function* () {
        yield attempt();
      },
      app,
    ),
  ];
  for (const pool of pools) {
    const values = new AppValues();
    const outer = depends({ pool }, ({ pool }) => pool, app);
    assert.equal(await runAll({ outer }, { app: values }), "threw away");
    assert.deepEqual(await runAll({ outer }, { app: values }), { values: { outer: "pool" } });
    await values.close();
  }
  assert.equal(tries, 2 * pools.length);
});

test("every request that waits for a failing app value fails, and a later request does not", async () => {
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let tries = 0;
  const pool = depends({}, async () => gates[(tries += 1) - 1]?.promise, app);
  const values = new AppValues();
  const requests = [runAll({ pool }, { app: values }), runAll({ pool }, { app: values })];
  gates[0]?.reject(new Error("away"));
  assert.deepEqual(await Promise.all(requests), ["threw away", "threw away"]);
  gates[1]?.resolve("pool");
  assert.deepEqual(await runAll({ pool }, { app: values }), { values: { pool: "pool" } });
});

test("app resources close at shutdown, in reverse order, and not after a request", async () => {
  const seen: string[] = [];
  const named = (name: string, deps: Record<string, AnyDependency> = {}) =>
    resource(
      deps,
      async function* () {
        yield name;
        seen.push(name);
      },
      app,
    );
  const settings = named("settings");
  const pool = named("pool", { settings });
  const cache = named("cache", { pool });
  const values = new AppValues();
  await runAll({ cache, settings }, { app: values });
  assert.deepEqual(seen, []);
  await values.close();
  assert.deepEqual(seen, ["cache", "pool", "settings"]);
  await values.close();
  assert.equal(seen.length, 3);
});

test("an app resource closes as after a success, even if a request failed", async () => {
  const seen: string[] = [];
  const pool = resource(
    {},
    function* () {
      try {
        yield 1;
        seen.push("closed");
      } catch {
        seen.push("failed");
      }
    },
    app,
  );
  const values = new AppValues();
  const broken = depends({ pool }, () => {
    throw new Error("no");
  });
  assert.equal(await runAll({ broken }, { app: values }), "threw no");
  await values.close();
  assert.deepEqual(seen, ["closed"]);
});

test("every app resource is closed, and the errors are thrown together", async () => {
  const seen: string[] = [];
  const named = (name: string, fails: boolean) =>
    resource(
      {},
      function* () {
        yield name;
        seen.push(name);
        if (fails) throw new Error(name);
      },
      app,
    );
  const values = new AppValues();
  await runAll({ a: named("a", true), b: named("b", false), c: named("c", true) }, { app: values });
  await assert.rejects(values.close(), (error: AggregateError) => {
    assert.deepEqual(error.errors.map(String), ["Error: c", "Error: a"]);
    return true;
  });
  assert.deepEqual(seen, ["c", "b", "a"]);
});

test("a resource that did not open is not closed, however often it was tried", async () => {
  let opens = false;
  let closed = 0;
  const pool = resource(
    {},
    async function* () {
      if (!opens) throw new Error("away");
      yield 1;
      closed += 1;
    },
    app,
  );
  const values = new AppValues();
  for (let tries = 0; tries < 3; tries += 1) await runAll({ pool }, { app: values });
  opens = true;
  await runAll({ pool }, { app: values });
  await values.close();
  assert.equal(closed, 1);
});

test("an app value whose function calls deny() has no value, and the refusal is not kept", async () => {
  for (const refuse of [() => deny("no"), async () => deny("no")]) {
    let asked = 0;
    let used = 0;
    const pool = depends({}, () => ((asked += 1), refuse()), app);
    const store = depends({ pool }, () => (used += 1), app);
    const values = new AppValues();
    for (const _ of [1, 2]) assert.equal(await failureOf({ store }, { app: values }), "refused forbidden at store");
    assert.deepEqual([asked, used], [2, 0]);
  }
});

test("a resource whose value is a rejected promise is closed at once, with the error", async () => {
  const seen: string[] = [];
  const pool = resource(
    {},
    function* () {
      try {
        yield Promise.reject(new Error("away"));
      } catch (error) {
        seen.push(String(error));
      }
    },
    app,
  );
  const values = new AppValues();
  assert.equal(await runAll({ pool }, { app: values }), "threw away");
  assert.deepEqual(seen, ["Error: away"]);
  await values.close();
  assert.equal(seen.length, 1);
});

test("an app value cannot use a request value, at any depth", () => {
  const request = depends({}, () => 1);
  const advice = { code: "wrong_lifetime", message: /remove "request", or leave out lifetime: "app"/ };
  assert.throws(() => depends({ request }, () => 1, app), advice);
  assert.throws(
    () =>
      resource(
        { request },
        function* () {
          yield 1;
        },
        app,
      ),
    advice,
  );
  assert.throws(() => depends({ user }, () => 1, app), { code: "wrong_lifetime" });
  assert.throws(() => depends({ key: userKey }, () => 1, app), { code: "wrong_lifetime" });
  const pool = depends({}, () => 1, app);
  // Positive controls: an app value may use an app value, and so may a request value.
  depends({ pool }, () => 1, app);
  depends({ pool, request }, () => 1);
});

test("an unknown lifetime is refused", () => {
  const untyped = depends as unknown as (deps: object, run: () => number, options: object) => AnyDependency;
  assert.throws(() => untyped({}, () => 1, { lifetime: "session" }), { code: "wrong_lifetime", message: /"app" or "request"/ });
});

test("an override reaches the app values that use the overridden dependency", async () => {
  let real = 0;
  const pool = depends(
    {},
    () => {
      real += 1;
      return "real";
    },
    app,
  );
  const store = depends({ pool }, ({ pool }) => `store on ${pool}`, app);
  const run = (overrides: Parameters<typeof readOverrides>[0]) => {
    const read = readOverrides(overrides);
    return runAll({ store, pool }, { overrides: read, app: new AppValues(read) });
  };
  assert.deepEqual(await run([[pool, "fake"]]), { values: { store: "store on fake", pool: "fake" } });
  const fake = depends({}, async () => "other", app);
  assert.deepEqual(await run([[pool, fake]]), { values: { store: "store on other", pool: "other" } });
  assert.equal(real, 0);
  assert.deepEqual(await run([]), { values: { store: "store on real", pool: "real" } });
});

test("an app value cannot use a request value that overrides one of its dependencies", async () => {
  const pool = depends({}, () => "real", app);
  const store = depends({ pool }, ({ pool }) => `store on ${pool}`, app);
  const overrides = readOverrides([[pool, depends({}, () => "of a request")]]);
  assert.match(
    await failureOf({ store }, { overrides, app: new AppValues(overrides) }),
    /^threw Override an app value with one that has \{ lifetime: "app" \}, too$/,
  );
  // Positive control: if only the request uses it, the override works.
  assert.deepEqual(await runAll({ pool }, { overrides, app: new AppValues(overrides) }), { values: { pool: "of a request" } });
});
