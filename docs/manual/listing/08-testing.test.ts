// #region fetch
import assert from "node:assert/strict";
import { test } from "node:test";
import { depends, deny, identified, Refused, run } from "lockstep";
import { currentUser, role } from "./02-roles-and-scopes.ts";
import { api, clock, nightly, store } from "./08-testing.ts";

test("a stranger gets no report", async () => {
  const response = await api.fetch(new Request("http://localhost/report"));
  assert.equal(response.status, 401);
});
// #endregion

import "./ask.fixture.ts";

const ann = { id: "ann", email: "ann@example.com", role: "user" as const, team: "red", isActive: true };

// #region with
test("a reader gets the report", async () => {
  const testing = api.with([
    [currentUser, identified(ann, { sub: "ann", scope: "notes:read" })],
    [store, { count: async () => 3 }],
    [clock, 0],
  ]);

  const response = await testing.fetch(new Request("http://localhost/report"));
  assert.deepEqual(await response.json(), { notes: 3, at: 0 });

  const refused = await testing.fetch(new Request("http://localhost/admin/report"));
  assert.equal(refused.status, 403); // the guards above the replaced dependency still run
});
// #endregion

// #region refuse
test("an override can refuse", async () => {
  const closed = api.with([[currentUser, depends({}, () => deny("unknown user"))]]);

  const response = await closed.fetch(new Request("http://localhost/report"));
  assert.equal(response.status, 401); // the status with which currentUser refuses
});
// #endregion

test("a replaced principal needs grants if the route requires scopes", async () => {
  const testing = api.with([[currentUser, ann]]);
  const response = await testing.fetch(new Request("http://localhost/report"));
  assert.equal(response.status, 403);
});

test("a job uses the same dependencies", async () => {
  assert.match(await nightly(), /^2 notes at 20/);
});

// #region run
test("a guard refuses outside HTTP, too", async () => {
  const admin = role.require("admin");

  await assert.rejects(run(admin, { with: [[currentUser, ann]] }), Refused);

  const carol = await run(admin, { with: [[currentUser, { ...ann, role: "admin" }]] });
  assert.equal(carol.id, "ann");
});
// #endregion
