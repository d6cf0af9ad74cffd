import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  type Api,
  apiKeyHeader,
  authenticate,
  authorize,
  createApi,
  deny,
  depends,
  get,
  owned,
  path,
  problem,
  Redacted,
  Refused,
  resource,
} from "../index.ts";

const key = apiKeyHeader({ name: "X-API-Key" });
const user = authenticate({ key }, ({ key }) => ({ id: key.reveal(), isActive: key.reveal() !== "carol" }));
const active = authorize({ user }, ({ user }) => (user.isActive ? user : deny("inactive")));

/** A pool of the app, a transaction on it, and a record of both. */
function database() {
  const seen: string[] = [];
  let opened = 0;
  const pool = resource(
    {},
    async function* () {
      opened += 1;
      seen.push("open pool");
      yield { number: opened, rows: new Map<string, string>() };
      seen.push("close pool");
    },
    { lifetime: "app" },
  );
  const db = resource({ pool }, function* ({ pool }) {
    try {
      yield pool;
      seen.push("commit");
    } catch (error) {
      seen.push(`roll back: ${String(error)}`);
      throw error;
    }
  });
  return { seen, pool, db };
}

const about = { title: "t", version: "1", audit: () => {}, onError: () => {} };
const ask = (api: Api, target: string): Promise<Response> => api.fetch(new Request(`http://x${target}`));

test("api.run() has the values of the app that requests have: what a job writes, a request reads", async () => {
  const { seen, db } = database();
  const route = get("/", { public: "a test", deps: { db } }, ({ db }) => db.rows.get("a") ?? "none");
  const api = createApi({ ...about, routes: [route] });
  await api.run(db, {}, ({ rows }) => rows.set("a", "by the job"));
  assert.equal(await (await ask(api, "/")).json(), "by the job");
  assert.equal(await api.run(db, {}, ({ number }) => number), 1);
  // Without `use`, the value itself.
  assert.equal((await api.run(db)).number, 1);
  assert.deepEqual(seen, ["open pool", "commit", "commit", "commit", "commit"]);
  await api.close();
  assert.equal(seen.at(-1), "close pool");
});

test("a dependency that no route uses runs, too, and what it opens for the app is closed with the API", async () => {
  const { seen, pool } = database();
  const api = createApi({ ...about, routes: [] });
  const [one, other] = await Promise.all([api.run(pool), api.run(pool)]);
  assert.equal(one, other);
  await api.close();
  assert.deepEqual(seen, ["open pool", "close pool"]);
});

test("a job of an API with replacements runs with them, and its own replacements come first", async () => {
  const { pool } = database();
  const name = depends({ pool }, ({ pool }) => `pool ${pool.number}`, { lifetime: "app" });
  const greeting = depends({ name, user }, ({ name, user }) => `${user.id} on ${name}`);
  const api = createApi({ ...about, routes: [get("/", { deps: { user, greeting } }, ({ greeting }) => greeting)] });
  const alice = { id: "alice", isActive: true };
  const faked = api.with([
    [user, alice],
    [name, "a fake"],
  ]);
  assert.equal(await faked.run(greeting), "alice on a fake");
  assert.equal(await faked.run(greeting, { with: [[user, { id: "bob", isActive: true }]] }), "bob on a fake");
  assert.equal(await faked.run(greeting, { with: [[name, "another"]] }), "alice on another");
  // The API that the other was made of has none of it.
  await assert.rejects(api.run(greeting), { code: "wrong_dependency" });
  assert.equal(await api.run(greeting, { with: [[user, alice]] }), "alice on pool 1");
  await api.close();
  await faked.close();
});

test("a value of the app that rests on a replaced one is made for the run alone, and closed after it", async () => {
  const { seen, pool } = database();
  const settings = depends({}, () => "real", { lifetime: "app" });
  const mailer = resource(
    { settings, pool },
    function* ({ settings, pool }) {
      seen.push(`open mailer: ${settings}, pool ${pool.number}`);
      yield settings;
      seen.push(`close mailer: ${settings}`);
    },
    { lifetime: "app" },
  );
  const job = depends({ mailer }, ({ mailer }) => mailer);
  const api = createApi({ ...about, routes: [] });
  assert.equal(await api.run(job), "real");
  assert.equal(await api.run(job, { with: [[settings, "test"]] }), "test");
  assert.deepEqual(seen, ["open pool", "open mailer: real, pool 1", "open mailer: test, pool 1", "close mailer: test"]);
  assert.equal(await api.run(job), "real");
  await api.close();
  assert.deepEqual(seen.slice(4), ["close mailer: real", "close pool"]);
});

test("an error rolls the job back, reaches its caller, and leaves the API's values open", async () => {
  const { seen, db } = database();
  const api = createApi({ ...about, routes: [] });
  const fail = async (): Promise<never> => {
    throw new Error("no");
  };
  await assert.rejects(api.run(db, {}, fail), /^Error: no$/);
  await assert.rejects(
    api.run(db, {}, () => problem(409, "taken", "It is taken.")),
    { code: "taken" },
  );
  assert.equal(await api.run(db, {}, ({ number }) => number), 1);
  assert.deepEqual(
    seen.map((step) => step.split(":")[0]),
    ["open pool", "roll back", "roll back", "commit"],
  );
  await api.close();
});

test("guards run as in a request, and a refusal is a Refused", async () => {
  const api = createApi({ ...about, routes: [] });
  const as = (id: string) => ({ with: [[key, new Redacted(id)]] }) as const;
  const id = path("id", z.string());
  const note = owned(
    { id, user: active },
    ({ id }) => ({ id, ownerId: "alice" }),
    ({ ownerId }) => ownerId,
  );
  const noteAs = (name: string) =>
    api.run(note, {
      with: [
        [key, new Redacted(name)],
        [id, "n1"],
      ],
    });
  assert.equal((await noteAs("alice")).id, "n1");
  await assert.rejects(noteAs("bob"), Refused);
  assert.equal((await api.run(active, as("alice"))).id, "alice");
  await assert.rejects(api.run(active, as("carol")), Refused);
  await assert.rejects(api.run(active), { code: "wrong_dependency", message: /\{ with: \[\[it, value\]\] \}/ });
  // What JavaScript may pass.
  const wrong: unknown[] = [undefined, null, {}, "user", user["~dep"]];
  for (const each of wrong) await assert.rejects(api.run(each as typeof user), { code: "wrong_dependency" });
});

test("close() waits for running jobs, and a job that begins afterwards is refused", async () => {
  const { seen, db } = database();
  const api = createApi({ ...about, routes: [] });
  const gate = Promise.withResolvers<void>();
  const job = api.run(db, {}, async ({ rows }) => {
    await gate.promise;
    rows.set("a", "written");
    return rows.size;
  });
  const failing = api.run(db, {}, async () => {
    await gate.promise;
    throw new Error("no");
  });
  const failed = assert.rejects(failing, /^Error: no$/);
  const closing = api.close();
  gate.resolve();
  assert.equal(await job, 1);
  await failed;
  await closing;
  assert.deepEqual(seen.slice(1, 3).toSorted(), ["commit", "roll back: Error: no"]);
  assert.equal(seen.at(-1), "close pool");
  await assert.rejects(api.run(db), { code: "api_closed" });
  assert.equal(seen.length, 4, "nothing is opened again");
});

test("close() does not wait for a job that never ends longer than it is told", async () => {
  const { seen, db } = database();
  const api = createApi({ ...about, routes: [] });
  const started = Promise.withResolvers<void>();
  const endless = api.run(db, {}, () => {
    started.resolve();
    return new Promise<never>(() => {});
  });
  endless.catch(() => {});
  await started.promise;
  await api.close({ graceSeconds: 0 });
  assert.deepEqual(seen, ["open pool", "close pool"]);
});
