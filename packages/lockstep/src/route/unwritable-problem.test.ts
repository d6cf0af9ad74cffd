import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, get, Problem, problem, secret } from "../index.ts";

async function thrown(make: () => unknown): Promise<readonly [number, readonly string[]]> {
  const errors: unknown[] = [];
  const route = get("/", { public: "test" }, async () => {
    throw make();
  });
  const options = { title: "t", version: "1", audit: () => {}, onError: (error: unknown) => void errors.push(error) };
  const response = await createApi({ ...options, routes: [route] }).fetch(new Request("http://x/"));
  if (response.status === 500) assert.match(await response.text(), /"code":"internal_error"/);
  return [response.status, errors.map((error) => (error instanceof Error ? error.name : typeof error))];
}

const withMembers = (members: Readonly<Record<string, unknown>>) => (): Problem => new Problem(409, "x", "y", { members });

test("a problem with members that are not JSON is 500, and onError gets the reason", async () => {
  const circle: Record<string, unknown> = {};
  circle["itself"] = circle;
  const throwing = {
    toJSON: () => {
      throw new RangeError("no");
    },
  };
  assert.deepEqual(await thrown(withMembers({ n: 1n })), [500, ["TypeError"]]);
  assert.deepEqual(await thrown(withMembers(circle)), [500, ["TypeError"]]);
  assert.deepEqual(await thrown(withMembers({ throwing })), [500, ["RangeError"]]);
  assert.deepEqual(await thrown(withMembers({ hash: secret("canary") })), [500, ["BuildError"]]);
  assert.deepEqual(await thrown(withMembers({ n: 1 })), [409, []]);
});

test("a problem without an error status is 500, when it is made and when it was changed since", async () => {
  assert.deepEqual(await thrown(() => problem(0, "upstream", "y")), [500, ["BuildError"]]);
  assert.deepEqual(await thrown(() => Object.assign(new Problem(409, "x", "y"), { status: 200 })), [500, ["BuildError"]]);
});
