import assert from "node:assert/strict";
import { test } from "node:test";
import { BuildError, createApi, get, owned, path, type Values } from "lockstep";
import { z } from "zod";
import { currentUser } from "./02-roles-and-scopes.ts";
import { api } from "./03-owning-objects.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { notes, tokenOf } from "./setting.ts";

const alices = "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c";
const bobs = "c0a8012e-5b7d-4e0f-8f6a-9d1e2f3a4b5c";

test("owned() returns an object to its owner only", async () => {
  assert.equal(await outcome(api, `GET /notes/${alices}`, { token: tokenOf("alice") }), "200");
  assert.equal(await outcome(api, `GET /notes/${bobs}`, { token: tokenOf("alice") }), "404 not_found");
  assert.equal(await outcome(api, `GET /notes/${alices}`, { token: tokenOf("carol") }), "404 not_found");
});

test("permitted() returns any object to a role in reachAny", async () => {
  assert.equal(await outcome(api, `DELETE /admin/notes/${alices}`, { token: tokenOf("carol") }), "200");
  assert.equal(await outcome(api, `DELETE /admin/notes/${alices}`, { token: tokenOf("bob") }), "403 forbidden");
});

test("unowned() returns an object to everyone", async () => {
  assert.deepEqual((await ask(api, "GET /posts/welcome")).body, { title: "Welcome" });
  assert.equal(await outcome(api, "GET /posts/none"), "404 not_found");
  const operation = api.openapi().paths["/posts/{slug}"]?.get;
  assert.deepEqual(operation?.["x-lockstep-unowned"], ["published posts are for everyone"]);
});

test("a path parameter that identifies nothing needs no check", async () => {
  assert.deepEqual((await ask(api, "GET /reports/2025", { token: tokenOf("alice") })).body, 2025);
});

test("an id in the query or in the body is checked like one in the path", async () => {
  assert.equal(await outcome(api, `GET /preview?noteId=${alices}`, { token: tokenOf("alice") }), "200");
  assert.equal(await outcome(api, `GET /preview?noteId=${bobs}`, { token: tokenOf("alice") }), "404 not_found");
  const archive = (...noteIds: string[]) => outcome(api, "POST /archive", { token: tokenOf("alice"), json: { noteIds } });
  assert.equal(await archive(alices), "200");
  assert.equal(await archive(alices, bobs), "404 not_found");
  assert.equal(await archive(), "404 not_found");
});

test("a team's note is found only under the team's path and only by a member", async () => {
  assert.equal(await outcome(api, `GET /teams/red/notes/${alices}`, { token: tokenOf("alice") }), "200");
  assert.equal(await outcome(api, `GET /teams/blue/notes/${alices}`, { token: tokenOf("alice") }), "404 not_found");
  assert.equal(await outcome(api, `GET /teams/red/notes/${alices}`, { token: tokenOf("bob") }), "404 not_found");
  assert.equal(await outcome(api, `GET /teams/blue/notes/${bobs}`, { token: tokenOf("bob") }), "200");
  // Alice's note belongs to another team.
  assert.equal(await outcome(api, `GET /teams/blue/notes/${alices}`, { token: tokenOf("bob") }), "404 not_found");
});

test("each check closes the id that it names", async () => {
  const move = (noteId: string, teamId: string) =>
    outcome(api, "POST /moves", { token: tokenOf("alice"), json: { noteId, teamId } });
  assert.equal(await move(alices, "red"), "200");
  assert.equal(await move(bobs, "red"), "404 not_found");
  assert.equal(await move(alices, "blue"), "404 not_found");
});

test("a loader that ignores the id does not reveal another user's object", async () => {
  // #region forgotten
  const firstNote = owned(
    { id: path("id", z.uuid()), user: currentUser },
    () => [...notes.values()][1], // ignores the id and always returns Bob's note
    (note) => note.ownerId, // is compared with the caller's id
  );
  // #endregion
  const careless = createApi({
    title: "t",
    version: "1",
    routes: [get("/:id", { deps: { note: firstNote } }, ({ note }) => note.id)],
  });
  assert.equal(await outcome(careless, `GET /${alices}`, { token: tokenOf("alice") }), "404 not_found");
  assert.equal(await outcome(careless, `GET /${alices}`, { token: tokenOf("bob") }), "200");
});

test("without types, an unchecked id does not start", () => {
  const deps = { id: path("id", z.uuid()), user: currentUser };
  // The cast has the effect of JavaScript or `any`: the compiler no longer sees the unchecked id.
  const spec = { deps } as unknown as { readonly deps: { readonly user: typeof currentUser } };
  const handler = ({ user }: Values<{ readonly user: typeof currentUser }>): string => user.id;
  const route = get<string, string, { readonly user: typeof currentUser }>("/notes/:id", spec, handler);
  assert.throws(
    () => createApi({ title: "t", version: "1", routes: [route] }),
    (error: unknown) =>
      error instanceof BuildError &&
      error.message ===
        'GET /notes/:id: check path("id") with owned(), permitted() or unowned(): otherwise a caller can name any object (IDOR); for a value that identifies no object, declare { identifies: nothing("reason") }',
  );
});
