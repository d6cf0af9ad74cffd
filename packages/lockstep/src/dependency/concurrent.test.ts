import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { owned } from "../access/owned.ts";
import type { Principal } from "../outcome/principal.ts";
import { user, userKey } from "./caller.fixture.ts";
import { depends } from "./depends.ts";
import { begin, describe, runAll, settled } from "./execution.fixture.ts";
import { resource } from "./resource.ts";

/** A value that the test resolves or rejects when it likes, and whether it was asked for. */
function gate<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  // A gate that is never asked for must not be reported as an unhandled rejection.
  promise.catch(() => {});
  return { promise, open: resolve, break: (message: string) => reject(new Error(message)), asked: 0 };
}

function behind<T>(it: ReturnType<typeof gate<T>>) {
  return async (): Promise<T> => {
    it.asked += 1;
    return it.promise;
  };
}

test("independent nodes of one phase overlap: each waits until the other has started", async () => {
  const a = gate<string>();
  const b = gate<string>();
  const first = depends({}, () => {
    a.open("a started");
    return b.promise;
  });
  const second = depends({}, () => {
    b.open("b started");
    return a.promise;
  });
  assert.deepEqual(await runAll({ first, second }), { values: { first: "b started", second: "a started" } });
});

test("independent guards and the resources below them overlap, too", async () => {
  const a = gate<Principal>();
  const b = gate<Principal>();
  const db = resource({}, async function* () {
    a.open({ id: 1 });
    yield await b.promise;
  });
  const one = authenticate({ key: userKey, db }, async ({ db }) => db);
  const two = authenticate({ key: userKey }, async () => {
    b.open({ id: 2 });
    return a.promise;
  });
  assert.deepEqual(await runAll({ one, two }, { present: [userKey] }), { values: { one: { id: 2 }, two: { id: 1 } } });
});

test("a step that depends on an asynchronous value starts only when the value is there", async () => {
  const base = gate<number>();
  const seen: string[] = [];
  const first = depends({}, behind(base));
  const second = depends({ first }, async ({ first }) => seen.push(`second after ${first}`));
  const third = depends({ second, first }, () => seen.push("third"));
  const ended = runAll({ third, second, first });
  await settled();
  assert.equal(base.asked, 1);
  assert.deepEqual(seen, []);
  base.open(1);
  assert.ok(typeof (await ended) === "object");
  assert.deepEqual(seen, ["second after 1", "third"]);
});

test("a chain does not hold up steps that do not depend on it", async () => {
  const slow = gate<number>();
  const other = gate<number>();
  const first = depends({}, behind(slow));
  const second = depends({ first }, ({ first }) => first);
  const aside = depends({}, behind(other));
  const ended = runAll({ second, aside });
  await settled();
  assert.deepEqual([slow.asked, other.asked], [1, 1]);
  slow.open(1);
  other.open(2);
  assert.deepEqual(await ended, { values: { second: 1, aside: 2 } });
});

test("a later phase waits until the whole earlier phase has ended", async () => {
  const slow = gate<Principal>();
  let authorized = 0;
  const caller = authenticate({ key: userKey }, behind(slow));
  const other = authorize({ user }, () => ({ id: (authorized += 1) }));
  const ended = runAll({ caller, other }, { present: [userKey] });
  await settled();
  assert.equal(authorized, 0);
  slow.open({ id: 1 });
  assert.ok(typeof (await ended) === "object");
  assert.equal(authorized, 1);
});

test("of two concurrent failures, that of the earlier step counts, whichever happens first", async () => {
  for (const order of ["earlier first", "later first"]) {
    const a = gate<object>();
    const b = gate<object>();
    const ended = runAll({ a: depends({}, behind(a)), b: depends({}, behind(b)) });
    await settled();
    assert.deepEqual([a.asked, b.asked], [1, 1], order);
    const breaks = [() => a.break("a"), () => b.break("b")];
    for (const act of order === "earlier first" ? breaks : breaks.toReversed()) {
      act();
      await settled();
    }
    assert.equal(await ended, "threw a", order);
  }
});

test("an asynchronous failure of an earlier step counts over a synchronous failure of a later step", async () => {
  const a = gate<object>();
  const fails = depends({}, () => {
    throw new Error("b");
  });
  const ended = runAll({ a: depends({}, behind(a)), fails });
  await settled();
  a.break("a");
  assert.equal(await ended, "threw a");
});

test("a waiting step still runs after a later step has failed, so the answer does not depend on timing", async () => {
  for (const order of ["opens first", "fails first"]) {
    const opening = gate<object>();
    const failing = gate<Principal>();
    const db = resource({}, async function* () {
      yield await opening.promise;
    });
    const first = authenticate({ key: userKey, db }, () => undefined);
    const second = authenticate({ key: userKey }, behind(failing));
    const ended = runAll({ first, second }, { present: [userKey] });
    await settled();
    const acts = [() => opening.open({}), () => failing.break("second")];
    for (const act of order === "opens first" ? acts : acts.toReversed()) {
      act();
      await settled();
    }
    assert.equal(await ended, "refused invalid at first", order);
  }
});

test("after a failure no later step starts", async () => {
  const a = gate<number>();
  const b = gate<number>();
  let started = 0;
  const first = depends({}, behind(a));
  const second = depends({}, behind(b));
  const third = depends({ second }, () => (started += 1));
  const run = async (fails: boolean): Promise<unknown> => {
    const ended = runAll({ first, second, third });
    await settled();
    if (fails) a.break("first");
    else a.open(1);
    await settled();
    b.open(2);
    return ended;
  };
  assert.equal(await run(true), "threw first");
  assert.equal(started, 0);
});

test("positive control: without the failure the later step starts", async () => {
  const b = gate<number>();
  let started = 0;
  const second = depends({}, behind(b));
  const ended = runAll({ first: depends({}, async () => 1), third: depends({ second }, () => (started += 1)) });
  await settled();
  assert.equal(started, 0);
  b.open(2);
  await ended;
  assert.equal(started, 1);
});

test("after a failure in one phase, no step of the next phase starts", async () => {
  let loaded = 0;
  const caller = authenticate({ key: userKey }, async () => undefined);
  const mine = owned(
    { user },
    () => ({ at: (loaded += 1) }),
    (_object, _values) => true,
  );
  assert.equal(await runAll({ caller, mine }, { present: [userKey] }), "refused invalid at caller");
  assert.equal(loaded, 0);
});

test("a failed run ends only after its running steps have ended, and closes resources that were opening", async () => {
  const opening = gate<string>();
  const seen: string[] = [];
  const db = resource({}, async function* () {
    const it = await opening.promise;
    try {
      yield it;
    } catch (error) {
      seen.push(`closed with ${String(error)}`);
      throw error;
    }
  });
  const fails = depends({}, async () => {
    throw new Error("no");
  });
  const execution = begin({ fails, db });
  const failed = execution.advance(Infinity);
  void Promise.resolve(failed).then(() => seen.push("ended"));
  await settled();
  assert.deepEqual(seen, []);
  opening.open("db");
  const it = await failed;
  assert.ok(it !== undefined);
  assert.equal(describe(it), "threw no");
  assert.deepEqual(seen, ["ended"]);
  assert.equal(await execution.close({ error: new Error("no") }), undefined);
  assert.deepEqual(seen, ["ended", "closed with Error: no"]);
});

test("a thenable that is not a Promise is awaited", async () => {
  const later = Promise.resolve("value");
  const thenable: PromiseLike<string> = { then: later.then.bind(later) };
  // For example, a query builder runs when it is awaited.
  assert.deepEqual(await runAll({ it: depends({}, () => thenable) }), { values: { it: "value" } });
});
