/** Tasks and their comments: lists, ids in bodies, and what belongs to the author. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { databaseKinds } from "./database.fixture.ts";
import { ask, type CallerName, startTeams, textOf } from "./teams.fixture.ts";

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);

  suite(`tasks on ${kind}`, () => {
    test("a list comes in pages, newest first, and each filter narrows it", async (t) => {
      const { as, acme, begin, people } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks`;
      for (const title of ["One", "Two 100%", "Three"]) await ask(as("member"), `POST ${path}`, { json: { title } });
      const list = async (query: string) => {
        const { status, body } = await ask(as("viewer"), `GET ${path}?${query}`);
        assert.equal(status, 200);
        const items = Object.values(body["items"] ?? {});
        return {
          titles: items.map(({ title }) => title),
          ids: items.map((item) => textOf(item, "id")),
          next: body["next"] as unknown,
        };
      };
      const first = await list("limit=2");
      assert.deepEqual(first.titles, ["Three", "Two 100%"]);
      const second = await list(`limit=2&after=${String(first.next)}`);
      assert.deepEqual(second.titles, ["One", "Choose a colour"]);
      assert.deepEqual(await list(`limit=2&after=${String(second.next)}`), { titles: [], ids: [], next: null });

      assert.deepEqual((await list("search=%25")).titles, ["Two 100%"], "a wildcard is an ordinary character");
      assert.deepEqual((await list("search=t_o")).titles, []);
      assert.deepEqual((await list("search=TWO")).titles, ["Two 100%"]);
      await ask(as("member"), `PATCH ${path}/${first.ids[0]}`, { json: { status: "done" } });
      assert.deepEqual((await list("status=done")).titles, ["Three"]);
      await ask(as("member"), `PUT ${path}/${first.ids[1]}/assignee`, { json: { memberId: acme.member } });
      assert.deepEqual((await list(`assignee=${people.member}`)).titles, ["Two 100%"]);
    });

    test("a change keeps the members that it does not name", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks/${acme.task}`;
      const before = (await ask(as("viewer"), `GET ${path}`)).body;
      assert.deepEqual((await ask(as("member"), `PATCH ${path}`, { json: { status: "done" } })).body, {
        ...before,
        status: "done",
      });
      assert.equal((await ask(as("member"), `PATCH ${path}`, { json: { projectId: acme.project } })).status, 422);
    });

    test("removing a project removes its tasks", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const project = `/organisations/${acme.organisation}/projects/${acme.project}`;
      assert.equal((await ask(as("admin"), `DELETE ${project}`)).status, 204);
      assert.equal((await ask(as("admin"), `GET ${project}/tasks/${acme.task}`)).status, 404);
      assert.deepEqual((await ask(as("admin"), `GET /organisations/${acme.organisation}/projects`)).body, []);
    });
  });

  suite(`comments on ${kind}`, () => {
    test("the author and administrators remove a comment, other members do not", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks/${acme.task}/comments`;
      const write = async (caller: CallerName) =>
        textOf((await ask(as(caller), `POST ${path}`, { json: { text: "Red" } })).body, "id");
      const remove = async (caller: CallerName, id: string) => (await ask(as(caller), `DELETE ${path}/${id}`)).status;
      const ofKey = await write("key");
      assert.equal(await remove("member", ofKey), 403);
      assert.equal(await remove("key", ofKey), 204);
      const ofAdmin = await write("admin");
      assert.equal(await remove("member", ofAdmin), 403);
      assert.equal(await remove("owner", ofAdmin), 204);
    });
  });
}
