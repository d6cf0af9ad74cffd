import assert from "node:assert/strict";
import { test } from "node:test";
import { Reply, reply } from "./reply.ts";

test("a reply is a body with its status, headers and cookies", () => {
  const it = reply(
    201,
    { id: "1" },
    {
      headers: { location: "/notes/1" },
      cookies: [
        { name: "seen", value: "1" },
        { name: "b", value: "2", maxAgeSeconds: 0 },
      ],
    },
  );
  assert.ok(it instanceof Reply);
  assert.deepEqual([it.status, it.body, it.headers], [201, { id: "1" }, { location: "/notes/1" }]);
  assert.deepEqual(it.cookies, [
    "seen=1; Path=/; SameSite=Lax; Secure; HttpOnly",
    "b=2; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly",
  ]);
  assert.deepEqual([reply(204, undefined).headers, reply(204, undefined).cookies], [{}, []]);
});

test("a status is an integer from 200 to 599", () => {
  for (const status of [200, 299, 302, 404, 599]) assert.equal(reply(status, undefined).status, status);
  for (const status of [0, 100, 199, 600, 200.5, Number.NaN, Infinity, -200]) {
    assert.throws(() => reply(status, undefined), { code: "wrong_result", message: /from 200 to 599/ });
  }
  // JavaScript callers can pass anything.
  for (const status of ["200", undefined, null])
    assert.throws(() => reply(status as unknown as number, {}), { code: "wrong_result" });
});

test("an invalid cookie fails when the reply is made", () => {
  assert.throws(() => reply(200, {}, { cookies: [{ name: "a b", value: "" }] }), { code: "wrong_result" });
});
