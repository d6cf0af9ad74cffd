import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { notify, readable, surround, timeOf, typeNameOf } from "./callback.ts";

class Named extends Error {
  override readonly name: string;

  constructor(name: string) {
    super("a message");
    this.name = name;
  }
}

const hostile = new Proxy(new Error("a message"), {
  getPrototypeOf: () => {
    throw new TypeError("no");
  },
  has: () => {
    throw new TypeError("no");
  },
});

function onStandardError(t: TestContext): () => readonly string[] {
  const error = t.mock.method(console, "error", () => {});
  return () => error.mock.calls.map((call) => call.arguments.join(" "));
}

test("a listener gets its values, and nothing is told if it goes well", async (t) => {
  const lines = onStandardError(t);
  const got: unknown[] = [];
  notify("It failed", (...values: readonly unknown[]) => got.push(...values), 1, "two");
  notify("It failed", async () => {});
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([got, lines()], [[1, "two"], []]);
});

test("nothing waits for a listener", () => {
  let isCalled = false;
  notify("It failed", () => {
    isCalled = true;
    return new Promise(() => {});
  });
  assert.ok(isCalled);
});

test("a part runs once and at once inside a function, whatever that function does", async (t) => {
  const lines = onStandardError(t);
  const late: (() => void)[] = [];
  const arounds: Readonly<Record<string, (act: () => void) => unknown>> = {
    "calls it": (act) => act(),
    "calls it twice": (act) => [act(), act()],
    "never calls it": () => {},
    "calls it late": (act) => void late.push(act),
    "throws before it": () => {
      throw new TypeError("canary");
    },
    "throws after it": (act) => {
      act();
      throw new TypeError("canary");
    },
    rejects: (act) => Promise.reject(new TypeError("canary")).finally(act),
  };
  for (const [name, around] of Object.entries(arounds)) {
    let calls = 0;
    assert.equal(
      surround("It failed", around, () => (calls += 1)),
      1,
      name,
    );
    assert.throws(() => surround("It failed", around, () => assert.fail("its own")), { message: "its own" }, name);
    for (const act of late) act();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls, 1, name);
  }
  assert.deepEqual(
    lines(),
    Array.from({ length: 6 }, () => "It failed: TypeError"),
  );
});

test("a console that fails does not make a listener's failure worse", (t) => {
  t.mock.method(console, "error", () => {
    throw new Error("the pipe is closed");
  });
  notify("It failed", () => {
    throw new Error("a message");
  });
});

test("the name of an error's type holds nothing else", () => {
  assert.equal(typeNameOf(new TypeError("a message")), "TypeError");
  assert.equal(typeNameOf(new Named("Lost")), "Lost");
  assert.equal(typeNameOf("a message"), "string");
  assert.equal(typeNameOf(undefined), "undefined");
  for (const error of [new Named("alice@example.com"), new Named("a\nb"), new Named(""), new Named("x".repeat(65)), hostile]) {
    assert.equal(typeNameOf(error), "Error");
  }
});

test("a clock that tells no time is told of, and the process's is used", (t) => {
  const lines = onStandardError(t);
  assert.equal(
    timeOf(() => 42),
    42,
  );
  assert.deepEqual(lines(), []);
  const began = Date.now();
  for (const at of [Number.NaN, Infinity, "42", undefined, null, new Date(), {}]) {
    const told = lines().length;
    assert.ok(timeOf(() => at as number) >= began); // What JavaScript may do.
    assert.equal(lines().length, told + 1, typeof at);
  }
});

test("a thrown value stays as it is if it can be read", () => {
  const error = new Error("a message");
  for (const thrown of [error, "a message", undefined, null, { a: 1 }, Object.freeze([])]) assert.equal(readable(thrown), thrown);
  const nameless = new Error("a message");
  Object.defineProperty(nameless, "name", { get: () => assert.fail() });
  for (const thrown of [hostile, nameless]) {
    const read = readable(thrown);
    assert.ok(read !== thrown && read instanceof Error && !read.message.includes("a message"));
  }
});
