import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { BuildError, createApi, get, owned, path } from "lockstep";
import { z } from "zod";
import { api, apiKeys, currentUser, membership, memberships, projects } from "./17-tenants.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const [alice, bob] = await Promise.all([tokenOf("alice"), tokenOf("bob")]);
const change = { json: { text: "new" } };

test("a member reaches the organisation's objects, and nobody else learns that they exist", async () => {
  // #region answers
  assert.equal(await outcome(api, "GET /organisations/acme/projects/p1/tasks/t1", { token: alice }), "200");

  // Alice does not belong to Globex. The answer is the same whether the organisation exists or not.
  assert.equal(await outcome(api, "GET /organisations/globex/projects/p2/tasks/t2", { token: alice }), "404 not_found");
  assert.equal(await outcome(api, "GET /organisations/none/projects/p2/tasks/t2", { token: alice }), "404 not_found");

  // Objects of Globex under the path of Acme, and a task under the wrong project.
  assert.equal(await outcome(api, "GET /organisations/acme/projects/p2", { token: bob }), "404 not_found");
  assert.equal(await outcome(api, "GET /organisations/acme/projects/p1/tasks/t2", { token: bob }), "404 not_found");
  // #endregion
  assert.equal(await outcome(api, "GET /organisations/globex/projects/p2/tasks/t2", { token: bob }), "200");
});

test("a role counts only in the organisation that granted it", async () => {
  // #region roles
  assert.equal(await outcome(api, "PATCH /organisations/globex/projects/p2/tasks/t2", { token: bob, ...change }), "200");
  assert.equal(await outcome(api, "PATCH /organisations/acme/projects/p1/tasks/t1", { token: bob, ...change }), "403 forbidden");
  // #endregion
  assert.equal(await outcome(api, "PATCH /organisations/acme/projects/p1/tasks/t1", { token: alice, ...change }), "200");
  const readOnly = tokenOf("alice", "notes:read");
  const refused = await outcome(api, "PATCH /organisations/acme/projects/p1/tasks/t1", { token: readOnly, ...change });
  assert.equal(refused, "403 insufficient_scope");
});

test("a list contains the organisation's objects only", async () => {
  const { body } = await ask(api, "GET /organisations/acme/projects", { token: bob });
  assert.deepEqual(body, [{ id: "p1", name: "Rocket" }]);
});

test("a project that is checked without its organisation does not start", () => {
  // #region independent
  const anyMembersProject = owned(
    { id: path("project", z.string()), user: currentUser },
    ({ id }) => projects.get(id),
    (project, { user }) => memberships.some((one) => one.id === project.organisationId && one.userId === user.id),
  );
  const mixed = get(
    "/organisations/:organisation/projects/:project",
    { deps: { org: membership, project: anyMembersProject } },
    ({ org, project }) => `${project.name}, as ${org.role}`, // the role of one organisation, the project of another
  );
  // #endregion
  assert.throws(
    () => createApi({ title: "t", version: "1", routes: [mixed] }),
    (error: unknown) => error instanceof BuildError && error.code === "unnested_object",
  );
});

test("the tenant of a token is a claim, and a membership that has ended is refused", async () => {
  const tokenFor = (organisation: string) => tokenOf("bob", "notes:read", { org: organisation });
  // #region claim
  assert.equal(await outcome(api, "GET /current/projects/p1", { token: tokenFor("acme") }), "200");
  assert.equal(await outcome(api, "GET /current/projects/p1", { token: tokenFor("globex") }), "404 not_found");
  assert.equal(await outcome(api, "GET /current/projects/p1", { token: tokenFor("initech") }), "401 invalid_token");
  // #endregion
  assert.equal(await outcome(api, "GET /current/projects/p1", { token: bob }), "401 invalid_token");
});

test("an API key belongs to one organisation, and grants its scopes only", async () => {
  const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
  const [reading, writing] = [crypto.randomUUID(), crypto.randomUUID()];
  apiKeys.set(hashOf(reading), { id: "acme", scope: "notes:read" });
  apiKeys.set(hashOf(writing), { id: "acme", scope: "notes:write" });
  const askWith = (key: string, project: string) =>
    outcome(api, `GET /current/projects/${project}`, { headers: { "x-api-key": key } });
  assert.equal(await askWith(reading, "p1"), "200");
  assert.equal(await askWith(reading, "p2"), "404 not_found");
  assert.equal(await askWith(writing, "p1"), "403 insufficient_scope");
  assert.equal(await askWith(crypto.randomUUID(), "p1"), "401 invalid_token");
});
