import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { Auditor } from "../audit/auditor.ts";
import { checkedClock, checkedScopes, notify, timeOf, typeNameOf } from "./callback.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
before(() => void process.on("unhandledRejection", note));
after(() => void process.off("unhandledRejection", note));

const canary = "canary-of-a-client";

class Lost extends Error {
  override readonly name = "Lost";

  constructor() {
    super(canary);
  }
}

/** Rejections are told after a turn of the event loop. */
async function aTurn(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function onStandardError(t: TestContext): () => readonly string[] {
  const error = t.mock.method(console, "error", () => {});
  return () => error.mock.calls.map((call) => call.arguments.join(" "));
}

const failing: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Lost();
  },
  rejects: () => Promise.reject(new Lost()),
  "gives a thenable that throws": () => ({
    then: () => {
      throw new Lost();
    },
  }),
};

for (const [name, sink] of Object.entries(failing)) {
  test(`the failure of a sink that ${name} is reported by its type, and changes nothing (I-08)`, async (t) => {
    const lines = onStandardError(t);
    new Auditor(sink, () => 1).report({ type: "password.reset_requested", subject: "a1" });
    await aTurn();
    assert.deepEqual(lines(), ["The audit sink failed on password.reset_requested: Lost"]);
    assert.deepEqual(unhandled, []);
  });
}

test("nothing waits for a listener, and nothing is reported if it succeeds", async (t) => {
  const lines = onStandardError(t);
  const got: unknown[] = [];
  notify("It failed", (...values: readonly unknown[]) => got.push(...values), 1, "two");
  notify("It failed", () => new Promise(() => {}));
  await aTurn();
  assert.deepEqual([got, lines()], [[1, "two"], []]);
});

test("an event goes out although the clock fails, with the time of the process", async (t) => {
  const lines = onStandardError(t);
  const began = Date.now();
  const clocks: readonly (() => unknown)[] = [...Object.values(failing), () => Number.NaN, () => "1", () => undefined];
  for (const clock of clocks) {
    const told = lines().length;
    const events: number[] = [];
    // A wrong result is what the test is about.
    const auditor = new Auditor(({ at }) => void events.push(at), clock as () => number);
    auditor.report({ type: "password.reset_requested", subject: "a1" });
    await aTurn();
    const [at = 0] = events;
    assert.ok(at >= began && at <= Date.now());
    assert.equal(lines().length, told + 1);
  }
  assert.ok(lines().every((line) => !line.includes(canary)));
  assert.equal(
    timeOf(() => 42),
    42,
  );
  assert.deepEqual(unhandled, []);
});

test("a clock that returns no time throws, because every comparison with NaN is false", async () => {
  assert.equal(checkedClock(() => 42)(), 42);
  for (const now of [Number.NaN, Infinity, "42", undefined, null, {}, Promise.reject(new Lost())]) {
    assert.throws(() => checkedClock(() => now as number)(), TypeError); // A wrong result is what the test is about.
  }
  await aTurn();
  assert.deepEqual(unhandled, []);
});

test("scopes of an account are an array of texts: a promise, also one that rejects, refuses", async () => {
  assert.deepEqual(checkedScopes((id: string) => [`${id}:read`])("notes"), ["notes:read"]);
  for (const scopes of ["notes:read", [1], undefined, null, new Set(["a"]), Promise.resolve(["a"]), Promise.reject(new Lost())]) {
    const scopesOf = checkedScopes(() => scopes as unknown as readonly string[]); // A wrong result is what the test is about.
    assert.throws(() => scopesOf(undefined), { name: "TypeError", message: /array of scopes/ });
  }
  await aTurn();
  assert.deepEqual(unhandled, []);
});

test("the name of an error's type holds nothing else", () => {
  class Named extends Error {
    override readonly name = "alice@example.com";
  }
  const hostile = new Proxy(new Error(canary), {
    getPrototypeOf: () => {
      throw new Lost();
    },
  });
  assert.deepEqual([new Lost(), canary, new Named(), hostile].map(typeNameOf), ["Lost", "string", "Error", "Error"]);
});
