import assert from "node:assert/strict";
import { test } from "node:test";
import { comparableHeaders } from "./comparable.fixture.ts";

const limited = (seconds: number, policy = "sign_in") =>
  comparableHeaders(
    new Headers({
      date: `Thu, 01 Jan 2026 00:00:${seconds} GMT`,
      "x-request-id": String(seconds),
      "retry-after": String(seconds),
      ratelimit: `"${policy}";r=0;t=${seconds}`,
    }),
  );

test("two answers are the same even if a second passes between them", () => {
  assert.deepEqual(limited(60), limited(59));
});

test("another limit or a missing countdown is a difference", () => {
  assert.notDeepEqual(limited(60), limited(60, "link"));
  assert.notDeepEqual(limited(60), comparableHeaders(new Headers({ ratelimit: '"sign_in";r=0;t=60' })));
});
