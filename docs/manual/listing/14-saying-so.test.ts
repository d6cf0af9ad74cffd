import assert from "node:assert/strict";
import { test } from "node:test";
import { authorize, BuildError, createApi, get, nothing, owned, path, unowned } from "lockstep";
import { z } from "zod";
import { currentUser } from "./02-roles-and-scopes.ts";
import { api } from "./14-saying-so.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { teams, tokenOf } from "./setting.ts";

const alices = "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";
const token = tokenOf("alice");

test("allow() accepts a value that is not a principal", async () => {
  assert.deepEqual((await ask(api, "GET /me/limit", { token })).body, 100);
  assert.equal(await outcome(api, "GET /me/limit", { token: tokenOf("bob") }), "403 forbidden");
});

test("without allow(), a value that is not a principal is refused", async () => {
  const plan = { isPaid: true };
  // The cast has the effect of `any`: the compiler no longer sees that a plan is not a principal.
  const careless = authorize({ user: currentUser }, () => plan as unknown as { readonly id: string });
  const events: unknown[] = [];
  const audited = createApi({
    title: "t",
    version: "1",
    audit: (event) => events.push(event),
    routes: [get("/", { deps: { careless } }, () => "Ok")],
  });
  assert.equal(await outcome(audited, "GET /", { token }), "403 forbidden");
  assert.match(JSON.stringify(events), /an object without an id; allow\(value\) says yes to it/);
});

test("an input that identifies nothing needs no check, and the document shows the reason", async () => {
  assert.equal(await outcome(api, "GET /reports/2025", { token }), "200");
  assert.deepEqual((await ask(api, "GET /notes", { token })).body, [alices]);
  assert.deepEqual((await ask(api, `GET /notes?afterId=${alices}`, { token })).body, []);
});

test("any scope is enough if the route says so", async () => {
  assert.equal(await outcome(api, "DELETE /me/sessions", { token: tokenOf("alice", "notes:read") }), "204");
});

test("an unchecked response sends whole rows to administrators", async () => {
  const { body } = await ask(api, "GET /admin/notes", { token: tokenOf("carol") });
  assert.match(JSON.stringify(body), /"ownerId":"alice"/);
  assert.equal(await outcome(api, "GET /admin/notes", { token }), "403 forbidden");
});

test("a public route needs no credential", async () => {
  assert.deepEqual((await ask(api, "GET /posts/welcome")).body, { title: "Welcome" });
});

test("two checks may be apart only if one of them has a reason", async () => {
  assert.equal(await outcome(api, "GET /teams/red/colours/navy", { token }), "200");
  assert.equal(await outcome(api, "GET /teams/blue/colours/navy", { token }), "404 not_found");
  const team = owned(
    { id: path("team", z.string()), user: currentUser },
    ({ id }) => teams.get(id),
    (found, { user }) => found.members.includes(user.id),
  );
  const note = unowned("everyone's", { id: path("id", z.string()) }, ({ id }) => id);
  const routes = [get("/teams/:team/notes/:id", { deps: { team, note } }, () => "Ok")];
  assert.throws(
    () => createApi({ title: "t", version: "1", routes }),
    (error: unknown) => error instanceof BuildError && error.code === "unnested_object",
  );
});

test("the reasons are in the document", () => {
  // #region document
  const { paths } = api.openapi();

  assert.deepEqual(paths["/reports/{year}"]?.get?.["x-lockstep-identifies-nothing"], { "path.year": "a calendar year" });
  assert.deepEqual(paths["/me/sessions"]?.delete?.["x-lockstep-any-scope"], ["anyone may sign out"]);
  assert.equal(paths["/admin/notes"]?.get?.["x-lockstep-unchecked"], "administrators export whole rows");
  assert.equal(paths["/posts/{slug}"]?.get?.["x-lockstep-public"], "the blog");
  assert.deepEqual(paths["/posts/{slug}"]?.get?.["x-lockstep-unowned"], ["published posts are for everyone"]);
  assert.deepEqual(paths["/teams/{team}/colours/{colour}"]?.get?.["x-lockstep-apart"], ["colours belong to no team"]);
  // #endregion
});

test("an empty reason is refused", () => {
  const blank: string = " ";
  assert.throws(
    () => nothing(blank),
    (error: unknown) => error instanceof BuildError && error.code === "empty_reason",
  );
});
