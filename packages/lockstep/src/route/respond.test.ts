import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, get, reply, unchecked } from "../index.ts";

test("a result that JSON does not have is 500, and never an empty 200", async () => {
  const errors: unknown[] = [];
  const ask = async (run: () => unknown): Promise<number> => {
    const options = { title: "t", version: "1", audit: () => {}, onError: (error: unknown) => void errors.push(error) };
    const api = createApi({ ...options, routes: [get("/", { public: "test", response: unchecked("a test") }, run)] });
    return (await api.fetch(new Request("http://x/"))).status;
  };
  for (const result of [() => 1, Symbol("s"), { toJSON: () => undefined }, reply(200, () => 1), 1n])
    assert.equal(await ask(() => result), 500, typeof result);
  assert.equal(errors.length, 5);
  for (const result of [null, 0, "", false, {}]) assert.equal(await ask(() => result), 200, typeof result);
  assert.equal(await ask(() => undefined), 204);
});
