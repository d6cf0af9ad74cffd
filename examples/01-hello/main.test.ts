import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api } from "./main.ts";

test("greets anyone by name", async () => {
  assert.deepEqual((await ask(api, "GET /hello")).body, { hello: "world" });
  assert.deepEqual((await ask(api, "GET /hello?name=Ann")).body, { hello: "Ann" });
  assert.equal(await outcome(api, `GET /hello?name=${"x".repeat(51)}`), "422 invalid_input");
});

test("answers a health check", async () => {
  assert.equal((await ask(api, "GET /health")).body, "Ok");
});

test("documents both routes as open, with their reasons", () => {
  const { paths } = api.openapi();
  assert.deepEqual(paths["/hello"]?.get?.security, []);
  assert.equal(paths["/health"]?.get?.["x-lockstep-public"], "load balancer probe");
});
